#!/bin/sh
# Holds every #include of src/ against the table of layers (HACKING.md): each
# folder may name itself and what stands behind its colon, nothing else.
cd "${top_srcdir:-$(dirname "$0")/..}" || exit 99

echo "1..1"
awk '
NR == FNR {	# the table, on standard input
	layer = $1
	sub(/:$/, "", layer)
	$1 = layer
	known[layer] = " " $0 " config.h "
	next
}
FILENAME ~ /\.pb\.[ch]$/ { next }	# generated
/^#include "/ {
	layer = FILENAME
	sub(/^src\//, "", layer)
	sub(/\/.*|\.[ch]$/, "", layer)
	split($0, part, "\"")
	to = part[2]
	sub(/\/.*|\.h$/, "", to)
	if (!index(known[layer], " " to " ") && part[2] != "config.h") {
		printf "# %s includes %s: %s may know only%s\n", FILENAME, part[2], layer, known[layer]
		bad = 1
	}
}
END {
	print (bad ? "not " : "") "ok 1 - includes follow the layers"
	exit bad
}' - src/*.[ch] src/*/*.[ch] <<E2
base:
loop: base
particle: base
config: base
bus: base loop
model: base particle
virtual: base loop particle bus firmware
action: base loop particle config bus model
cli: base loop config model action app
ui: base loop config model action app
app: base loop config particle bus virtual model action
main: base config app cli ui
virtual-main: base loop virtual
E2
