#!/bin/bash
# How long `pterm list` takes, with modes, beside programs that list less or more.
# lab-timeout: 900
. "$top_srcdir/tests/perf/lib.sh"

runs=${PERF_RUNS:-7}

# Without --ids-only it asks the cloud about each device, and without a network
# gives up at the first.
particle_cli() {
	node "$lab_cache/clients/particle-cli/node_modules/particle-cli/src/index.js" \
	    usb list --ids-only
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

declare -A pterm_of lsusb_of dfu_of
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
	pterm_of[$count]=$pterm_us lsusb_of[$count]=$lsusb_us dfu_of[$count]=$dfu_us
	client particle-usb "particle-usb, list with modes" particle_usb list
	if [ "$count" -eq 20 ]; then
		client particle-cli "particle usb list --ids-only" \
		    particle_cli
		diag "  it listed $(grep -c '[0-9a-f]\{24\}' \
		    <<<"$client_out"); last line: $(tail -n 1 <<<"$client_out")"
	fi
done
diag "$(printf '100 devices beside one: pterm %s x, lsusb %s x, dfu-util %s x' \
    "$(ratio "${pterm_of[100]}" "${pterm_of[1]}")" \
    "$(ratio "${lsusb_of[100]}" "${lsusb_of[1]}")" \
    "$(ratio "${dfu_of[100]}" "${dfu_of[1]}")")"
done_testing
