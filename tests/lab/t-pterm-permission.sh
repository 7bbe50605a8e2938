#!/bin/bash
# What an ordinary user sees without our udev rules, and with them.
. "${0%/*}/lib.sh"

argon=900000000000000000000001
p2=900000000000000000000002
mine() {
	as_user "$groups" "$top_builddir/pterm" "$@"
}
field() {	# ID FIELD
	mine list --json 2>/dev/null | jq -r --arg id "$1" \
	    ".devices[] | select(.id == \$id) | $2"
}
plug() {
	bench <<-E
		device argon as argon id $argon
		device p2 as p2 id $p2 mode dfu
		foreign 0525:a4a7 as modem serial modem-1
	E
	wait_for 20 usb_count_is 3
	udevadm settle --timeout=20
	wait_tty $argon >/dev/null
}

groups=''
plug
is "$(field $argon .mode)" no-permission "without rules: the row is there"
is "$(field $argon .platform)" argon "with its platform"
like "$(field $argon .problem)" '.' "and the reason"
is "$(field $argon '"\(.access.usb) \(.access.tty)"')" 'false false' \
    "nothing may be opened"
is "$(field $p2 .mode)" dfu "DFU shows without opening anything"
mine --yes reset $argon >/dev/null 2>"$LAB_OUT/reset.err"
is $? 6 "reset ends with 6"
like "$(cat "$LAB_OUT/reset.err")" 'rules|udev' "and says what mends it"

groups=dialout
is "$(field $argon '"\(.access.usb) \(.access.tty)"')" 'false true' \
    "in dialout: the tty may be opened"
mine --yes dfu $argon >"$LAB_OUT/dfu.out" 2>&1
is $? 0 "dfu begins at the touch there"
ok "and it works" wait_usb $argon 2b04:d00c
bench_stop

mkdir -p /run/udev/rules.d
cp "$top_srcdir/data/70-pterm.rules" /run/udev/rules.d/
udevadm control --reload
groups=plugdev
plug
is "$(field $argon .mode)" normal "with rules, in plugdev: the mode is known"
is "$(field $argon '"\(.access.usb) \(.access.tty)"')" 'true true' \
    "everything may be opened"
like "$(udevadm info -q property "$(tty_of $argon)" 2>/dev/null)" \
    'ID_MM_DEVICE_IGNORE=1' "ModemManager is told to leave it alone"
mine --yes dfu --via control $argon >"$LAB_OUT/dfu2.out" 2>&1
is $? 0 "dfu by control request"
mine --yes reset $p2 >"$LAB_OUT/reset2.out" 2>&1
is $? 0 "reset out of DFU"
ok "P2 is back" wait_usb $p2 2b04:c020
groups=''
is "$(field $p2 .mode)" no-permission "with rules, but not in plugdev: no"

# A port that somebody else holds (TIOCEXCL).
groups=plugdev
wait_usb $p2 2b04:c020
tty=$(wait_tty $p2)
hold='open(my $f, "+<", $ARGV[0]) or die; ioctl($f, 0x540c, 0) or die;
    open(my $g, ">", $ARGV[1]); close $g; sleep 100'
perl -e "$hold" "$tty" "$LAB_TMP/held" &
holder=$!
ok "root holds the tty" wait_for 10 test -e "$LAB_TMP/held"
mine --yes touch $p2 >/dev/null 2>"$LAB_OUT/busy.err"
is $? 7 "touch of a port that another user holds ends with 7"
like "$(cat "$LAB_OUT/busy.err")" "another user" "and says so"
kill $holder
wait $holder 2>/dev/null
rm -f "$LAB_TMP/held"
mkdir -p "$LAB_TMP/user"
as_user plugdev perl -e "$hold" "$tty" "$LAB_TMP/user/held" &
ok "the user holds it" wait_for 10 test -e "$LAB_TMP/user/held"
holder=$(pgrep -u nobody perl)
mine --yes touch $p2 >/dev/null 2>"$LAB_OUT/busy2.err"
is $? 7 "an own program ends it with 7, too"
like "$(cat "$LAB_OUT/busy2.err")" "perl.*$holder|$holder.*perl" "and is named"
kill "$holder"

# Nothing that is not Particle's is opened up.
node=/dev/$(udevadm info -q name -p "$(usb_dir modem-1)")
is "$(stat -c %G:%a "$node")" root:664 "a foreign device keeps its permissions"
done_testing
