#!/bin/bash
# Virtual devices in a real kernel: descriptors, ttys, DFU, coming and going.
. "${0%/*}/lib.sh"

argon=e00fce68aaaaaaaaaaaaaa01
photon=0a10acedaaaaaaaaaaaaaa02
boron=e00fce68aaaaaaaaaaaaaa03
core=48ff6e065067aaaaaaaaaa04
bench <<-E
	device argon id $argon
	device photon2 as photon id $photon
	device boron id $boron mode dfu
	device core id $core
	foreign 0525:a4a7 as modem serial modem-1
	device msom as spare off
E
tty=$(wait_tty $argon)
ok "it has a tty" test -c "$tty"
is "$(usb_id $argon)" 2b04:c00c "as an Argon"
is "$(usb_id $photon)" 2b04:c020 "beside a Photon 2"
is "$(usb_id $boron)" 2b04:d00d "and a Boron in DFU"
is "$(cat "$(usb_dir $photon)/product")" "Photon 2" "strings are read"
is "$(cat "$(usb_dir $argon)/speed")" 12 "at full speed"
ok "a Core has a tty, too" wait_tty $core
ok "and so has what is not Particle's" wait_tty modem-1

stty -F "$tty" raw -echo
cat "$tty" >"$LAB_TMP/heard" &
cat_pid=$!
bench_do print argon '"[app] INFO: hello"' >"$LAB_TMP/answer"
is "$(cat "$LAB_TMP/answer")" ok "a command is answered"
ok "what the application prints is heard" \
    wait_for 10 contains "$LAB_TMP/heard" 'INFO: hello'

path=$(usb_path $argon)
bench_do press argon reset >/dev/null
ok "a reset takes the tty away" wait_for 10 not kill -0 $cat_pid
wait_tty $argon >/dev/null
is "$(usb_path $argon)" "$path" "it comes back at the same port"

bench_do press argon dfu >/dev/null
ok "it goes to DFU" wait_usb $argon 2b04:d00c
like "$(dfu-util -l -d 2b04:d00c 2>&1)" "Internal Flash.*serial=\"$argon\"" \
    "dfu-util lists it"
bench_do press argon reset >/dev/null
ok "and back" wait_usb $argon 2b04:c00c

bench_do unplug photon >/dev/null
ok "an unplugged device leaves" wait_gone $photon
is "$(bench_do plug nonsense)" 'error: no device is called "nonsense"' \
    "a wrong command is answered with an error"
like "$(bench_do list)" "^argon $argon argon .* normal" "list tells the modes"
bench_stop
ok "everything leaves with the program" usb_count_is 0
done_testing
