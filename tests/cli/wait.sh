#!/bin/sh
# Waiting for modes; and nicknames.
. "${0%/*}/lib.sh"
need_jq

bench <<-B
	scale 0.02
	device argon as one id e00fce680000000000000001 nickname one path 1-1
	device boron as two id e00fce680000000000000002 nickname two path 1-2 off
	device photon as three id 300000000000000000000003 path 1-3
	at 300ms plug two
	at 600ms press one dfu
	at 900ms press two listening
B
run --timeout 20 wait --mode normal one
ends 0 "it is there already"
is "$(cat "$scratch/out")" 'one  normal' "and is told"
run --timeout 20 wait --mode dfu one
ends 0 "it will be"
run --timeout 20 wait --mode normal e00fce680000000000000002
ends 0 "a device that is not attached is waited for"
is "$(cat "$scratch/out")" 'two  normal' "until it is there"
run --timeout 20 wait --mode normal two 1-3
ends 0 "several, all of them"
is "$(wc -l <"$scratch/out")" 2 "one row each"
run --timeout 20 wait --mode dfu
ends 0 "any device"
is "$(cat "$scratch/out")" 'one  dfu' "and which"
run --timeout 20 --poll 1 wait --mode listening,safe two
ends 0 "a button that causes no USB event is seen"
run --timeout 20 --json wait --mode dfu one
json '[.[] | [.v, .event, .id, .mode, .device.mode]]' \
    '[[1,"reached","e00fce680000000000000001","dfu","dfu"]]' "as JSON"
run --timeout 20 wait --mode normal --all
ends 0 "all that are attached"
run --timeout 0.3 wait --mode edl one
ends 5 "it never is"
says err 'one: .*in mode normal' "and what it is instead"
silent out "no row"
run --timeout 0.3 wait --mode normal 1-9
ends 5 "it never comes"
says err '1-9: .*not attached' "and is named"
run --timeout 5 wait --mode dfu e00fce68
ends 4 "two that may be meant" 
says err 'two (e00fce680000000000000002)' "are listed"

run name one gate
ends 0 "a nickname"
silent out "is no data"
says err 'e00fce680000000000000001 is gate' "and is confirmed"
run name --json one gate
json '[.[] | [.event, .id, .nickname]]' \
    '[["named","e00fce680000000000000001","gate"]]' "as JSON"
run name one ''
ends 0 "none any more"
run name one 1-1
ends 2 "a path is no nickname"
run name one "$(printf 'a\033[2J')"
ends 2 "nor is an escape sequence"
run name ffffffffffffffffffffffff spare
ends 0 "a device that is not attached, by its whole id"
run name ffff spare
ends 3 "but not by a part of it"

# The file that people may edit; this needs no device, but a USB stack.
mkdir -p "$XDG_CONFIG_HOME/pterm"
printf '# mine\nnonsense\nffffffffffffffffffffffff old\n' \
    >"$XDG_CONFIG_HOME/pterm/devices"
"$program" name ffffffffffffffffffffffff new >"$scratch/out" 2>"$scratch/err"
status=$? ran="name, really"
if [ $status -eq 0 ]; then
	is "$(cat "$XDG_CONFIG_HOME/pterm/devices")" "# mine
nonsense
ffffffffffffffffffffffff new" "the file keeps what is not ours"
	says err 'devices:2: ' "a bad line is reported with its number"
fi

bench <<-B
	device argon no-serial
B
run name it
ends 8 "without an id there is nothing to keep a name for"
run --json name 1-9 it
json '[.[] | [.event, .code, .exit]]' '[["error","no-device",3]]' \
    "an event says so"
run --json --timeout 2 wait --mode dfu
json '[.[] | [.event, .code, .exit]]' '[["error","timeout",5]]' \
    "waiting in vain is an event, too"
done_testing
