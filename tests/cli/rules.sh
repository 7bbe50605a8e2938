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

# quickstart offers the rules exactly where they would help.
sed -n '/^is_denied/,/^}/p' "$top_srcdir/quickstart" >"$scratch/is-denied"
. "$scratch/is-denied"
offers() {	# yes|no DEVICE
	printf '%s\n' "device $2" | bench
	run list --json
	if is_denied "$(cat "$scratch/out")"; then got=yes; else got=no; fi
	is "$got" "$1" "quickstart, $2: $1"
}
offers yes "argon no-usb-access"
offers yes "argon mode dfu no-usb-access"
offers yes "argon no-tty-access"
offers no "argon mode dfu"
offers no "tachyon mode edl no-usb-access"
done_testing
