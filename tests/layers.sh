#!/bin/sh
# Holds every #include of src/ against the table of layers (HACKING.md): each
# folder may name itself and what stands behind its colon, nothing else.
cd "${top_srcdir:-$(dirname "$0")/..}" || exit 99
table='
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
virtual-main: base loop virtual'

echo "1..1"
bad=$(for file in src/*.[ch] src/*/*.[ch]; do
	case $file in *.pb.[ch]) continue ;; esac	# generated
	layer=$(echo "$file" | sed 's|^src/||; s|/.*||; s|\.[ch]$||')
	allowed=$(echo "$table" | sed -n "s/^$layer://p")
	sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file" | while read -r include; do
		to=$(echo "$include" | sed 's|/.*||; s|\.h$||')
		case " $layer $allowed config.h " in
		*" $to "* | *" $include "*) ;;
		*) echo "# $file includes $include: $layer may know only:$allowed" ;;
		esac
	done
done)
if [ -n "$bad" ]; then
	echo "$bad"
	echo "not ok 1 - includes follow the layers"
	exit 1
fi
echo "ok 1 - includes follow the layers"
