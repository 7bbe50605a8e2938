#!/bin/sh
# The shells' completions: bash's is run, the others are read by their shell
# where it is there.
. "${0%/*}/lib.sh"
dir=$top_srcdir/data/completions
status=0 ran=completion
: >"$scratch/err"

bench <<-B
	device argon id e00fce680000000000000001 nickname rig
	device boron id e00fce680000000000000002 nickname "my gate"
B
cat >"$scratch/complete" <<'B'
. "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_pterm "$1"
printf '%s\n' "${COMPREPLY[@]}"
B
bash_says() {	# WANTED TEXT WORD...
	wanted=$1 text=$2
	shift 2
	bash "$scratch/complete" "$dir/bash/pterm" "$program" "$@" \
	    >"$scratch/out" 2>&1
	is "$(paste -s -d ' ' - <"$scratch/out")" "$wanted" "bash: $text"
}
if command -v bash >/dev/null; then
	set -- --demo = "$scratch/bench"
	bash_says 'reset' "a verb" re
	bash_says 'list listen' "two verbs" li
	bash_says 'rig' "a nickname" "$@" reset ri
	bash_says 'e00fce680000000000000001 e00fce680000000000000002' "ids" \
	    "$@" reset e0
	bash_says 'my\ gate' "a name with a blank" "$@" dfu my
	bash_says '--via' "an option of the verb" dfu --vi
	bash_says 'control touch' "its values" dfu --via ''
	bash_says 'dfu' "a mode" wait --mode d
	bash_says '--force' "not that of another" reset --fo
	bash_says 'safe-mode' "help of a verb" help safe
	bash_says '' "list takes no device" "$@" list ri
fi
# fish and zsh find the program by its name.
PATH=${program%/*}:$PATH
fish_says() {	# WANTED TEXT LINE
	fish -c "source $dir/fish/pterm.fish; complete -C '$3'" 2>&1 |
		cut -f 1 >"$scratch/out"
	is "$(paste -s -d ' ' - <"$scratch/out")" "$1" "fish: $2"
}
if command -v fish >/dev/null; then
	bench=--demo=$scratch/bench
	fish_says 'reset' "a verb" 'pterm re'
	fish_says 'rig' "a nickname" "pterm $bench reset ri"
	fish_says 'control touch' "values of an option" 'pterm dfu --via '
	fish_says '--force' "an option of the verb" 'pterm reset --for'
	fish_says '' "list takes no device" "pterm $bench list ri"
fi
for shell in zsh fish; do
	file=$(ls "$dir/$shell"/*)
	if command -v $shell >/dev/null; then
		$shell -n "$file" >"$scratch/out" 2>&1
		silent out "$shell can read its completion"
	else
		number=$((number + 1))
		echo "ok $number - $shell can read its completion # SKIP no $shell"
	fi
done
done_testing
