#!/bin/bash
# A board whose serial port never answers: the kernel waits 5 s for each of its
# requests, and nobody else does.
# lab-timeout: 240
. "${0%/*}/lib.sh"

mute=e00fce684d75746500000001
well=e00fce684d75746500000002
bench <<-E
	device argon as mute id $mute log 0
	device boron as well id $well log 0
E
wait_tty $mute >/dev/null
wait_tty $well >/dev/null
bench_do fault mute nak line count=0 >/dev/null

"$top_builddir/pterm" monitor $mute >"$LAB_TMP/mute" 2>"$LAB_TMP/mute.err" &
mute_pid=$!
"$top_builddir/pterm" monitor $well >"$LAB_TMP/well" 2>"$LAB_TMP/well.err" &
well_pid=$!
hears() {
	bench_do print well hello >/dev/null
	contains "$LAB_TMP/well" hello
}
ok "the other board is heard" wait_for 20 hears
is "$(pterm list --json | jq -r --arg id $well '.devices[] |
    select(.id == $id) | .mode')" normal "and answers"
kill $mute_pid $well_pid
wait $mute_pid
wait $well_pid

pterm touch $mute --json >"$LAB_TMP/touch" 2>&1
is "$?" 5 "a touch of it fails: it does not answer"
like "$(cat "$LAB_TMP/touch")" '"event":"result"' "with a result"
diag "$(tail -n 1 "$LAB_TMP/touch")"
is "$(pterm list --json | jq -r '.devices | length')" 2 "both are still there"
done_testing
