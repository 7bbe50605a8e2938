# For the tests of pterm's command line: TAP, and the program on virtual devices.
# Each test sources this, calls what follows, and ends with done_testing.
# shellcheck shell=sh

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8 TERM=dumb
export HOME="$scratch" XDG_CONFIG_HOME="$scratch/config"
export XDG_STATE_HOME="$scratch/state"
unset NO_COLOR PTERM_DEVICE PTERM_POLL PTERM_COLOR PTERM_UNICODE PTERM_MOUSE \
    PTERM_BAUD PTERM_EOL 2>/dev/null
program=${top_builddir:-.}/pterm
number=0 failed=0

# bench: the script on standard input is what `run` and `demo` use from now on.
bench() {
	cat >"$scratch/bench"
}

# demo ARGUMENT...: the program on the bench.
demo() {
	"$program" --demo="$scratch/bench" "$@"
}

# run ARGUMENT...: the same; leaves $status, $scratch/out and $scratch/err.
run() {
	demo "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
	ran="pterm $*"
}

pass() {	# TEXT
	number=$((number + 1))
	echo "ok $number - $1"
}

fail() {	# TEXT REASON
	number=$((number + 1)) failed=$((failed + 1))
	echo "# $ran: status $status"
	printf '%s\n' "$2" | sed 's/^/# /'
	sed 's/^/# out: /' "$scratch/out" | cat -v
	sed 's/^/# err: /' "$scratch/err" | cat -v
	echo "not ok $number - $1"
}

is() {		# GOT WANTED TEXT
	if [ "$1" = "$2" ]; then pass "$3"; else fail "$3" "got '$1', not '$2'"; fi
}

ends() {	# STATUS TEXT: how the last run ended
	is "$status" "$1" "$2"
}

says() {	# out|err PATTERN TEXT: a line matches
	if grep -q -e "$2" "$scratch/$1"; then
		pass "$3"
	else
		fail "$3" "no line matches $2"
	fi
}

silent() {	# out|err TEXT
	if [ -s "$scratch/$1" ]; then fail "$2" "something was said"; else pass "$2"; fi
}

# json FILTER WANTED TEXT: of all documents of the last run together, in an array.
json() {
	got=$(jq -c -s "$1" "$scratch/out" 2>&1)
	if [ "$got" = "$2" ]; then pass "$3"; else fail "$3" "$1: got $got, not $2"; fi
}

skip_all() {	# REASON
	echo "1..0 # SKIP $1"
	exit 0
}

done_testing() {
	echo "1..$number"
	[ "$failed" -eq 0 ]
	exit
}

need_jq() {
	command -v jq >/dev/null || skip_all "jq is missing (./check installs it)"
}
