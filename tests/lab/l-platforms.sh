#!/bin/bash
# Every platform of the table, side by side, through DFU, reset, safe mode and the
# touch, with dfu-util looking on.
# lab-timeout: 600
. "${0%/*}/lib.sh"

platforms="photon p1 electron argon boron xenon esomx bsom b5som tracker p2 \
msom trackerm electron2"
# Device OS lines that the platform had: the newest where nothing is said.
version_of() {	# PLATFORM
	case $1 in
	photon | p1 | electron) echo 3.3.1 ;;
	xenon) echo 1.5.2 ;;
	*) echo 6.2.0 ;;
	esac
}

count=$(echo "$platforms" | wc -w)
for platform in $platforms; do
	number=$((${number:-0} + 1))
	printf 'device %s as %s id 9000000000000000000000%02d version %s\n' \
	    "$platform" "$platform" $number "$(version_of "$platform")"
done | bench
ok "all platforms are plugged in" wait_for 60 usb_count_is "$count"
udevadm settle --timeout=60

all_are() {	# MODE
	ok "all are $1" pterm wait --mode "$1" --timeout 60 --all
	is "$(pterm list --json | jq --arg mode "$1" \
	    '[.devices[] | select(.mode == $mode)] | length')" "$count" "all $count of them"
}

all_are normal
is "$(pterm list --json | jq -r '.devices[].platform' | sort | tr '\n' ' ')" \
    "$(printf '%s\n' $platforms | sort | tr '\n' ' ')" "each as its platform"
ok "dfu" pterm --yes dfu --all
all_are dfu
dfu-util -l >"$LAB_OUT/dfu-util" 2>&1
is "$(grep -c '@Internal Flash' "$LAB_OUT/dfu-util")" "$count" "dfu-util sees their memories"
ok "reset leaves dfu" pterm --yes reset --all
all_are normal
ok "safe mode" pterm --yes safe-mode --all
ok "reset" pterm --yes reset --all
all_are normal
ok "touch" pterm --yes touch --all
all_are dfu
ok "and out again" pterm --yes reset --all
all_are normal
done_testing
