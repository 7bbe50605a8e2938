#!/bin/bash
# The dashboard in a terminal (tmux), on a real USB stack: rows come and go, one
# key acts, the terminal is restored.
. "${0%/*}/lib.sh"

argon=b00000000000000000000001
p2=b00000000000000000000002
bench <<-E
	device argon as argon id $argon log 5
	device p2 as p2 id $p2 version 6.1.1
E
ok "two devices" wait_for 20 usb_count_is 2
udevadm settle --timeout=20
wait_tty $argon >/dev/null

screen_start 100 30 "$top_builddir/pterm"
ok "it shows the Argon in normal mode" wait_for 20 screen_shows \
    "normal.*Argon.*$argon.*6\.2\.0.*ttyACM"
ok "and the P2" wait_for 20 screen_shows "normal.*P2.*$p2.*6\.1\.1"
ok "and counts them" wait_for 10 screen_shows '2 devices.*2 normal'
screen_text >"$LAB_OUT/first.txt"

bench_do unplug p2 >/dev/null
ok "a row goes with its device" wait_for 20 not screen_shows "normal.*$p2"
bench_do press argon listening >/dev/null
ok "listening by button is seen" wait_for 20 screen_shows "listening.*$argon"
screen_keys d
ok "d puts it into DFU" wait_usb $argon 2b04:d00c
ok "and the row says so" wait_for 20 screen_shows "dfu.*$argon"
ok "the timeline too" wait_for 10 screen_shows 'dfu .*[0-9]\.[0-9]+ s'
screen_text >"$LAB_OUT/dfu.txt"
screen_keys r
ok "r leaves DFU" wait_usb $argon 2b04:c00c
ok "and the row says so" wait_for 20 screen_shows "normal.*$argon.*ttyACM"
bench_do plug p2 >/dev/null
ok "a device that comes has its row" wait_for 20 screen_shows "normal.*$p2"

screen_keys Enter
ok "Enter opens the monitor with the log" wait_for 20 screen_shows '\[app\]'
screen_text >"$LAB_OUT/monitor.txt"
screen_keys C-]
ok "and Ctrl-] is the way back" wait_for 10 screen_shows "$p2"
tmux -S "$LAB_TMP/tmux" resize-window -x 80 -y 24
ok "80x24: the last 8 digits" wait_for 10 screen_shows 'Argon +00000001'
screen_text >"$LAB_OUT/small.txt"
screen_keys '?'
ok "? is the help" wait_for 10 screen_shows 'safe mode'
screen_keys Escape
ok "Esc closes it" wait_for 10 screen_shows 'Argon +00000001'
screen_keys q
ok "q ends it" wait_for 10 screen_has_ended
is "$(screen_status)" 0 "with 0"
screen_stop

# A signal: the terminal is as before.
screen_start 80 24 "stty -a >$LAB_TMP/before; $top_builddir/pterm;
    echo ended \$?; stty -a >$LAB_TMP/after; cat"
ok "it runs again" wait_for 20 screen_shows 'Argon'
kill -TERM "$(pgrep -f "^$top_builddir/pterm\$" | head -n 1)"
ok "SIGTERM ends it with 143" wait_for 10 screen_shows 'ended 143'
ok "the terminal is as it was" wait_for 5 cmp "$LAB_TMP/before" "$LAB_TMP/after"
screen_stop
done_testing
