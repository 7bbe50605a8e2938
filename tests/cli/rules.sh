#!/bin/sh
# The udev rules mean Particle's devices and no other.
. "${0%/*}/lib.sh"
rules=$top_srcdir/data/70-pterm.rules
status=0 ran=rules
: >"$scratch/out" >"$scratch/err"

is "$(grep -o 'id\(Vendor\|Product\)}=="[^"]*"' "$rules" | sort -u |
	sed 's/.*="//; s/"//' | paste -s -d ' ' -)" \
    "607[df] [cd]0?? 1d50 2b04" "the ids"
is "$(grep -c 'MODE="0660", GROUP="plugdev", TAG+="uaccess"' "$rules")" 1 \
    "the rights are given in one place"
is "$(grep -c 'ID_MM_DEVICE_IGNORE}="1"' "$rules")" 1 "ModemManager is kept off"
for label in $(sed -n 's/.*GOTO="\([a-z_]*\)".*/\1/p' "$rules" | sort -u); do
	is "$(grep -c "^LABEL=\"$label\"" "$rules")" 1 "label $label is there"
done
done_testing
