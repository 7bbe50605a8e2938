#!/bin/bash
# Where no udevd can be heard (a container, WSL2 without systemd), libusb is told
# of nothing that changes; the kernel's own word is enough for us.
# lab-timeout: 240
. "${0%/*}/lib.sh"

argon=e00fce680000000000000001
boron=e00fce680000000000000002

# libudev, and so libusb, looks for a file in this folder.
alone() {
	unshare -m sh -c 'mount -t tmpfs none /run/udev && exec "$@"' sh \
	    "$top_builddir/pterm" "$@"
}

watch_has() {
	contains "$LAB_OUT/watch" "$1"
}

bench <<-E
	device argon id $argon log 0
	device boron id $boron log 0 off
E
wait_tty $argon >/dev/null
is "$(alone list --json | jq -c '.devices[] | [.id, .mode, .tty]')" \
    "[\"$argon\",\"normal\",\"/dev/ttyACM0\"]" \
    "what is there is listed with its mode and its tty"

alone list --watch --json >"$LAB_OUT/watch" 2>"$LAB_OUT/watch.err" &
watch_pid=$!
wait_for 20 watch_has '"event":"ready"'
bench_do plug boron >/dev/null
ok "what comes is seen" wait_for 20 \
    watch_has "\"event\":\"attached\",\"id\":\"$boron\""
ok "with its tty" wait_for 20 \
    watch_has "\"id\":\"$boron\".*\"tty\":\"/dev/ttyACM1\""
ok "and its mode" wait_for 20 \
    watch_has "\"event\":\"mode\",\"id\":\"$boron\".*\"mode\":\"normal\""
bench_do unplug argon >/dev/null
ok "what leaves is seen" wait_for 20 \
    watch_has "\"event\":\"left\",\"id\":\"$argon\""
ok "an action goes through the bus and back" alone dfu $boron
ok "and out of DFU" alone reset $boron
is "$(usb_id $boron)" 2b04:c00d "it is back"
pkill -P $watch_pid
kill $watch_pid 2>/dev/null
wait $watch_pid
done_testing
