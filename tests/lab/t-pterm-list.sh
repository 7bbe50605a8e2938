#!/bin/bash
# pterm list and info on a real USB stack: each kind of device, each mode.
. "${0%/*}/lib.sh"

bench <<-E
	device core as core id 600000000000000000000001
	device photon as photon id 600000000000000000000002 version 2.3.1
	device electron as electron id 600000000000000000000003 mode listening version 3.3.1
	device argon as argon id 600000000000000000000004 version 5.9.0
	device p2 as p2 id 600000000000000000000005
	device msom as msom id 600000000000000000000006 mode dfu
	device boron as safe id 600000000000000000000007 needs 6300
	device b5som as guarded id 600000000000000000000008 protection protected
	device tachyon as tachyon id 600000000000000000000009
	device tachyon as edl id 60000000000000000000000a mode edl
	foreign 0525:a4a7 as modem serial modem-1
E

ok "ten devices and a foreign one" wait_for 30 usb_count_is 11
udevadm settle --timeout=30

sent_before=$(bench_do count edl; bench_do count modem)
pterm list --json >"$LAB_OUT/list.json" 2>"$LAB_OUT/list.err"
is $? 0 "pterm list --json ends with 0"
field() {	# ID FIELD
	jq -r --arg id "$1" ".devices[] | select(.id == \$id) | $2" \
	    "$LAB_OUT/list.json"
}
is "$(jq .v "$LAB_OUT/list.json")" 1 "version 1 of the document"
is "$(jq '.devices | length' "$LAB_OUT/list.json")" 10 \
    "Particle's devices and no other"

# One line a device; USB ids, path and tty as the kernel has them.
jq -r '.devices[] | [.id, .platform, .platform_id, .generation, .mode,
    .system_version, .usb.vid + ":" + .usb.pid, .usb.path, .tty] |
    map(tostring) | join(" ")' "$LAB_OUT/list.json" >"$LAB_OUT/list.txt"
shown() {	# ID PLATFORM PLATFORM-ID GENERATION MODE VERSION
	usb_tty=null
	usb_find_tty "$1" || usb_tty=null
	usb_read_id "$1"
	is "$(grep "^$1" "$LAB_OUT/list.txt")" \
	    "$* $usb_vid_pid ${usb_found##*/} $usb_tty" "$2 is listed as it is"
}
shown 600000000000000000000001 core 0 1 normal null
shown 600000000000000000000002 photon 6 2 normal 2.3.1
shown 600000000000000000000003 electron 10 2 listening 3.3.1
shown 600000000000000000000004 argon 12 3 normal 5.9.0
shown 600000000000000000000005 p2 32 4 normal 6.2.0
shown 600000000000000000000006 msom 35 4 dfu null
shown 600000000000000000000007 boron 13 3 safe 6.2.0
shown 600000000000000000000008 b5som 25 3 protected 6.2.0
like "$(field 600000000000000000000007 .mode_reason)" 'needs system 6300' \
    "safe mode says its reason"
is "$(field 600000000000000000000008 .protection)" protected "protection"
is "$(jq -r '.devices[] | select(.usb.vid == "05c6") | .mode' \
    "$LAB_OUT/list.json")" edl "EDL"
is "$(jq -c '[.devices[].access] | unique' "$LAB_OUT/list.json")" \
    '[{"usb":true,"tty":true}]' "root may open all of them"

is "$(bench_do count edl; bench_do count modem)" "$sent_before" \
    "nothing was sent to EDL, nor to what is not Particle's"
diag "$sent_before"

text=$(pterm list)
is "$(printf '%s\n' "$text" | grep -c '^6\| 6000000000')" 9 \
    "the plain list has a line for each id"
ok "info --json" sh -c "'$top_builddir/pterm' info --json \
    600000000000000000000005 >'$LAB_OUT/info.json'"
like "$(cat "$LAB_OUT/info.json")" 'bootloader' "info has the modules"

# What a person may call a device.
p2=600000000000000000000005
for name in $p2 "$(tty_of $p2)" "$(usb_path $p2)" 00000005 \
    "$(ls /dev/serial/by-id/*_${p2}-*)"; do
	is "$(pterm info --json "$name" | jq -r '.id // .device.id')" $p2 \
	    "found as $name"
done
pterm info 6000000000 >/dev/null 2>"$LAB_OUT/ambiguous"
is $? 4 "an ambiguous prefix ends with 4"
like "$(cat "$LAB_OUT/ambiguous")" 600000000000000000000002 "and lists who it may be"
pterm info abcdef >/dev/null 2>&1
is $? 3 "an unknown device ends with 3"
pterm info --nonsense >/dev/null 2>&1
is $? 2 "wrong usage ends with 2"

bench_stop

is "$(pterm list --json | jq -c .devices)" '[]' "none attached: an empty list"
pterm list >/dev/null 2>&1
is $? 0 "and that is no error"
done_testing
