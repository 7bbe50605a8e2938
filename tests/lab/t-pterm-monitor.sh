#!/bin/bash
# The serial monitor in a terminal, on a real kernel: typed lines are answered, an
# action borrows the port, the conversation outlives what happens to the device,
# and the tty is free afterwards.
# lab-timeout: 240
. "${0%/*}/lib.sh"

argon=b00000000000000000000001
bench <<-E
	device argon as argon id $argon log 0
E
wait_tty $argon >/dev/null

# How many gaps the screen shows.
gaps() {
	screen_text | grep -c ' back on '
}
gaps_are() {
	[ "$(gaps)" -eq "$1" ]
}
has_open() {	# somebody, the tty
	find /proc/[0-9]*/fd -lname "$(tty_of $argon)" 2>/dev/null | grep -q .
}

screen_start 100 30 "$top_builddir/pterm monitor $argon"
ok "it is connected" wait_for 20 screen_shows 'connected to ttyACM'
ok "and holds the tty" has_open
screen_keys -l 'echo typed here'
screen_keys Enter
ok "what is typed is answered" wait_for 10 screen_shows ':[0-9.]+ typed here'
bench_do print argon 'by itself' >/dev/null
ok "and what comes by itself is shown" wait_for 10 screen_shows 'by itself'

number=$(usb_number $argon)
screen_keys C-t r
ok "Ctrl-t r resets it" wait_again $argon 2b04:c00c "$number"
ok "which is a gap" wait_for 20 screen_shows \
    'reset, gone [0-9.]+ s, back on ttyACM[0-9]+, boot 2'
screen_keys C-t t
ok "Ctrl-t t borrows the port for the touch" wait_usb $argon 2b04:d00c
ok "and the log waits" wait_for 20 screen_shows 'in dfu mode'
screen_keys C-t r
ok "Ctrl-t r leaves DFU" wait_usb $argon 2b04:c00c
ok "which is another gap" wait_for 20 screen_shows \
    'dfu, gone [0-9.]+ s, back on ttyACM[0-9]+, boot 3'
bench_do unplug argon >/dev/null
ok "it waits for a device that is unplugged" wait_for 20 screen_shows \
    'waits for the device'
bench_do plug argon >/dev/null
ok "and finds it again" wait_for 30 screen_shows 'boot 4'
ok "with three gaps" wait_for 5 gaps_are 3
screen_keys -l 'echo still here'
screen_keys Enter
ok "and is heard" wait_for 10 screen_shows ':[0-9.]+ still here'
screen_text >"$LAB_OUT/monitor.txt"
screen_keys C-]
ok "Ctrl-] ends it" wait_for 10 screen_has_ended
is "$(screen_status)" 0 "with 0"
screen_stop
ok "the tty is free" wait_for 10 not has_open
done_testing
