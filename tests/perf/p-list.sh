#!/bin/bash
# How long `pterm list` takes, with modes, beside programs that list less or more.
# lab-timeout: 900
. "$top_srcdir/tests/perf/lib.sh"

particle_cli() {
	node "$lab_cache/clients/particle-cli/node_modules/particle-cli/src/index.js" usb list
}

runs=5
declare -A one
for count in 1 20 100; do
	{
		echo "device boron x $count"
	} | bench
	wait_for 60 usb_count_is $count
	udevadm settle --timeout=60
	declare -A us=()
	for ((i = 0; i < runs; i++)); do
		us[pterm]+=" $(time_us pterm list --json)"
		us[lsusb]+=" $(time_us lsusb)"
		us[dfu]+=" $(time_us dfu-util -l)"
	done
	# shellcheck disable=SC2086
	pterm_us=$(median ${us[pterm]}) lsusb_us=$(median ${us[lsusb]}) dfu_us=$(median ${us[dfu]})
	diag "$count devices, median of $runs runs"
	figure "pterm list --json" "$pterm_us" lsusb "$lsusb_us" "dfu-util -l" "$dfu_us"
	figure lsusb "$lsusb_us"
	figure "dfu-util -l" "$dfu_us"
	one[$count]=$pterm_us
	is "$(pterm list --json | jq '[.devices[] | select(.mode == "normal")] | length')" "$count" \
	    "pterm tells the mode of all $count"
	if ! client_missing particle-usb >/dev/null; then
		figure "particle-usb, list with modes" "$(time_us particle_usb list)"
	fi
	if [ $count -eq 20 ] && ! client_missing particle-cli >/dev/null; then
		figure "particle usb list" "$(time_us particle_cli)"
	fi
done
diag "pterm list, 100 devices beside one: $(ratio "${one[100]}" "${one[1]}")"
done_testing
