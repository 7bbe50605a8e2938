#!/bin/sh
# pterm(1) passes mandoc's lint, and has the verbs, keys, options, modes, events
# and exit statuses that the program has.
. "${0%/*}/lib.sh"
status=0 ran=man
page=$top_srcdir/man/pterm.1
: >"$scratch/out" >"$scratch/err"
printf '' | bench

if command -v mandoc >/dev/null; then
	# Which other pages this machine has is not the page's fault.
	mandoc -T lint -W style "$page" 2>/dev/null |
		grep -v 'referenced manual not found' >"$scratch/out"
	silent out "mandoc has no complaint"
else
	number=$((number + 1))
	echo "ok $number - mandoc has no complaint # SKIP mandoc is missing"
fi

run help
sed -n 's/^  \([a-z ]\)  \([a-z-][a-z-]*\) .*/\2 \1/p' "$scratch/out" |
	sed 's/ *$//' | sort >"$scratch/verbs"
sed -n '/^\.Ss Verbs/,/^\.Ss Devices/{
	s/^\.It Cm \([a-z-]*\).* Pq \([a-z]\)$/\1 \2/p
	t
	s/^\.It Cm \([a-z-]*\).*/\1/p
}' "$page" | sort >"$scratch/paged"
is "$(cat "$scratch/paged")" "$(cat "$scratch/verbs")" \
    "the page has the program's verbs and keys"

for verb in $(cut -d ' ' -f 1 "$scratch/verbs"); do
	demo "$verb" --complete-options
done | sed -n 's/^\(--[a-z-]*\).*/\1/p' | sort -u >"$scratch/options"
sed -n '/^\.Ss Options/,/^\.Ss Modes/{
	s/^\.It Fl [a-zA-Z] , -\([a-z-]*\).*/--\1/p
	t
	s/^\.It Fl -\([a-z][a-z-]*\).*/--\1/p
}' "$page" | sort >"$scratch/paged"
is "$(cat "$scratch/paged")" "$(cat "$scratch/options")" \
    "the page has the program's options"

for verb in $(cut -d ' ' -f 1 "$scratch/verbs"); do
	run help "$verb"
	sed -n '/^Options:/,/^Options of all/s/^      \(--[a-z-]*\).*/\1/p' \
	    "$scratch/out" | sort >"$scratch/options"
	sed -n "/^\\.Ss Verbs/,/^\\.Ss Devices/s/^\\.It Cm $verb\\( .*\\)*$/\\1/p" \
	    "$page" | grep -o 'Fl -[a-z-]*' | sed 's/Fl -/--/' | sort \
	    >"$scratch/paged"
	is "$(cat "$scratch/paged")" "$(cat "$scratch/options")" \
	    "the page has the options of $verb"
done

modes=$(demo wait --mode x 2>&1 | sed 's/.* of //; s/, / /g')
for mode in $modes; do
	grep -q "^\.It Cm $mode\$" "$page" || echo "$mode"
done >"$scratch/out"
silent out "the page has all modes"

sed -n 's/.*\(cli\|act\)_event([^"]*"\([a-z]*\)".*/\2/p
    s/^	*\[\(WATCH\|SESSION\)_[A-Z]*\] = "\([a-z]*\)",/\2/p' "$top_srcdir"/src/cli/*.c |
	sort -u >"$scratch/events"
is "$(grep -c . "$scratch/events")" 14 "the events are found in the sources"
sed -n '/^\.Ss Events/,/^\.Sh ENV/s/^\.It Li //p' "$page" |
	sed 's/ , /\n/g' >"$scratch/paged"
grep -v -x -F -f "$scratch/paged" "$scratch/events" >"$scratch/out"
silent out "the page has all events"
done_testing
