#!/bin/bash
# How long `pterm list` takes, with modes, beside programs that list less or more.
# lab-timeout: 900
. "$top_srcdir/tests/perf/lib.sh"

runs=${PERF_RUNS:-7}

particle_cli() {
	node "$lab_cache/clients/particle-cli/node_modules/particle-cli/src/index.js" \
	    usb list
}

# Round about, so that what slows the machine for a while slows all of them.
measure() {
	local i
	pterm_all=() lsusb_all=() dfu_all=()
	for ((i = 0; i < runs; i++)); do
		time_us "$top_builddir/pterm" list --json
		pterm_all+=("$took_us")
		time_us lsusb
		lsusb_all+=("$took_us")
		time_us dfu-util -l
		dfu_all+=("$took_us")
	done
	pterm_us=$(median "${pterm_all[@]}")
	lsusb_us=$(median "${lsusb_all[@]}")
	dfu_us=$(median "${dfu_all[@]}")
}

# client NAME TITLE COMMAND...: of a package that may be missing; once, for it
# takes long. What it prints shows whether it listed them.
client() {
	local name=$1 title=$2 why
	shift 2
	if why=$(client_missing "$name"); then
		diag "$title: skipped: $why"
		return
	fi
	local from=${EPOCHREALTIME/./}
	client_out=$("$@" 2>&1 </dev/null)
	took_us=$((${EPOCHREALTIME/./} - from))
	figure "$title" "$took_us" lsusb "$lsusb_us"
}

declare -A one
for count in 1 20 100; do
	plug "device boron x $count" "$count"
	is "$(pterm list --json |
	    jq '[.devices[] | select(.mode == "normal")] | length')" "$count" \
	    "pterm tells the mode of all $count"
	measure
	diag "$count devices, median of $runs runs"
	figure "pterm list --json" "$pterm_us" lsusb "$lsusb_us" \
	    "dfu-util -l" "$dfu_us"
	figure lsusb "$lsusb_us"
	figure "dfu-util -l" "$dfu_us"
	one[$count]=$pterm_us
	client particle-usb "particle-usb, list with modes" particle_usb list
	if [ "$count" -eq 20 ]; then
		client particle-cli "particle usb list" particle_cli
		diag "$(tail -n 2 <<<"$client_out")"
	fi
done
diag "pterm list, 100 devices beside one: $(ratio "${one[100]}" "${one[1]}")"
done_testing
