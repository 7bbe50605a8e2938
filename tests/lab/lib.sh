# shellcheck shell=bash
# What the lab's tests share. A test starts with
#
#	#!/bin/bash
#	# What it shows, in one sentence.
#	. "${0%/*}/lib.sh"
#
# and ends with done_testing. It runs inside the machine as root, in a folder of
# its own ($LAB_TMP); what it puts into $LAB_OUT stays with `run --keep`.
# A line "# lab-timeout: 60" near its start changes its deadline (120 s).
#
# Nothing here sleeps to let time pass: wait_for asks again until it is so. And
# little here starts a process: that is what takes long on emulated code.

tap_count=0
tap_failed=0

# --- Checks, printed as TAP -------------------------------------------------

# ok NAME COMMAND...: the command succeeds. What it prints is shown if not.
ok() {
	tap_name=$1
	shift
	if tap_out=$("$@" 2>&1); then
		pass "$tap_name"
	else
		fail "$tap_name" "$* ended with $?" "$tap_out"
	fi
}

# is GOT WANTED NAME
is() {
	if [ "$1" = "$2" ]; then
		pass "$3"
	else
		fail "$3" "     got: $1" "expected: $2"
	fi
}

# tap_matches TEXT REGEX: some line of it does.
tap_matches() {
	local line
	while IFS= read -r line; do
		[[ $line =~ $2 ]] && return 0
	done <<<"$1"
	return 1
}

# like GOT REGEX NAME: some line of it matches.
like() {
	if tap_matches "$1" "$2"; then
		pass "$3"
	else
		fail "$3" "nothing matches: $2" "$1"
	fi
}

# unlike GOT REGEX NAME
unlike() {
	if tap_matches "$1" "$2"; then
		fail "$3" "should not match: $2" "$1"
	else
		pass "$3"
	fi
}

pass() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

# fail NAME [LINE...]
fail() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | head -n 60 | sed 's/^/#   /'
	return 0
}

# skip NAME REASON
skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

diag() {
	printf '%s\n' "$@" | sed 's/^/# /'
}

done_testing() {
	bench_stop
	echo "1..$tap_count"
	exit 0
}

# --- Waiting ----------------------------------------------------------------

# wait_for SECONDS COMMAND...: until the command succeeds; status 1: it did not.
wait_for() {
	local until=$((EPOCHSECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $EPOCHSECONDS -le $until ] || return 1
		# Nobody writes there: a pause that starts no process.
		read -r -t 0.1 <&"$wait_fd"
	done
	return 0
}
exec {wait_fd}<> <(:)

# Commands that a wait can ask again.
not() {
	! "$@"
}

contains() {	# FILE REGEX
	grep -Eaq -e "$2" "$1"
}

# --- USB as sysfs tells it --------------------------------------------------

# Finds the device with this serial number: its folder in sysfs is $usb_found.
usb_find() {	# SERIAL
	local file serial
	for file in /sys/bus/usb/devices/*/serial; do
		read -r serial <"$file" || continue
		[ "${serial,,}" = "${1,,}" ] || continue
		usb_found=${file%/serial}
		return 0
	done 2>/dev/null
	return 1
}

usb_dir() {	# SERIAL: its folder in sysfs
	usb_find "$1" && echo "$usb_found"
}

# Reads its VID:PID into $usb_vid_pid.
usb_read_id() {	# SERIAL
	local vid pid
	usb_vid_pid=
	usb_find "$1" && {
		read -r vid <"$usb_found/idVendor"
		read -r pid <"$usb_found/idProduct"
	} 2>/dev/null && usb_vid_pid=$vid:$pid
}

usb_path() {	# SERIAL: 1-1
	usb_find "$1" && echo "${usb_found##*/}"
}

usb_id() {	# SERIAL: 2b04:c006
	usb_read_id "$1" && echo "$usb_vid_pid"
}

usb_is() {	# SERIAL VID:PID
	usb_read_id "$1" && [ "$usb_vid_pid" = "$2" ]
}

# VID:PID of everything that is plugged in (no hubs), one a line.
usb_all() {
	local file vid pid
	for file in /sys/bus/usb/devices/[0-9]*-*/idVendor; do
		read -r vid <"$file" && read -r pid <"${file%Vendor}Product" &&
		    echo "$vid:$pid"
	done 2>/dev/null
}

usb_count() {
	local found
	mapfile -t found < <(usb_all)
	echo ${#found[@]}
}

usb_count_is() {
	local file count=0
	for file in /sys/bus/usb/devices/[0-9]*-*/idVendor; do
		[ ! -f "$file" ] || count=$((count + 1))
	done
	[ $count -eq "$1" ]
}

# Finds the tty of a device: $usb_tty is /dev/ttyACM0. Not before udevd is done
# with it, which is when its database has it: group and links come from there.
usb_find_tty() {	# SERIAL
	local folder number
	usb_find "$1" || return 1
	for folder in "$usb_found"/*/tty/*; do
		usb_tty=/dev/${folder##*/}
		read -r number <"$folder/dev" && [ -c "$usb_tty" ] &&
		    [ -e "/run/udev/data/c$number" ] && return 0
	done 2>/dev/null
	return 1
}

tty_of() {	# SERIAL: /dev/ttyACM0
	usb_find_tty "$1" && echo "$usb_tty"
}

# Each waits up to 20 s and fails with a sentence on stderr.
wait_usb() {	# SERIAL VID:PID
	wait_for 20 usb_is "$1" "$2" || {
		echo "$1 is not on the bus as $2 but as" \
		    "$(usb_id "$1" || echo nothing)" >&2
		return 1
	}
	udevadm settle --timeout=20
}

# The number that the kernel gave it; a new one each time it comes back.
usb_number() {	# SERIAL
	usb_find "$1" && cat "$usb_found/devnum"
}

usb_is_again() {	# SERIAL VID:PID NUMBER
	usb_is "$1" "$2" && [ "$(usb_number "$1")" != "$3" ]
}

# Until it has left and is back: NUMBER is what usb_number said before.
wait_again() {	# SERIAL VID:PID NUMBER
	wait_for 20 usb_is_again "$@" || {
		echo "$1 has not come back as $2" >&2
		return 1
	}
	udevadm settle --timeout=20
}

wait_gone() {	# SERIAL
	wait_for 20 not usb_find "$1" || {
		echo "$1 is still on the bus" >&2
		return 1
	}
}

wait_tty() {	# SERIAL: prints it
	wait_for 20 usb_find_tty "$1" || {
		echo "$1 has no tty" >&2
		return 1
	}
	udevadm settle --timeout=20
	tty_of "$1"
}

# --- Our programs -----------------------------------------------------------

pterm() {
	"$top_builddir/pterm" "$@"
}

# bench FILE, or the script on stdin: plugs virtual devices into this kernel.
bench() {
	if [ $# -gt 0 ]; then
		bench_file=$1
	else
		bench_file=$LAB_TMP/bench.$tap_count
		cat >"$bench_file"
	fi
	bench_stop
	"$top_builddir/pterm-virtual" "$bench_file" \
	    --control "$LAB_TMP/control" >>"$LAB_OUT/pterm-virtual.log" 2>&1 &
	bench_pid=$!
	wait_for 20 bench_is_up && return 0
	fail "pterm-virtual starts" "$(tail -n 5 "$LAB_OUT/pterm-virtual.log")"
	done_testing
}

bench_is_up() {
	[ -S "$LAB_TMP/control" ]
}

# bench_do COMMAND...: to its control socket; prints what it answers.
bench_do() {
	printf '%s\n' "$*" | bench_lines
}

# bench_lines: commands on stdin, one a line.
bench_lines() {
	timeout 20 perl -MIO::Socket::UNIX -e '
		my $to = IO::Socket::UNIX->new($ARGV[0]) or die "$ARGV[0]: $!\n";
		print $to <STDIN>;
		$to->flush;
		shutdown($to, 1);
		print <$to>;
	' "$LAB_TMP/control"
}

bench_stop() {
	[ -n "${bench_pid:-}" ] || return 0
	kill "$bench_pid" 2>/dev/null
	wait "$bench_pid" 2>/dev/null
	bench_pid=
	rm -f "$LAB_TMP/control"
	wait_for 20 usb_count_is 0
}

# --- Other users ------------------------------------------------------------

# as_user GROUPS COMMAND...: as an ordinary user in these groups ("" for none).
as_user() {
	user_groups=$1
	shift
	mkdir -p "$LAB_TMP/user" && chown nobody:nogroup "$LAB_TMP/user"
	if [ -n "$user_groups" ]; then
		setpriv --reuid=nobody --regid=nogroup --groups="$user_groups" \
		    --inh-caps=-all env HOME="$LAB_TMP/user" "$@"
	else
		setpriv --reuid=nobody --regid=nogroup --clear-groups \
		    --inh-caps=-all env HOME="$LAB_TMP/user" "$@"
	fi
}

# --- A program in a terminal ------------------------------------------------

# screen_start COLUMNS ROWS COMMAND: in a tmux of the test's own.
screen_start() {
	rm -f "$LAB_TMP/screen-status"
	tmux -S "$LAB_TMP/tmux" -f /dev/null new-session -d -x "$1" -y "$2" \
	    "$3; echo \$? >$LAB_TMP/screen-status" \; \
	    set -g status off \; set -g remain-on-exit on \; set -sg escape-time 0
}

screen_keys() {
	tmux -S "$LAB_TMP/tmux" send-keys "$@"
}

screen_text() {
	tmux -S "$LAB_TMP/tmux" capture-pane -p
}

screen_shows() {	# REGEX
	tap_matches "$(screen_text)" "$1"
}

# The exit status of the command, once it has ended.
screen_status() {
	cat "$LAB_TMP/screen-status"
}

screen_has_ended() {
	[ -s "$LAB_TMP/screen-status" ]
}

screen_stop() {
	tmux -S "$LAB_TMP/tmux" kill-server 2>/dev/null
}

# --- Foreign clients --------------------------------------------------------

# Why the npm package NAME cannot be used; status 1 where it can.
client_missing() {	# NAME
	client_dir=$lab_cache/clients/$1
	command -v node >/dev/null || {
		echo "node is not installed"
		return 0
	}
	[ -f "$client_dir/complete" ] && return 1
	cat "$client_dir/why-not" 2>/dev/null || echo "not fetched by tests/lab/setup"
}

# particle_usb COMMAND...: see clients/particle-usb/client.js.
particle_usb() {
	LAB_CLIENT_DIR=$lab_cache/clients/particle-usb timeout -k 1 60 \
	    node "$lab_dir/clients/particle-usb/client.js" "$@"
}
