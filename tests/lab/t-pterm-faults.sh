#!/bin/bash
# Each fault that a device can have, and what pterm makes of it; one broken
# device never delays another row.
# lab-timeout: 240
. "${0%/*}/lib.sh"

id() {
	printf 'a00000000000000000000%03d' "$1"
}

bench <<-E
	device argon as good id $(id 1)
	device p2 as stall id $(id 2)
	device argon as nak id $(id 3)
	device argon as late id $(id 4)
	device p2 as short id $(id 5)
	device argon as garbage id $(id 6)
	device photon as hung id $(id 7) hung
	device argon as noserial id $(id 8) no-serial
	device boron as twin1 id $(id 9) serial $(id 9)
	device boron as twin2 id $(id 10) serial $(id 9)
	device argon as hostile id $(id 11) product "\e[2J\x07%n%s\n"
	device argon as line id $(id 12)
	device p2 as noreturn id $(id 13)
	device argon as vanish id $(id 14)
	device p2 as nocdc id $(id 15) no-cdc
	device photon as dfunak id $(id 16) mode dfu
E
ok "sixteen devices" wait_for 60 usb_count_is 16
udevadm settle --timeout=60
bench_lines >/dev/null <<-E
	fault stall stall service count=0
	fault nak nak any count=0
	fault late late service delay=3000 count=1
	fault short short service length=3 count=0
	fault garbage garbage service count=0
	fault line nak line count=0
	fault noreturn no-return
	fault dfunak nak dfu count=0
E

list() {
	pterm list --json >"$LAB_OUT/list.json" 2>"$LAB_OUT/list.err"
}
field() {	# ID FIELD
	jq -r --arg id "$1" ".devices[] | select(.id == \$id) | $2" \
	    "$LAB_OUT/list.json"
}
list
is $? 0 "pterm list ends with 0 among broken devices"
is "$(jq '.devices | length' "$LAB_OUT/list.json")" 16 "every one has its row"
cp "$LAB_OUT/list.json" "$LAB_OUT/broken.json"
is "$(field "$(id 1)" .mode)" normal "the good one is known"
for n in 2 3 4 5 6 7; do
	like "$(field "$(id $n)" .mode)" 'unknown|not-answering' \
	    "device $n: the mode is not known yet"
done
for n in 2 3 5 6 7; do
	like "$(field "$(id $n)" '.problem // .mode_reason // ""')" '.' \
	    "device $n: and the reason"
done
is "$(jq '[.devices[] | select(.id == null)] | length' "$LAB_OUT/list.json")" \
    2 "without serial, or with another's: no id"
unlike "$(cat "$LAB_OUT/list.json")" "$(printf '[\033\007]')" \
    "no control character comes through"
unlike "$(pterm list)" "$(printf '[\033\007]')" "nor in the plain list"

# Who waits longer learns more.
ok "the late one answers in the end" pterm wait --mode normal --timeout 20 "$(id 4)"
ok "NAK for ever: not answering" \
    pterm wait --mode not-answering --timeout 30 "$(id 3)"
ok "hung application: not answering" \
    pterm wait --mode not-answering --timeout 30 "$(id 7)"

act() {	# STATUS NAME VERB...
	wanted=$1 name=$2
	shift 2
	timeout 60 "$top_builddir/pterm" --yes "$@" >"$LAB_OUT/act.out" \
	    2>"$LAB_OUT/act.err"
	status=$?
	if [ $status -eq "$wanted" ]; then
		pass "$name"
	else
		fail "$name" "status $status, wanted $wanted" \
		    "$(cat "$LAB_OUT/act.out" "$LAB_OUT/act.err")"
	fi
}

# The ladder: control fails, the touch works.
act 0 "dfu of one that stalls: by the touch" dfu "$(id 2)"
is "$(usb_id "$(id 2)")" 2b04:d020 "and it is there"
act 0 "a hung one too" dfu "$(id 7)"
is "$(usb_id "$(id 7)")" 2b04:d006 "and it is there"
act 0 "reset --force of one that answers garbage" reset --force "$(id 6)"
# A CDC that never answers line state holds nobody up.
act 0 "dfu of one without line state: by control" dfu "$(id 12)"
# Never comes back.
act 5 "one that never returns: timed out" reset "$(id 13)"
like "$(cat "$LAB_OUT/act.err" "$LAB_OUT/act.out")" '.' "and says so"
list
is "$(jq '.devices | length' "$LAB_OUT/list.json")" 15 "its row is gone"
# Leaves in the middle.
bench_do fault vanish vanish service skip=2 delay=800 >/dev/null
act 1 "one that vanishes in the middle fails" reset "$(id 14)"
wait_usb "$(id 14)" 2b04:c00c
bench_do clear-faults vanish >/dev/null
act 0 "and works when it is back" reset "$(id 14)"
act 0 "without CDC: by control" dfu "$(id 15)"
act 5 "DFU that does not answer: reset times out" reset "$(id 16)"
# Mended devices are well again.
bench_do clear-faults all >/dev/null
list
is "$(field "$(id 3)" .mode)" normal "NAKs over: the mode is known again"
is "$(field "$(id 5)" .mode)" normal "replies whole again: known"
done_testing
