#!/bin/bash
# A tty that another program holds: who it is, as far as the user may know.
# lab-timeout: 240
. "${0%/*}/lib.sh"

argon=e00fce68b050000000000001
bench <<-E
	device argon id $argon log 0
E
tty=$(wait_tty $argon)
dir=/sys/bus/usb/devices/$(usb_path $argon)
chmod 666 "$tty" /dev/bus/usb/$(printf '%03d/%03d' "$(<"$dir/busnum")" \
    "$(<"$dir/devnum")")
stty -F "$tty" raw -echo
as_nobody="setpriv --reuid=nobody --regid=nogroup --clear-groups"

touch_it() {	# [AS...]
	"$@" "$top_builddir/pterm" touch $argon --json 2>&1
}

has_open() {	# PID
	find "/proc/$1/fd" -lname "$tty" | grep -q .
}

sleep 300 <"$tty" &
holder=$!
wait_for 10 has_open $holder
said=$(touch_it)
is $? 7 "a program that reads it makes it busy"
like "$said" "in use by sleep \(pid $holder\)" "and is named"
ok "it still has it" has_open $holder
kill $holder
wait $holder

mkdir -p /run/lock
sleep 300 &
holder=$!
printf '%10d\n' $holder >"/run/lock/LCK..${tty##*/}"
said=$(touch_it)
is $? 7 "a lock file makes it busy"
like "$said" "in use by sleep \(pid $holder\)" "and its writer is named"
kill $holder
wait $holder

perl -e 'use Fcntl ":flock"; open F, "<", shift and flock F, LOCK_EX and
    sleep 300' "$tty" &
holder=$!
is_locked() {
	! flock -n "$tty" true
}
wait_for 10 is_locked
said=$(touch_it $as_nobody)
is $? 7 "a lock of another user makes it busy"
like "$said" "in use by perl \(pid $holder\)" "and is named"
kill $holder
wait $holder
wait_for 10 not is_locked

# Nothing tells a user what root has opened for itself alone.
python3 -c '
import fcntl, sys, termios, time
f = open(sys.argv[1])
fcntl.ioctl(f, termios.TIOCEXCL)
time.sleep(300)' "$tty" &
holder=$!
is_exclusive() {
	! $as_nobody sh -c ": <'$tty'"
}
wait_for 30 is_exclusive
said=$(touch_it $as_nobody)
is $? 7 "a tty that root has for itself is busy"
like "$said" "in use by another user's process" "held by somebody"
kill $holder
wait $holder
wait_for 10 not is_exclusive

# A lock file whose writer is gone is nothing.
printf '%10d\n' 99999 >"/run/lock/LCK..${tty##*/}"
ok "when nobody holds it, the touch works" touch_it
ok "and the device is in DFU" wait_usb $argon 2b04:d00c
rm -f "/run/lock/LCK..${tty##*/}"
done_testing
