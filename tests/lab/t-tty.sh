#!/bin/bash
# Our devices as ttys: the link, the log read by cat, the 14400 touch by picocom.
. "${0%/*}/lib.sh"

argon=400000000000000000000001
photon=400000000000000000000002
p2=400000000000000000000003
bench <<-E
	device argon as argon id $argon log 20
	device photon as photon id $photon
	device p2 as p2 id $p2
E
for id in $argon $photon $p2; do
	ok "$id has a tty" wait_tty $id
done
tty=$(tty_of $argon)

is "$(readlink -f /dev/serial/by-id/*_${argon}-if*)" "$tty" \
    "/dev/serial/by-id has a link to it"
is "$(stat -c %G "$tty")" dialout "the tty is of group dialout"
is "$(basename "$(readlink "/sys/class/tty/${tty#/dev/}/device/driver")")" \
    cdc_acm "driven by cdc_acm"

stty -F "$tty" raw -echo
timeout 30 cat "$tty" >"$LAB_OUT/log.txt" &
cat_pid=$!
ok "cat reads its log" wait_for 20 contains "$LAB_OUT/log.txt" \
    '^[0-9]{10} \[app\] [A-Z]+: '
bench_do print argon "hello from the application" >/dev/null
ok "and what the application prints" wait_for 20 contains "$LAB_OUT/log.txt" \
    'hello from the application'
kill $cat_pid

touched() {	# NAME SERIAL DFU-ID
	number=$(usb_number "$2")
	timeout 20 picocom -q -r -X -b 14400 "$(tty_of "$2")" \
	    >"$LAB_OUT/picocom-$1.txt" 2>&1 </dev/null
	ok "$1: picocom -b 14400 puts it into DFU" wait_again "$2" "$3" "$number"
}
touched argon $argon 2b04:d00c
touched photon $photon 2b04:d006
touched p2 $p2 2b04:d020
ok "no tty is left" wait_for 10 not sh -c 'ls /dev/ttyACM*'
unlike "$(stty -F /dev/null 14400 2>&1)" '^$' "stty knows no 14400"
done_testing
