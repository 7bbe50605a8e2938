# shellcheck shell=sh
# What the lab's commands on the host share: where things are, how to complain.
# Sourced by setup, run and shell, which set lab_dir to the folder of this file.

lab_cache=${PTERM_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/pterm-lab}

die() {
	echo "lab: $*" >&2
	exit 1
}

note() {
	echo "lab: $*" >&2
}

need() {
	for tool; do
		command -v "$tool" >/dev/null 2>&1 ||
		    die "$tool is missing; tools/install-packages tests/lab/packages.txt"
	done
}
