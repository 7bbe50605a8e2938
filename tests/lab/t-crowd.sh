#!/bin/bash
# 60 devices at once, with their modes; and all of them coming and going while
# pterm watches.
# lab-timeout: 400
. "${0%/*}/lib.sh"

modes() {
	pterm list --json | jq -c '[.devices[].mode] | group_by(.) |
	    map({(.[0]): length}) | add'
}

ttys_are() {
	test "$(find /dev -name 'ttyACM*' | wc -l)" -eq "$1"
}

bench <<-E
	device argon x 20
	device photon2 x 15
	device photon x 10
	device boron x 10 mode dfu
	device core x 5
E
ok "the kernel has 60 devices" wait_for 60 usb_count_is 60
ok "and 50 ttys" wait_for 60 ttys_are 50
udevadm settle --timeout=60

seen=$(pterm list --json)
is "$(echo "$seen" | jq '.devices | length')" 60 "all are listed"
is "$(echo "$seen" | jq '[.devices[].id] | unique | length')" 60 \
    "each by an id of its own"
is "$(echo "$seen" | jq -c '[.devices[].mode] | group_by(.) |
    map({(.[0]): length}) | add')" '{"dfu":10,"normal":50}' \
    "with their modes"
is "$(echo "$seen" | jq '[.devices[].tty | values] | unique | length')" 50 \
    "each with a tty of its own"
wrong=$(echo "$seen" | jq -r '.devices[] | select(.tty != null) |
    .usb.path + " " + .tty' | while read -r path tty; do
	case $(readlink -f "/sys/class/tty/${tty##*/}") in
	*"/$path/"*)	;;
	*)		echo "$path has not $tty" ;;
	esac
done)
is "$wrong" "" "and it is the right one"

pterm list --watch --json >"$LAB_TMP/watch" 2>"$LAB_OUT/watch.err" &
watch_pid=$!
wait_for 60 contains "$LAB_TMP/watch" '"event":"ready"'
events() {	# EVENT COUNT: at least
	test "$(grep -c "\"event\":\"$1\"" "$LAB_TMP/watch")" -ge "$2"
}
bench_do unplug all >/dev/null
ok "the kernel loses all" wait_for 60 usb_count_is 0
ok "and so does pterm" wait_for 60 events left 60
bench_do plug all >/dev/null
ok "all come back" wait_for 120 usb_count_is 60
ok "and pterm sees them" wait_for 60 events attached 120

# A storm: nobody waits for anybody.
for _ in 1 2 3; do
	bench_do unplug 'argon*' >/dev/null
	bench_do plug 'argon*' >/dev/null
	bench_do unplug 'photon*' >/dev/null
	bench_do plug 'photon*' >/dev/null
done
ok "after a storm all are back" wait_for 120 usb_count_is 60
ok "with their ttys" wait_for 60 ttys_are 50
udevadm settle --timeout=60
ok "and pterm is there" kill -0 $watch_pid
kill $watch_pid
wait $watch_pid
is "$(cat "$LAB_OUT/watch.err")" "" "without a complaint"
is "$(modes)" '{"dfu":10,"normal":50}' "and knows all their modes again"
done_testing
