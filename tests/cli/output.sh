#!/bin/sh
# Where the output goes: readers that leave, full disks, closed streams, hostile
# devices, and signals.
. "${0%/*}/lib.sh"
need_jq

bench <<-B
	scale 0.02
	device argon as one id e00fce680000000000000001 nickname one path 1-1
	device boron as two id e00fce680000000000000002 nickname two path 1-2
	every 50ms press one reset
	every 70ms press two reset
B
# The reader takes a line and leaves; the watch ends by itself.
{ demo list --watch --json 2>"$scratch/err"; echo $? >"$scratch/status"; } |
	head -n 1 >"$scratch/out"
status=$(cat "$scratch/status") ran="list --watch | head"
ends 0 "a watch whose reader left ends well"
silent err "and quietly"
json 'length' 1 "the reader has its line"

bench <<-B
	scale 0.02
	device argon as one id e00fce680000000000000001 nickname one path 1-1
	device boron as two id e00fce680000000000000002 nickname two path 1-2
B
{ demo list --watch --json 2>"$scratch/err"; echo $? >"$scratch/status"; } |
	head -n 1 >"$scratch/out"
status=$(cat "$scratch/status")
ends 0 "also where nothing happens any more"

{ demo -y reset --all 2>"$scratch/err"; echo $? >"$scratch/status"; } |
	true
status=$(cat "$scratch/status")
ends 0 "actions are finished, whoever reads"

if [ -e /dev/full ]; then
	demo list >/dev/full 2>"$scratch/err"
	status=$? ran='list >/dev/full'
	ends 1 "a full disk is a failure"
	says err 'standard output: No space' "and is named"
fi
demo list --json >&- 2>"$scratch/err"
status=$? ran='list >&-'
ends 1 "a closed standard output is a failure"
says err 'standard output: ' "and is named"
demo list >"$scratch/out" 2>&- <&-
status=$? ran='list 2>&- <&-'
ends 0 "other closed streams are not"

# A signal: what runs is cancelled, and the LED is off before the end.
mkfifo "$scratch/said"

# interrupt SIGNAL STREAM ARGUMENT...: sends the signal when the program has said
# something on the stream (1 or 2); all that it said there is in $scratch/out.
interrupt() {
	signal=$1 stream=$2
	shift 2
	ran="pterm $*, SIG$signal"
	if [ "$stream" = 1 ]; then
		"$program" --demo="$scratch/bench" "$@" >"$scratch/said" \
		    2>"$scratch/err" &
	else
		"$program" --demo="$scratch/bench" "$@" 2>"$scratch/said" \
		    >"$scratch/err" &
	fi
	pid=$!
	exec 3<"$scratch/said"
	read -r first <&3
	kill -s "$signal" $pid
	{ printf '%s\n' "$first"; cat <&3; } >"$scratch/out"
	exec 3<&-
	wait $pid
	status=$?
}
for one in INT:130 TERM:143; do
	interrupt "${one%:*}" 2 blink --for 60 one
	ends "${one#*:}" "${one%:*} ends with ${one#*:}"
	says out 'blinking off' "and the LED is switched off"
done
interrupt TERM 1 list --watch --json
ends 143 "a watch, too"
silent err "quietly"
echo 'every 100ms press two reset' >>"$scratch/bench"
interrupt INT 2 wait --mode listening -v one
ends 130 "and a wait"

# Nothing of what devices say reaches the terminal as it is.
bench <<-B
	scale 0.02
	device argon id e00fce680000000000000001 path 1-1
	 product "evil\e]0;owned\x07\e[2J" manufacturer "a\nb\x9bc\rd"
	device boron serial "\e[31mserial\x7f" path 1-2 as two
	device photon2 id 0a10aced202194944a05a1c8 path 1-3 product "\xe2\x80\xaeRTL"
	 log 0
	every 100ms print two "\e[2J\x07bell\x9b31m"
B
clean() {	# FILE: only printable text, tabs and newlines
	LC_ALL=C tr -d '\n\t\040-\176' <"$1" | LC_ALL=C tr -d '\200-\377' \
	    >"$scratch/rest"
	[ ! -s "$scratch/rest" ] && iconv -f UTF-8 -t UTF-16LE "$1" \
	    >/dev/null 2>&1
}
for words in list 'list --json' 'info 1-1' 'info 1-2' 'info 1-3' \
    'info --json --all' '--timeout 0.6 -v list --watch' \
    '--timeout 0.6 --json list --watch' '-y -v reset --all' \
    '-y --json dfu --all' '--timeout 1 monitor 1-2' \
    '--timeout 1 --json monitor 1-2' '--complete-devices' 'reset zz\0033[2J'; do
	# Several words on purpose.
	# shellcheck disable=SC2046
	run $(printf '%b' "$words")
	cat "$scratch/out" "$scratch/err" >"$scratch/both"
	if clean "$scratch/both"; then
		pass "pterm $words shows no raw control character"
	else
		fail "pterm $words shows no raw control character" \
		    "$(od -c "$scratch/rest" | head -n 3)"
	fi
done
run info 1-1
says out 'evil\\x1b\]0;owned\\x07\\x1b\[2J' "but shows what there was"
done_testing
