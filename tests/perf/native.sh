#!/bin/bash
# The first frame on this machine, without the lab's emulation: of the virtual
# bench, as there may be no device. In the lab, what a program computes is slow
# and what it waits for (htop: 75 ms at its start) is not.
# shellcheck disable=SC2034
lab_dir=$(cd "$(dirname "$0")/../lab" && pwd)
: "${top_builddir:?is where pterm was built}"
. "${0%/*}/lib.sh"

runs=${PERF_RUNS:-7}
LAB_TMP=$(mktemp -d)
trap 'rm -rf "$LAB_TMP"' EXIT
export HOME=$LAB_TMP TERM=xterm-256color LANG=C.UTF-8
unset XDG_CONFIG_HOME

[ -z "$(command -v tig)" ] || history
# Virtual devices take as long as real ones to come; here all are there already.
bench=$LAB_TMP/bench
printf 'scale 0.001\ndevice boron x 20\n' >"$bench"
last_id=$("$top_builddir/pterm" --demo="$bench" list --json |
    sed 's/.*"id": *"\([^"]*\)".*/\1/')
for ((i = 0; i < runs; i++)); do
	frame "pterm --demo, 20 devices" -t "$last_id" \
	    "$top_builddir/pterm" --demo="$bench"
	[ -z "$(command -v htop)" ] || frame htop -q 300 htop
	[ -z "$(command -v tig)" ] || frame tig -q 300 tig -C "$LAB_TMP/history"
done
diag "exec to the first complete frame, on this machine, median of $runs"
beside "pterm --demo, 20 devices"
others
