# shellcheck shell=bash
# What benchmarks share. A benchmark is a script of the lab (tests/lab/lib.sh)
# that prints figures and ratios and never passes or fails on one: emulated code
# is slow, so only figures of one run mean something beside each other.
. "$lab_dir/lib.sh"
perf_dir=$top_builddir/tests/perf

# median N...: of whole numbers
median() {
	printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# time_us COMMAND...: microseconds until it ended; what it prints is lost
time_us() {
	local from=${EPOCHREALTIME/./} to
	timeout -k 1 60 "$@" >/dev/null 2>&1 </dev/null
	to=${EPOCHREALTIME/./}
	echo $((to - from))
}

# ratio A B: A/B with two decimals
ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", b > 0 ? a / b : 0 }'
}

ms() {
	awk -v a="$1" 'BEGIN { printf "%.1f ms", a / 1000 }'
}

# figure NAME US [BESIDE US]...: a line, with the ratio to each other figure
figure() {
	local line
	line=$(printf '%-34s %12s' "$1" "$(ms "$2")")
	local name=$2
	shift 2
	while [ $# -ge 2 ]; do
		line+="   $(ratio "$name" "$2") x $1"
		shift 2
	done
	diag "$line"
}
