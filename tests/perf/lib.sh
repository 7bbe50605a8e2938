# shellcheck shell=bash
# What benchmarks share. A benchmark is a script of the lab (tests/lab/lib.sh)
# that prints figures and ratios and never passes or fails on one: emulated code
# is slow, so only figures of one run mean something beside each other.
. "$lab_dir/lib.sh"
perf_dir=$top_builddir/tests/perf
watch=$perf_dir/pty-watch

# median N...: of whole numbers
median() {
	printf '%s\n' "$@" | sort -n |
	    awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# time_us COMMAND...: $took_us is how long it ran; what it prints is lost. The
# command is a program or a function: none may hang, the lab's deadline is all
# that ends it.
time_us() {
	local from=${EPOCHREALTIME/./}
	"$@" >/dev/null 2>&1 </dev/null
	took_us=$((${EPOCHREALTIME/./} - from))
}

# ratio A B: A/B with two decimals
ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b > 0) ? a / b : 0 }'
}

ms() {
	awk -v a="$1" 'BEGIN { printf "%.1f ms", a / 1000 }'
}

# figure NAME US [BESIDE US]...: a line, with the ratio to each other figure
figure() {
	local line us=$2
	line=$(printf '%-30s %12s' "$1" "$(ms "$2")")
	shift 2
	while [ $# -ge 2 ]; do
		line+="   $(ratio "$us" "$2") x $1"
		shift 2
	done
	diag "$line"
}

# plug SCRIPT COUNT: a bench on the bus and settled. In a pipe `bench` would be
# lost in a subshell.
plug() {
	bench <<<"$1"
	ok "$2 devices are plugged in" wait_for 60 usb_count_is "$2"
	udevadm settle --timeout=60
}

# --- First frames ---------------------------------------------------------

# For tig: a history of twenty commits, as pterm has twenty devices.
history() {
	local i
	git init -q "$LAB_TMP/history"
	for ((i = 1; i <= 20; i++)); do
		printf 'commit refs/heads/main\ncommitter A <a@b> %d +0000\n' \
		    $((1700000000 + i * 3600))
		printf 'data <<E\nChange %d\nE\n\n' $i
	done | git -C "$LAB_TMP/history" fast-import --quiet
	git -C "$LAB_TMP/history" symbolic-ref HEAD refs/heads/main
}

# frame NAME ARGUMENT...: appends microseconds to the list frames[NAME]
declare -A frames
frame() {
	local name=$1 out
	shift
	out=$("$watch" "$@") && frames[$name]+=" ${out%% *}"
}

median_of() {
	# A list of numbers: split on purpose.
	# shellcheck disable=SC2086
	median ${frames[$1]}
}

beside() {	# NAME: its median beside those of the others that there are
	local other line=()
	for other in htop tig; do
		[ -z "${frames[$other]:-}" ] ||
		    line+=("$other" "$(median_of $other)")
	done
	figure "$1" "$(median_of "$1")" "${line[@]}"
}

others() {	# The figures of those that others are beside.
	local other
	for other in htop tig; do
		if [ -n "${frames[$other]:-}" ]; then
			figure $other "$(median_of $other)"
		else
			diag "$other: skipped: not there, or it drew nothing"
		fi
	done
}
