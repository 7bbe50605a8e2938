#!/bin/bash
# Every action of pterm, on each family of platforms, at the hardware's speed.
# lab-timeout: 240
. "${0%/*}/lib.sh"

core=700000000000000000000001
photon=700000000000000000000002
electron=700000000000000000000003
argon=700000000000000000000004
tracker=700000000000000000000005
p2=700000000000000000000006
msom=700000000000000000000007
trackerm=700000000000000000000008
old=700000000000000000000009
all="$photon $electron $argon $tracker $p2 $msom $trackerm"
bench <<-E
	device core as core id $core
	device photon as photon id $photon version 2.3.1
	device electron as electron id $electron version 3.3.1
	device argon as argon id $argon log 10
	device tracker as tracker id $tracker
	device p2 as p2 id $p2
	device msom as msom id $msom
	device trackerm as trackerm id $trackerm
	device photon as old id $old version 0.6.0
E
ok "nine devices" wait_for 30 usb_count_is 9
udevadm settle --timeout=30

mode_of() {	# ID
	pterm list --json | jq -r --arg id "$1" \
	    '.devices[] | select(.id == $id) | .mode'
}

# run NAME STATUS VERB...: pterm, whose output is in $LAB_OUT/NAME.out and .err.
run() {
	name=$1 wanted=$2
	shift 2
	pterm --yes "$@" >"$LAB_OUT/$name.out" 2>"$LAB_OUT/$name.err"
	status=$?
	if [ $status -eq "$wanted" ]; then
		pass "pterm ${*//[0-9a-f]????????????????????/}"
	else
		fail "pterm ${*//[0-9a-f]????????????????????/}" "status $status" "$(cat "$LAB_OUT/$name.out" \
		    "$LAB_OUT/$name.err")"
	fi
}

# All devices of $all are in that mode now: one line for each that is not.
all_are() {	# MODE
	pterm list --json >"$LAB_OUT/all.json"
	is "$(jq -r --arg all "$all" --arg mode "$1" '.devices[] |
	    select((.id as $id | $all | contains($id)) and .mode != $mode) |
	    "\(.id) \(.mode)"' "$LAB_OUT/all.json")" "" "all are $1"
}

# shellcheck disable=SC2086
{
run blink 0 blink --for 1 $all
run listen 0 listen $all
all_are listening
run unlisten 0 listen --off $all
all_are normal
# Safe mode is reported by no request: only who sent it there knows.
run safe 0 safe-mode $all
is "$(grep -c 'in safe mode$' "$LAB_OUT/safe.out")" 7 "all are back in safe mode"
run reset 0 reset $all
all_are normal
run force 0 reset --force $argon $p2 $msom $trackerm $tracker
all_are normal
run dfu 0 dfu $all
all_are dfu
run leave 0 reset $all
all_are normal
run touch 0 touch $all $core $old
all_are dfu
is "$(mode_of $core)" dfu "the Core too"
is "$(mode_of $old)" dfu "and Device OS 0.6"
run leave2 0 reset $all $core $old
all_are normal
}
run old 0 dfu $old
is "$(mode_of $old)" dfu "Device OS 0.6 by its own ladder"
run core 0 dfu $core
is "$(mode_of $core)" dfu "a Core by the touch"
run coreout 0 reset $core
run via 0 dfu --via touch $p2
is "$(mode_of $p2)" dfu "P2 --via touch"
run out 0 reset $p2
run via2 0 dfu --via control $p2
run safe2 0 safe-mode $p2
like "$(cat "$LAB_OUT/safe2.out" "$LAB_OUT/safe2.err")" 'safe mode' \
    "from DFU into safe mode"
is "$(usb_id $p2)" 2b04:c020 "and it has left DFU"
run reset2 0 reset $p2

run name 0 name $argon gatehouse
is "$(pterm list --json | jq -r --arg id $argon '.devices[] |
    select(.id == $id) | .nickname')" gatehouse "the nickname is kept"
run nick 0 reset gatehouse

run wait 0 wait --mode normal --timeout 20 gatehouse
run waitdfu 5 wait --mode dfu --timeout 1 gatehouse

tty=$(tty_of $argon)
"$top_builddir/pterm" monitor gatehouse >"$LAB_OUT/monitor.txt" \
    2>"$LAB_OUT/monitor.err" </dev/null &
monitor=$!
ok "monitor prints the log" wait_for 15 contains "$LAB_OUT/monitor.txt" '\[app\]'
bench_do print argon "before the reset" >/dev/null
ok "and what comes" wait_for 10 contains "$LAB_OUT/monitor.txt" 'before the reset'
number=$(usb_number $argon)
bench_do press argon reset >/dev/null
ok "the device resets" wait_again $argon 2b04:c00c "$number"
wait_tty $argon >/dev/null
ok "monitor follows it" wait_for 15 sh -c \
    "sed '1,/before the reset/d' '$LAB_OUT/monitor.txt' | grep -q '\\[app\\]'"
# Somebody still has the old tty open: the device comes back under another.
exec 9<"$(tty_of $argon)"
number=$(usb_number $argon)
old_tty=$(tty_of $argon)
bench_do press argon reset >/dev/null
ok "it resets again" wait_again $argon 2b04:c00c "$number"
wait_tty $argon >/dev/null
unlike "$(tty_of $argon)" "^$old_tty\$" "under another tty"
bench_do print argon "on another tty" >/dev/null
ok "monitor follows it there" wait_for 15 sh -c \
    "tail -n 20 '$LAB_OUT/monitor.txt' | grep -q 'on another tty'"
is "$(pterm list --json | jq -r --arg id $argon '.devices[] |
    select(.id == $id) | .tty')" "$(tty_of $argon)" "and list names it"
exec 9<&-
kill -INT $monitor
wait $monitor
is $? 130 "monitor ends by Ctrl-C with 130"
done_testing
