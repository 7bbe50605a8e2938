#!/bin/sh
# The handler (firmware/) as Particle developers build it: for the processors,
# for old and new systems, and out of production builds altogether. Prints the
# sizes that arm-none-eabi-size tells.
cd "${top_srcdir:-$(dirname "$0")/..}/firmware" || exit 99

FLASH_MAX=3072
RAM_MAX=128

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
number=0 failed=0
warnings="-Wall -Wextra -Wshadow -Wconversion -Werror"
fake="-I../tests/support/wiring -Isrc"
: "${CC:=cc}" "${CXX:=c++}"

# check NAME COMMAND...: what it says on failure follows as comments.
check() {
	name=$1
	shift
	number=$((number + 1))
	if "$@" >"$scratch/said" 2>&1; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		failed=1
		sed 's/^/# /' "$scratch/said" | head -n 20
	fi
}

skip() {
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

# Commands and flags are words on purpose, here and below.
# shellcheck disable=SC2086
core() {
	for file in src/*.c; do
		"$@" -std=c11 -ffreestanding -Os $warnings -Wundef \
		    -Wstrict-prototypes -Wmissing-prototypes -c "$file" \
		    -o "$scratch/$(basename "$file" .c).o" || return
	done
}

# shellcheck disable=SC2086
glue() {
	$CXX -std=c++11 -Os $warnings $fake "$@"
}

sum_of_objects() {
	"$1" -t "$scratch"/pterm-handler-*.o | awk 'END { print $1, $2 + $3 }'
}

# What stays in RAM: the state, and what is kept over a reset.
state_object() {
	echo '#include "pterm-handler-core.h"
	struct pterm_handler handler; struct pterm_handler_kept kept;' |
	    "$@" -std=c11 -ffreestanding -Isrc -x c -c - -o "$scratch/state.o"
}

arm() {
	cpu=$1
	core arm-none-eabi-gcc "-mcpu=$cpu" -mthumb -DPTERM_HANDLER_DEV &&
	    state_object arm-none-eabi-gcc "-mcpu=$cpu" -mthumb || return
	read -r flash data <<-EOF
		$(sum_of_objects arm-none-eabi-size)
	EOF
	ram=$(arm-none-eabi-size "$scratch/state.o" | awk 'END { print $2 + $3 }')
	echo "# $cpu: $flash bytes of flash, $ram bytes of RAM" >&3
	[ "$flash" -gt 0 ] && [ "$flash" -lt $FLASH_MAX ] &&
	    [ "$data" -eq 0 ] && [ "$ram" -lt $RAM_MAX ]
}

# The state alone has symbols of its own; nothing else may be asked of a libc.
only_memory_functions() {
	! arm-none-eabi-nm -u "$scratch"/pterm-handler-*.o |
	    grep ' U ' | grep -v -e ' pterm_handler_' -e ' mem\(set\|cpy\)$'
}

arm_left_out() {
	core arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb &&
	    [ "$(sum_of_objects arm-none-eabi-size)" = "0 0" ]
}

arm_glue() {
	arm-none-eabi-g++ -mcpu=cortex-m4 -mthumb -std=gnu++17 \
	    -fno-exceptions -fno-rtti -Os -Wall -Wextra -DPTERM_HANDLER_DEV \
	    -I../tests/support/wiring -Isrc -c src/PtermHandler.cpp \
	    -o "$scratch/glue.o"
}

# left_out FLAG...: no object of the library has a symbol.
left_out() {
	for file in src/*.c; do
		$CC -std=c11 -Os "$@" -c "$file" -o "$scratch/out.o" &&
		    no_symbols "$scratch/out.o" || return
	done
	glue "$@" -c src/PtermHandler.cpp -o "$scratch/out.o" &&
	    no_symbols "$scratch/out.o"
}

no_symbols() {
	! nm "$1" 2>&1 | grep -v 'no symbols' | grep .
}

left_out_by_config() {
	mkdir -p "$scratch/project" &&
	    echo '#define PTERM_HANDLER_DEV 0' \
	    >"$scratch/project/pterm-handler-config.h" &&
	    left_out "-I$scratch/project"
}

built_in_by_config() {
	mkdir -p "$scratch/project" &&
	    echo '#define PTERM_HANDLER_DEV' \
	    >"$scratch/project/pterm-handler-config.h" &&
	    glue "-I$scratch/project" -c src/PtermHandler.cpp \
	    -o "$scratch/out.o" && nm "$scratch/out.o" | grep -q PtermHandler
}

# An application in production: nothing of ours is in it or asked for.
nothing_in_production() {
	for file in examples/*/*.cpp; do
		glue -c "$file" -o "$scratch/out.o" || return
		if nm "$scratch/out.o" | grep -i pterm; then
			return 1
		fi
	done
}

examples() {
	for file in examples/*/*.cpp; do
		glue -DPTERM_HANDLER_DEV "$@" -c "$file" -o "$scratch/out.o" ||
		    return
	done
}

# One hook per application: with the macro ours is not there.
own_requests() {
	glue -DPTERM_HANDLER_DEV -c src/PtermHandler.cpp -o "$scratch/out.o" &&
	    nm "$scratch/out.o" | grep -q ' T .*ctrl_request_custom_handler' &&
	    glue -DPTERM_HANDLER_DEV -DPTERM_HANDLER_OWN_REQUESTS \
	    -c src/PtermHandler.cpp -o "$scratch/out.o" &&
	    ! nm "$scratch/out.o" | grep ctrl_request_custom_handler
}

# The hook has C++ linkage, or the system would not find it.
mangled() {
	glue -DPTERM_HANDLER_DEV -c src/PtermHandler.cpp -o "$scratch/out.o" &&
	    nm "$scratch/out.o" | grep -q '_Z27ctrl_request_custom_handler'
}

too_old() {
	! glue -DPTERM_HANDLER_DEV '-DSYSTEM_VERSION=0x01050200' \
	    -fsyntax-only src/PtermHandler.cpp
}

version() {
	sed -n 's/^#define PTERM_HANDLER_LIBRARY_[A-Z]*	*//p' \
	    src/pterm-handler-core.h | paste -s -d . >"$scratch/a"
	sed -n 's/^version=//p' library.properties | diff - "$scratch/a"
}

# What the README says of the frame and what the header says are one thing.
documented() {
	sed -n 's/.*\(PTERM_HANDLER_\(OP\|AT\|CAN\|IS\)_[A-Z_]*\).*/\1/p' \
	    src/pterm-handler-wire.h | sort -u | while read -r name; do
		grep -q "$name" README.md || echo "$name is not in README.md"
	done >"$scratch/missing"
	cat "$scratch/missing"
	[ ! -s "$scratch/missing" ]
}

exec 3>&1
# shellcheck disable=SC2086
check "the core is clean C11 on the host" core $CC -DPTERM_HANDLER_DEV
check "the version is the same everywhere" version
check "README.md names each field" documented
if command -v arm-none-eabi-gcc >/dev/null; then
	for cpu in cortex-m3 cortex-m4 cortex-m33; do
		check "the core fits $cpu" arm $cpu
	done
	check "the core needs no library" only_memory_functions
	check "on ARM no byte is built without PTERM_HANDLER_DEV" arm_left_out
else
	skip "the core fits the processors" "gcc-arm-none-eabi is missing"
fi
if echo '#include <functional>' |
    arm-none-eabi-g++ -fsyntax-only -x c++ - 2>/dev/null; then
	check "the glue compiles for ARM" arm_glue
else
	skip "the glue compiles for ARM" "no C++ library for ARM"
fi
if echo 'int main() {}' | $CXX -fsyntax-only -x c++ - 2>/dev/null; then
	check "the glue is C++11" glue -DPTERM_HANDLER_DEV -fsyntax-only \
	    src/PtermHandler.cpp
	check "the glue is C++17 without exceptions" glue -std=gnu++17 \
	    -fno-exceptions -fno-rtti -DPTERM_HANDLER_DEV -fsyntax-only \
	    src/PtermHandler.cpp
	check "Device OS 2.0.0 will do" glue -DPTERM_HANDLER_DEV \
	    -DSYSTEM_VERSION=0x02000000 -fsyntax-only src/PtermHandler.cpp
	check "an older one is refused" too_old
	check "so will the virtual platform" glue -DPTERM_HANDLER_DEV \
	    -DPLATFORM_ID=3 -fsyntax-only src/PtermHandler.cpp
	check "the hook is the one that the system calls" mangled
	check "an application may keep its own hook" own_requests
	check "the examples compile" examples
	check "the examples compile for 2.0.0" examples \
	    -DSYSTEM_VERSION=0x02000000
	check "without PTERM_HANDLER_DEV there is no symbol" left_out
	check "nor with 0" left_out -DPTERM_HANDLER_DEV=0
	check "nor with 0 from the project's file" left_out_by_config
	check "the project's file switches it on" built_in_by_config
	check "an application in production has nothing of it" \
	    nothing_in_production
else
	skip "the glue on the host" "no C++ compiler"
fi
echo "1..$number"
exit $failed
