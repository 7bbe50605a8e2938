#!/bin/bash
# Sixty devices at once, and storms of plugging.
# lab-timeout: 240
. "${0%/*}/lib.sh"

platforms="photon argon p2 boron electron b5som tracker msom trackerm p1"
i=0
while [ $i -lt 60 ]; do
	for platform in $platforms; do
		i=$((i + 1))
		printf 'device %s as d%d id 8000000000000000000000%02d\n' \
		    "$platform" $i $i
	done
done | bench
ok "sixty devices" wait_for 90 usb_count_is 60
udevadm settle --timeout=60
ok "sixty ttys" wait_for 60 sh -c 'test $(ls /dev/ttyACM* | wc -l) -eq 60'

pterm list --json >"$LAB_OUT/list.json" 2>"$LAB_OUT/list.err"
is "$(jq '.devices | length' "$LAB_OUT/list.json")" 60 "pterm lists sixty"
is "$(jq -r '.devices[].mode' "$LAB_OUT/list.json" | sort | uniq -c |
    tr -s ' ')" " 60 normal" "and knows the mode of each"
is "$(jq -r '.devices[].tty' "$LAB_OUT/list.json" | sort -u | wc -l)" 60 \
    "each with a tty of its own"
wrong=0
for id in $(jq -r '.devices[].id' "$LAB_OUT/list.json"); do
	[ "$(tty_of "$id")" = "$(jq -r --arg id "$id" '.devices[] |
	    select(.id == $id) | .tty' "$LAB_OUT/list.json")" ] ||
	    wrong=$((wrong + 1))
done
is $wrong 0 "and it is the kernel's"

# All of them into DFU at once. The kernel of an emulated machine may need longer
# than 8 s to find sixty of them again, so what is said of each may be "late".
pterm --yes dfu --all >"$LAB_OUT/dfu.out" 2>"$LAB_OUT/dfu.err"
is "$(cut -d ' ' -f 1 "$LAB_OUT/dfu.out" | sort -u | wc -l)" 60 \
    "sixty devices into DFU at once, a result for each"
diag "$(grep -c '  ok  ' "$LAB_OUT/dfu.out") within 8 s"
ok "all come" pterm wait --mode dfu --timeout 60 --all
is "$(pterm list --json | jq -r '.devices[].mode' | sort | uniq -c |
    tr -s ' ')" " 60 dfu" "and are listed so"

# A storm: half of them leave and come back, again and again, while pterm
# watches, in a list and in the dashboard.
screen_start 120 40 "$top_builddir/pterm"
ok "the dashboard counts sixty" wait_for 30 screen_shows '60 devices.*60 dfu'
"$top_builddir/pterm" list --watch --json >"$LAB_OUT/watch.json" \
    2>"$LAB_OUT/watch.err" &
watch=$!
ok "pterm list --watch starts" wait_for 20 test -s "$LAB_OUT/watch.json"
round=0
while [ $round -lt 4 ]; do
	round=$((round + 1))
	seq -f 'unplug d%g' 1 30 | bench_lines
	seq -f 'plug d%g' 1 30 | bench_lines
done
ok "all are back after the storm" wait_for 90 usb_count_is 60
udevadm settle --timeout=60
ok "the dashboard counts sixty again" wait_for 30 screen_shows '60 devices'
ok "pterm is still watching" kill -0 $watch
is "$(pterm list --json | jq '.devices | length')" 60 "and lists sixty again"
seq -f 'unplug d%g' 1 60 | bench_lines
ok "all leave" wait_for 60 usb_count_is 0
is "$(pterm list --json | jq -c .devices)" '[]' "the list is empty"
ok "and so is the dashboard" wait_for 20 screen_shows ' (0|no) devices?|No .*device'
screen_text >"$LAB_OUT/empty.txt"
screen_keys q
ok "which ends by q" wait_for 10 screen_has_ended
is "$(screen_status)" 0 "with 0"
screen_stop
kill -INT $watch
wait $watch
is $? 130 "the watcher ends by Ctrl-C with 130"
unlike "$(cat "$LAB_OUT/watch.err")" 'Sanitizer|assert' "and had no complaint"
done_testing
