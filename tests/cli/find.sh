#!/bin/sh
# What a device may be called.
. "${0%/*}/lib.sh"
need_jq

bench <<-B
	scale 0.05
	device photon2 id 0a10aced202194944a05a1c8 path 1-1.2 tty 3
	 nickname gatehouse
	device argon id e00fce68a0000000aaaa0001 path 1-1.3 tty 4 nickname "rig 6"
	device boron id e00fce68a0000000aaaa0002 path 1-1.4 tty 5
B

finds() {	# WORD ID
	run info --json "$1"
	json '.[0].id' "\"$2\"" "found as '$1'"
}
p2=0a10aced202194944a05a1c8
finds $p2 $p2
finds 0A10ACED202194944A05A1C8 $p2
finds gatehouse $p2
finds /dev/ttyACM3 $p2
finds ttyACM3 $p2
finds 1-1.2 $p2
finds 0a10 $p2
finds a1c8 $p2
finds 'rig 6' e00fce68a0000000aaaa0001
finds aaaa0001 e00fce68a0000000aaaa0001
run info e00fce68
ends 4 "a beginning of two ids is ambiguous"
silent out "and does nothing"
says err 'rig 6 (e00fce68a0000000aaaa0001)' "it lists one"
says err 'e00fce68a0000000aaaa0002' "and the other"
run reset
ends 4 "no device named, three attached: ambiguous"
says err gatehouse "with all that there are"
run info a1c
ends 3 "three digits are too few"
run info 1-9
ends 3 "a path where nothing is"
says err '1-9' "is named"
run info ttyACM9
ends 3 "a tty of nobody"
run reset gatehouse 1-9 --yes
ends 3 "one of two is not there: nothing is done"
silent out "at all"
run --json reset 1-9
ends 3 "with JSON"
json '[.[] | [.event, .id, .code, .exit]]' '[["error",null,"no-device",3]]' \
    "there is an event that says so"

PTERM_DEVICE=gatehouse run info --json
json '.[0].id' "\"$p2\"" "PTERM_DEVICE stands for a device"
PTERM_DEVICE=gatehouse run info --json aaaa0002
json '.[0].id' '"e00fce68a0000000aaaa0002"' "but not where one is named"

bench <<-B
	scale 0.05
	device argon id e00fce68a0000000aaaa0001
	device tachyon mode edl
	foreign 1234:5678
B
run info --json
json '.[0].id' '"e00fce68a0000000aaaa0001"' "the only one need not be named"

bench <<-B
B
run reset
ends 3 "none is attached"
run reset --all --yes
ends 3 "all of none"
done_testing
