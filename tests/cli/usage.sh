#!/bin/sh
# Wrong words are named, with the reason and the way out; help comes from the
# tables.
. "${0%/*}/lib.sh"

bench <<-B
	scale 0.1
	device argon id e00fce680000000000000001 nickname one
B

wrong() {	# PATTERN ARGUMENT...
	pattern=$1
	shift
	run "$@"
	if [ "$status" -eq 2 ] && [ ! -s "$scratch/out" ] &&
	    [ "$(wc -l <"$scratch/err")" -eq 1 ] &&
	    grep -q -e "$pattern" "$scratch/err"; then
		pass "$ran is wrong usage, in one sentence"
	else
		fail "$ran is wrong usage, in one sentence" "no '$pattern'"
	fi
}
wrong "no verb 'rest': did you mean 'pterm reset'" rest
wrong "did you mean 'pterm safe-mode'" safe
wrong "did you mean 'pterm list'" lsit
wrong "no verb 'xyzzy': 'pterm help' lists" xyzzy
wrong "did you mean --json" list --jsn
wrong "did you mean --demo=" --demo "$scratch/bench" list
wrong "no option '--xyzzy'" list --xyzzy
wrong "no option '-x'" list -x
wrong "list takes no --off" list --off
wrong "reset takes no --via" --via control reset one
wrong "belongs to a verb" --off
wrong "takes no argument" list one
wrong "takes no value" list --json=yes
wrong "timeout wants a value" list --timeout
wrong "timeout is 'soon'" list --timeout soon
wrong "timeout is '0'" list --timeout 0
wrong "timeout is '-1'" list --timeout=-1
wrong "timeout is '99999999999999999999'" list --timeout 99999999999999999999
wrong "poll is 'x'" list --poll x
wrong "via is 'magic'" dfu --via magic one
wrong "for is '0'" blink --for 0 one
wrong "mode knows no 'happy'" wait --mode happy
wrong "wants a mode" wait
wrong "wants a name" name
wrong "a device and a name" name one two three
wrong "leave it out, or the devices" reset --all one
wrong "no verb 'rest'" help rest
wrong "one verb at a time" help reset dfu
wrong "'\\\\x1b\[31m'" "$(printf '\033[31m')"

PTERM_POLL=never run list
ends 2 "a bad environment variable is wrong usage"
says err "PTERM_POLL" "and is named"
PTERM_BAUD=14400 run list
says err "14400" "a speed that would start DFU mode is refused"

run --version
ends 0 "--version"
says out '^pterm [0-9]' "says the version"
run -V
ends 0 "-V, too"

for words in help --help -h 'list --help' 'help list' 'reset -h' 'help help'; do
	# Several words on purpose.
	# shellcheck disable=SC2086
	run $words
	ends 0 "$words"
	says out '^Usage: pterm' "$words says how"
done
run help
verbs=$(sed -n 's/^  . .  \([a-z-]*\)  .*//p; s/^  [a-z ]  \([a-z-][a-z-]*\) .*/\1/p' "$scratch/out")
is "$(echo "$verbs" | wc -l)" 12 "help lists all verbs"
for verb in $verbs; do
	run help "$verb"
	says out "^pterm $verb: " "help $verb"
	run "$verb" --help
	ends 0 "$verb --help"
done

run list -qv --no-color --timeout=5
ends 0 "letters may stand together, options behind the verb"
run --timeout 2.5 --json list
ends 0 "and before it"
run reset -- one
ends 0 "-- ends the options"

run --complete-verbs
is "$(cut -f 1 "$scratch/out")" "$verbs" "the shells get the same verbs"
run dfu --complete-options
says out '^--via	' "the shells get a verb's options"
run --complete-devices
is "$(cut -f 1 "$scratch/out" | paste -s -d ' ' -)" \
    "one e00fce680000000000000001" "and the devices"

"$program" --demo=/nonexistent/file list >"$scratch/out" 2>"$scratch/err"
status=$?
ends 1 "a script that is not there is a failure"
says err /nonexistent/file "and is named"
printf 'device toaster\n' | bench
run list
says err 'bench:1' "a wrong line of a script is named"
done_testing
