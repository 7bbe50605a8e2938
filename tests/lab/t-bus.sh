#!/bin/bash
# The contract suite of the bus, held against the real one.
# lab-timeout: 400
. "${0%/*}/lib.sh"

suite=$top_builddir/tests/contract/test-bus-real
[ -x "$suite" ] || {
	skip "the contract suite" "cmocka is not installed: no test-bus-real"
	done_testing
}
"$suite" --script >"$LAB_TMP/script"
bench "$LAB_TMP/script"
CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 360 "$suite" "$LAB_TMP/control" \
    >"$LAB_OUT/suite.tap" 2>"$LAB_OUT/suite.log"
status=$?
# The suite's own numbers are part of its lines; ours go on.
while read -r line; do
	# cmocka says "not ok 39 # SKIP name" for what was left out.
	case $line in
	*"# SKIP "*)	skip "${line##*\# SKIP }" "in process only"; continue ;;
	"ok "*)		name=${line#ok * - } ;;
	"not ok "*)	name=${line#not ok * - } ;;
	"#"*)		diag "${line#\# }"; continue ;;
	*)		continue ;;
	esac
	case $line in
	ok*)		pass "$name" ;;
	*)		fail "$name" "$(tail -n 40 "$LAB_OUT/suite.log")" ;;
	esac
done <"$LAB_OUT/suite.tap"
is "$status" 0 "the suite ends well"
done_testing
