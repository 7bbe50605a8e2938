#!/bin/sh
# Each verb that acts on devices; one device and several; how they end.
. "${0%/*}/lib.sh"
need_jq

bench <<-B
	scale 0.02
	device photon2 id 0a10aced202194944a05a1c8 nickname gate
	device argon id e00fce680000000000000001 nickname rig version 6.2.0
	device msom id 0a10aced202194944a0b22f0 nickname flat mode dfu
	device core id 300000000000000000000001 nickname old
	device b5som id e00fce680000000000000003 nickname vault
	 protection protected
	device electron id 200043001850483553353620 nickname shut
	 no-usb-access no-tty-access
	device boron as held id e00fce680000000000000004 nickname held
	device tachyon mode edl path 1-9
	device p1 id 400000000000000000000001 nickname lost no-cdc
	 fault stall service count=0
	 fault stall vendor count=0
	at 0s hold held "screen, pid 4242"
B

does() {	# PATTERN ARGUMENT...
	pattern=$1
	shift
	run "$@"
	ends 0 "$ran"
	says out "$pattern" "$ran says so"
}
does '^gate  dfu  ok  *in dfu mode' dfu gate
does '^gate  dfu  ok  *in dfu mode' dfu --via control gate
does '^gate  dfu  ok  *in dfu mode' dfu --via touch gate
does '^gate  touch  ok  *in dfu mode' touch gate
does '^gate  reset  ok' reset gate
does '^gate  reset  ok' reset --force gate
does '^flat  reset  ok' reset flat
does '^rig  safe-mode  ok' safe-mode rig
does '^rig  listen  ok' listen rig
does '^rig  listen  ok' listen --off rig
does '^rig  blink  ok' blink --for 1 rig
does '^flat  dfu  ok  .*already' dfu flat

run dfu gate
says err '^gate  .*([0-9.]* s)$' "each step has its time"
run -q dfu gate
silent err "and is kept back with -q"
run -v dfu gate
says err '^[0-9:]*  gate  attached  dfu' "-v tells what happens on the bus"

run dfu --json rig
ends 0 "as JSON"
silent err "nothing else is said"
json '[.[].event] | [first, last] + (.[1:-1] | unique)' \
    '["started","result","step"]' "started, steps, result"
json '[.[] | [.v, .id, .nickname, .action]] | unique' \
    '[[1,"e00fce680000000000000001","rig","dfu"]]' "of that device"
json '.[-1] | [.ok, .code, .exit, .mode, .tty]' '[true,"ok",0,"dfu",null]' \
    "the result"
json '[.[] | select(.event == "step") | .ok, (.duration_ms | type)] | unique' \
    '[true,"number"]' "steps have times"

run reset --json rig
ends 0 "a reset as JSON"
json '.[-1] | [.event, .ok, .mode]' '["result",true,"normal"]' \
    "the result waits for the mode in which it came back"

run reset old
ends 1 "what a platform cannot do has failed"
says err 'old: reset: .*no control requests' "with the reason"
run reset 1-9
ends 8 "nothing is sent to a chip in EDL"
run reset shut
ends 6 "no permission"
says err 'shut: reset: ' "names the device"
is "$(grep -c rules "$scratch/err")" 0 "rules would not mend it on the bench"
run touch held
ends 7 "the port is held by another program"
says err 'screen, pid 4242' "by whom"
run listen vault
ends 8 "a protected device refuses"
run dfu --timeout 0.05 --json gate
ends 5 "--timeout caps the verb"
json '.[-1] | [.ok, .code, .exit]' '[false,"timeout",5]' "the result says so"

run reset gate rig
ends 8 "two devices, and nobody to ask"
says err 'reset .*2 devices.*--yes' "says how"
silent out "nothing was done"
run --json reset gate rig
json '[.[] | [.event, .code, .exit]]' '[["error","refused",8]]' \
    "nor does a program have to read standard error for it"
run blink --for 1 gate rig
ends 0 "what disturbs nobody needs no question"
run --yes reset gate rig
ends 0 "two devices that are well"
is "$(sort "$scratch/out" | sed 's/  ok .*//')" "gate  reset
rig   reset" "one row each"
run --yes reset gate rig gate 0a10aced202194944a05a1c8
is "$(wc -l <"$scratch/out")" 2 "a device that is named twice is reset once"
run -y reset gate shut
ends 6 "one that fails: its status"
says out '^gate  reset  ok' "the other is reset"
says out '^shut  reset  permission' "and the failure has a row"
says err '1 of 2 devices failed' "the sum"
run -y reset old shut
ends 1 "several that fail in different ways: 1"
run -y --json reset shut held 1-9
json '[.[] | select(.event == "result") | [.nickname, .exit]] | sort' \
    '[[null,8],["held",0],["shut",6]]' "each has its result"
ends 1 "and they do not agree"

bench <<-B
	scale 0.02
	device argon x 3
	device photon
	device tachyon mode edl
B
run -y dfu --all
ends 0 "all of them"
is "$(grep -c ' ok ' "$scratch/out")" 4 "without the chip in EDL"

# On a terminal it asks; only yes is yes.
asks() {	# ANSWER STATUS TEXT
	printf '%s\n' "$1" | script -qec \
	    "'$program' --demo='$scratch/bench' reset --all" /dev/null \
	    >"$scratch/out" 2>"$scratch/err"
	status=$? ran="reset --all, $1"
	ends "$2" "$3"
	says out '5 devices: .*Go on' "the question says how many"
}
bench <<-B
	scale 0.02
	device argon x 5
B
if command -v script >/dev/null; then
	asks y 0 "asked, and confirmed"
	asks '' 8 "no is the default"
	asks nonsense 8 "nonsense is no"
fi

# What is there already needs nothing.
bench <<-B
	device argon mode dfu
B
for verb in dfu touch; do
	run $verb
	ends 0 "$verb of a device in DFU mode"
	says out 'in dfu mode already' "$verb says so"
done

# Asking a hung device for its mode does not take all the time there is.
bench <<-B
	scale 0.02
	device argon hung
B
run --timeout 1 dfu --via touch
ends 0 "half of the time is for the action"

# A device that never comes back: one step's time is over after 8 s.
bench <<-B
	device argon
	 fault no-return
B
run --timeout 3 reset
ends 5 "a device that does not come back in time"
done_testing
