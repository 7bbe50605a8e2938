#!/bin/bash
# The dashboard: its first frame, a device's way to its row, and what it does when
# nothing happens.
# lab-timeout: 300
. "$top_srcdir/tests/perf/lib.sh"

watch=$perf_dir/pty-watch

echo "device boron x 20" | bench
wait_for 60 usb_count_is 20
udevadm settle --timeout=60

first_frame() {	# COMMAND...
	local all=()
	for _ in 1 2 3 4 5; do
		all+=("$("$watch" -q 150 "$@" | cut -d ' ' -f 1)")
	done
	median "${all[@]}"
}

diag "exec to the end of the first frame, median of 5"
pterm_us=$(first_frame "$top_builddir/pterm")
others=()
for other in htop tig; do
	command -v $other >/dev/null || continue
	cd "$top_srcdir" || exit 1
	others+=($other "$(first_frame $other)")
	cd "$LAB_TMP" || exit 1
done
figure pterm "$pterm_us" "${others[@]}"
for ((i = 0; i < ${#others[@]}; i += 2)); do
	figure "${others[i]}" "${others[i + 1]}"
done

diag "from plugging in to the event, and to the row on the screen"
id=e00fce68fefefefefefefefe
printf 'device boron x 20\ndevice argon name late id %s unplugged\n' $id | bench
wait_for 60 usb_count_is 20
udevadm settle --timeout=60
stdbuf -oL "$perf_dir/hotplug-printer" >"$LAB_TMP/hotplug" &
hotplug_pid=$!
"$watch" -s 160x40 -t $id "$top_builddir/pterm" >"$LAB_TMP/row" &
row_pid=$!
wait_for 10 pgrep -x pterm
sleep 1	# both programs have drawn and wait: nothing to poll for
plugged=$(awk '{ printf "%d", $1 * 1000000 }' /proc/uptime)
bench_do plug late >/dev/null
wait_for 20 test -s "$LAB_TMP/row"
wait $row_pid
kill $hotplug_pid
event=$(head -n 1 "$LAB_TMP/hotplug")
row=$(cut -d ' ' -f 2 "$LAB_TMP/row")
ok "both saw the device" test -n "$event" -a -n "$row"
figure "plug to libusb's event" $((event - plugged))
figure "plug to pterm's row" $((row - plugged)) "the printer" $((event - plugged))

diag "idle for 10 s with 20 devices, poll 0"
idle() {	# NAME COMMAND...: wake-ups and RSS
	local name=$1 out pid before after
	shift
	out=$LAB_TMP/idle.$name
	"$watch" -k -q 500 "$@" >"$out" &
	local watch_pid=$!
	wait_for 20 eval "[ \$(wc -l <$out) -ge 2 ]"
	pid=$(sed -n 2p "$out")
	before=$(awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$pid"/task/*/status)
	sleep 10	# what is measured is that nothing happens
	after=$(awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$pid"/task/*/status)
	diag "$(printf '%-34s %5d wake-ups, %6d KiB resident' "$name" $((after - before)) \
	    "$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")")"
	kill $watch_pid
	wait $watch_pid
}
idle pterm "$top_builddir/pterm" --poll 0
if command -v htop >/dev/null; then
	idle htop htop
fi
done_testing
