#!/bin/sh
# pterm monitor where it prints lines.
. "${0%/*}/lib.sh"
need_jq

# run_with INPUT ARGUMENT...: run, with that on standard input.
run_with() {
	input=$1
	shift
	printf '%b' "$input" |
	    demo "$@" >"$scratch/out" 2>"$scratch/err"
	status=$?
	ran="pterm $*"
}

# begin ARGUMENT...: in the background, until it has said something, which is in
# $line; the rest stands in the pipe that is open as 3.
mkfifo "$scratch/pipe"
begin() {
	ran="pterm $*"
	"$program" --demo="$scratch/bench" "$@" >"$scratch/pipe" \
	    2>"$scratch/err" </dev/null &
	pid=$!
	exec 3<"$scratch/pipe"
	IFS= read -r line <&3
	printf '%s\n' "$line" >"$scratch/out"
}

bench <<-B
	scale 0.1
	device p2 as gate id 0a1000000000000000000001 nickname gate log 0 path 1-1
	device argon as rig id e00fce680000000000000002 nickname rig log 0 path 1-2
	device boron as late id e00fce680000000000000003 log 0 path 1-3 off
	device photon as mute id 300000000000000000000004 nickname mute no-cdc path 1-4
	device argon as down id e00fce680000000000000005 nickname down mode dfu path 1-5
	at 300ms print gate one
	at 310ms print rig two
	at 320ms print gate "evil \\x1b[31m\\x07 \\xff"
	at 400ms tty gate 7
	at 410ms press gate reset
	at 900ms print gate three
	at 900ms plug late
	at 1200ms print late four
	at 1300ms write gate "no end"
B

run --timeout 3 monitor gate
ends 0 "the end of its time is a good end"
says out '^one$' "lines are data"
says out '^evil \\x1b\[31m\\x07 \\xff$' "that steer no terminal"
says out '^three$' "also after a reset"
says out '^no end$' "what has no end is printed at the end"
says err '^-- gate: connected to ttyACM0$' "notes are none"
says err '^-- gate: waits for the device$' "nor is the departure"
says err '^-- gate: gone [0-9.]* s, back on ttyACM7, boot 2$' "nor the gap"
run -q --timeout 2 monitor gate
says out '^one$' "quiet: lines"
silent err "and nothing else"

run --timeout 3 monitor gate rig e00fce680000000000000003
ends 0 "several devices"
says out '^gate: one$' "have their names in front"
says out '^rig: two$' "each"
says out '^e00fce680000000000000003: four$' "and one comes later"
says err 'waits for e00fce680000000000000003' "which is waited for"
run --timeout 2 monitor --all
ends 0 "all devices"
says out '^rig: two$' "are read side by side"
says err '^-- down: in dfu mode, without a serial port$' "why one is silent"
says err '^-- mute: waits for its serial port$' "and another"

run --timeout 3 --json monitor gate
ends 0 "as JSON"
json '[.[] | select(.event == "line") | .text] | map(select(test("one|three")))' \
    '["one","three"]' "lines"
json '[.[] | select(.event == "gap")] | length' 1 "one gap"
json '[.[] | [.v, .id, (.t | type), (.text | type)]] | unique' \
    '[[1,"0a1000000000000000000001","string","string"]]' "every event has them"
json '[.[] | .event] | unique' '["gap","line","note"]' "no other event"

run_with 'echo from the shell\n' --timeout 2 monitor gate
ends 0 "standard input is sent"
says out '^from the shell$' "and answered"
says out '^three$' "and its end is not the end"
export PTERM_EOL=crlf
run_with 'echo windows\necho two\n' --timeout 2 monitor gate
says out '^windows$' "with the end of lines that is wanted"
says out '^two$' "each"
unset PTERM_EOL
run_with 'echo early\n' --timeout 4 monitor e00fce680000000000000003
ends 0 "to one that comes later"
says out '^early$' "once it is there"

run --timeout 2 monitor ffffffffffffffffffffffff
ends 5 "one that never comes"
says err 'ffffffffffffffffffffffff was not attached in time' "is named"
run monitor nobody
ends 3 "but what is no id must be there"
run monitor
ends 4 "several may be meant"
run reset --plain gate
ends 2 "--plain is the monitor's"
run --timeout 1 monitor --plain gate
ends 0 "who has it"

bench <<-B
	device argon as rig nickname rig path 1-2
	at 0s hold rig "picocom (4711)"
	at 1200ms release rig
	at 2500ms print rig mine
B
run --timeout 3 monitor rig
ends 0 "a port that is held"
says err '^-- rig: .*picocom (4711)' "by whom"
says out '^mine$' "is taken when it is free"

bench <<-B
	device argon as rig nickname rig log 50 path 1-2
B
for one in INT:130 TERM:143; do
	begin monitor rig
	kill -s "${one%:*}" "$pid"
	wait "$pid"
	status=$?
	exec 3<&-
	ends "${one#*:}" "${one%:*} ends with ${one#*:}"
done
begin monitor rig
exec 3<&-
wait "$pid"
status=$?
ends 0 "who reads no more ends it"
demo monitor rig >/dev/full 2>"$scratch/err"
status=$? ran="pterm monitor rig >/dev/full"
ends 1 "a full disk is told"
says err 'standard output: ' "in words"

done_testing
