#!/bin/bash
# The dashboard: its first frame, a device's way to its row, and what it does when
# nothing happens.
# lab-timeout: 600
. "$top_srcdir/tests/perf/lib.sh"

runs=${PERF_RUNS:-7}
pterm=$top_builddir/pterm

# --- The first frame --------------------------------------------------------

first_frames() {
	local i
	for ((i = 0; i < runs; i++)); do
		# The last words of a frame: then it is complete.
		frame "pterm, the rows" -t quit "$pterm"
		frame "pterm, all modes are known" -q 300 "$pterm"
		[ -z "$(command -v htop)" ] || frame htop -q 300 htop
		[ -z "$(command -v tig)" ] ||
		    frame tig -q 300 tig -C "$LAB_TMP/history"
	done
}

plug "device boron x 20" 20
[ -z "$(command -v tig)" ] || history
first_frames
diag "exec to the first complete frame, 20 devices, median of $runs"
beside "pterm, the rows"
beside "pterm, all modes are known"
others

# --- From plugging in to the row --------------------------------------------

# When the kernel announced the newest USB device, in microseconds.
announced() {
	sed -n 's/^KERNEL\[\([0-9]*\)\.\([0-9]*\)\] add .*/\1\2/p' \
	    "$LAB_TMP/kernel" | tail -n 1
}

has_lines() {	# FILE COUNT
	[ "$(wc -l <"$1")" -ge "$2" ]
}

late_id() {
	printf 'e00fce68fefefefefefefe%02d' "$1"
}

rows_bench() {
	local i
	echo "device boron x 20"
	for ((i = 1; i <= runs; i++)); do
		echo "device argon as late$i id $(late_id $i) off"
	done
}

plug "$(rows_bench)" 20
"$perf_dir/hotplug-printer" >"$LAB_TMP/hotplug" &
stdbuf -oL udevadm monitor --kernel --subsystem-match=usb/usb_device \
    >"$LAB_TMP/kernel" &
wait_for 10 has_lines "$LAB_TMP/kernel" 2
event_all=() row_all=()
for ((i = 1; i <= runs; i++)); do
	"$watch" -s 160x50 -q 500 -t "$(late_id $i)" "$pterm" >"$LAB_TMP/row" &
	row_pid=$!
	wait_for 30 has_lines "$LAB_TMP/row" 1
	bench_do plug late$i >/dev/null
	wait_for 30 has_lines "$LAB_TMP/row" 2
	wait_for 30 has_lines "$LAB_TMP/hotplug" $i
	wait $row_pid
	at=$(announced)
	row_all+=($(($(sed -n '2s/.* //p' "$LAB_TMP/row") - at)))
	event_all+=($(($(sed -n "${i}p" "$LAB_TMP/hotplug") - at)))
	udevadm settle --timeout=20
done
event_us=$(median "${event_all[@]}")
diag "from the kernel's announcement of a device, median of $runs"
figure "hotplug-printer, its line" "$event_us"
figure "pterm, its row" "$(median "${row_all[@]}")" hotplug-printer "$event_us"

# --- Nothing happens --------------------------------------------------------

# Wake-ups of all threads: how often they gave the processor back.
switches() {	# PID
	awk '/ctxt_switches/ { n += $2 } END { print n }' \
	    "/proc/$1"/task/*/status
}

# Counted page by page: VmRSS of status lags behind by up to 64 pages a thread.
resident() {	# PID
	awk '$1 == "Rss:" { rss = $2 } $1 == "Anonymous:" { own = $2 }
	    END { printf "%d KiB resident, %d of them its own", rss, own }' \
	    "/proc/$1/smaps_rollup"
}

idle() {	# NAME COMMAND...: wake-ups and RSS
	local name=$1 out=$LAB_TMP/idle.$1 pid before watch_pid
	shift
	"$watch" -k -q 1000 "$@" >"$out" &
	watch_pid=$!
	wait_for 30 has_lines "$out" 2
	pid=$(sed -n 2p "$out")
	before=$(switches "$pid")
	sleep 10	# what is measured is that nothing happens
	diag "$(printf '%-30s %5d wake-ups, %s' "$name" \
	    $(($(switches "$pid") - before)) "$(resident "$pid")")"
	kill $watch_pid
	wait $watch_pid
}

plug "device boron x 20" 20
diag "idle for 10 s with 20 devices"
idle "pterm --poll 0" "$pterm" --poll 0
[ -z "$(command -v htop)" ] || idle htop htop
done_testing
