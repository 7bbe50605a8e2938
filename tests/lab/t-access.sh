#!/bin/bash
# The reason that a user is given, and a pterm that runs already when access is
# given and taken away.
# lab-timeout: 240
. "${0%/*}/lib.sh"

rules=/run/udev/rules.d/70-pterm.rules
argon=e00fce68acce550000000001

problem() {	# GROUPS
	as_user "$1" "$top_builddir/pterm" list --json |
	    jq -r '.devices[] | .problem // "none"'
}

apply_rules() {
	udevadm control --reload
	udevadm trigger --action=change --subsystem-match=usb \
	    --subsystem-match=tty
	udevadm settle --timeout=20
}

is_taken_away() {
	tail -n 1 "$LAB_OUT/watch" | grep -q '"access":{"usb":false,"tty":false}'
}

bench <<-E
	device argon id $argon log 0
E
tty=$(wait_tty $argon)
dir=/sys/bus/usb/devices/$(usb_path $argon)
node=/dev/bus/usb/$(printf '%03d/%03d' "$(<"$dir/busnum")" "$(<"$dir/devnum")")

like "$(problem "")" "$node \(root:root, mode 0664\); .*70-pterm.rules" \
    "the reason names the node, its owner and mode, and what would help"
chmod 666 "$node"
like "$(problem "")" "$tty \(root:dialout, mode 0660\); the group dialout may" \
    "a group that may open it is named"
is "$(problem dialout)" none "in that group nothing is in the way"
chmod 664 "$node"

# From here on a pterm watches.
as_user plugdev "$top_builddir/pterm" list --watch --json \
    >"$LAB_OUT/watch" 2>"$LAB_OUT/watch.err" &
ok "a user who is not let in watches" \
    wait_for 20 contains "$LAB_OUT/watch" '"event":"ready"'
unlike "$(<"$LAB_OUT/watch")" '"usb":true' "without access"
mkdir -p "${rules%/*}"
cp "$top_srcdir/data/70-pterm.rules" $rules
apply_rules
is "$(stat -c '%G %a' "$node" "$tty" | sort -u)" 'plugdev 660' \
    "the rules give both nodes to plugdev"
ok "access that is given is seen" \
    wait_for 20 contains "$LAB_OUT/watch" '"access":\{"usb":true,"tty":true\}'
ok "and the mode is asked for" \
    wait_for 20 contains "$LAB_OUT/watch" '"mode":"normal"'
rm -f $rules
chgrp root "$node" "$tty"
apply_rules
diag "$(stat -c '%n %U:%G %a' "$node" "$tty")"
ok "access that is taken away is seen" \
    wait_for 20 is_taken_away
done_testing
