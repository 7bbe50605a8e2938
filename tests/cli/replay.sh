#!/bin/sh
# The virtual devices answer as Device OS's own code was recorded to answer,
# and a recording that differs is noticed.
program=$top_builddir/pterm-virtual
recordings=$top_srcdir/tests/data/transcripts
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

number=0
ok() {	# TEXT COMMAND...: the command succeeds
	number=$((number + 1))
	text=$1
	shift
	if "$@" >"$scratch/said" 2>&1; then
		echo "ok $number - $text"
	else
		sed 's/^/# /' "$scratch/said"
		echo "not ok $number - $text"
	fi
}

# Counts all scenarios that the file has.
replays_all() {
	"$program" --replay "$recordings/$1" >"$scratch/out"
	status=$?
	cat "$scratch/out"
	count=$(grep -c '^== ' "$recordings/$1")
	[ $status -eq 0 ] &&
	    [ "$(tail -n 1 "$scratch/out")" = \
	    "$1: $count scenarios, $count as recorded" ]
}

differs() {	# FILE STATUS PATTERN: exit status, and what is said
	"$program" --replay "$1" >"$scratch/out" 2>&1
	status=$?
	cat "$scratch/out"
	[ $status -eq "$2" ] && grep -q "$3" "$scratch/out"
}

# The whole difference, as it is shown.
shows_difference() {
	cat >"$scratch/want" <<-END
	$scratch/changed.txt:78: no payload, no reply data (72 in normal mode)
	  > c0 01 0000 0048 0040
	  recorded: 0300000000000200
	  got:      0300000000000100
	END
	"$program" --replay "$scratch/changed.txt" | head -n 4 \
	    >"$scratch/out"
	sed 's/:[0-9]*:/:N:/' "$scratch/want" >"$scratch/want-n"
	sed 's/:[0-9]*:/:N:/' "$scratch/out" >"$scratch/out-n"
	diff "$scratch/want-n" "$scratch/out-n"
}

echo 1..10
for file in control-channel.txt dfu-gen2.txt dfu-nrf.txt dfu-rtl.txt; do
	ok "$file replays as recorded" replays_all $file
done

sed '0,/^< 0300000000000100/s//< 0300000000000200/' \
    "$recordings/control-channel.txt" >"$scratch/changed.txt"
ok "a changed reply makes a difference" differs "$scratch/changed.txt" 1 \
    "^changed.txt: 44 scenarios, 43 as recorded"
ok "the scenario is named, with both replies" shows_difference

sed '0,/^! erase alt=0 addr=000b4000/s//! erase alt=0 addr=000b5000/' \
    "$recordings/dfu-nrf.txt" >"$scratch/event.txt"
ok "what happens inside is compared, too" differs "$scratch/event.txt" 1 \
    "^event.txt: 34 scenarios, 33 as recorded"

grep -v '^! stall-requested-late' "$recordings/dfu-rtl.txt" \
    >"$scratch/missing.txt"
ok "what happens inside and was not recorded is a difference" \
    differs "$scratch/missing.txt" 1 "(nothing)"

echo "> c0 01" >"$scratch/broken.txt"
ok "a file that is no transcript is an error with its line" \
    differs "$scratch/broken.txt" 1 "broken.txt:1: "
ok "a file that is not there is an error" \
    differs "$scratch/none.txt" 1 "none.txt: "
