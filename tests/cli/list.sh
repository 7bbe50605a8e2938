#!/bin/sh
# What list and info say of each kind of device, as text and as JSON.
. "${0%/*}/lib.sh"
need_jq

bench <<-B
	scale 0.05
	device photon2 id 0a10aced202194944a05a1c8 version 6.2.0 path 1-1.2 tty 3
	 nickname gatehouse user 6 needs 6200 sticker P2HAB1234567
	device argon id e00fce680000000000000001 mode listening path 1-1.1
	device msom id 0a10aced202194944a0b22f0 mode dfu path 1-1.4
	device bsom id e00fce680000000000000002 version 5.6.0 needs 6200 path 1-2
	device b5som id e00fce680000000000000003 protection protected path 1-3
	device electron id 200043001850483553353620 path 1-4
	 no-usb-access no-tty-access
	device boron no-serial path 1-5
	device tachyon mode edl path 1-6
	foreign 1234:5678 path 1-7
B

run list --json
ends 0 "list --json"
silent err "and nothing else"
is "$(wc -l <"$scratch/out")" 1 "is one document"
json '.[0] | keys' '["devices","v"]' "with a version and devices"
json '.[0].v' 1 "version 1"
json '[.[0].devices[].usb.path]' \
    '["1-1.1","1-1.2","1-1.4","1-2","1-3","1-4","1-5","1-6"]' \
    "Particle's devices alone, in the order of their paths"
json '[.[0].devices[] | keys_unsorted] | unique' \
    '[["id","platform","platform_id","platform_name","product","generation","mode","mode_reason","protection","system_version","tty","nickname","access","problem","usb"]]' \
    "all with the same members"
json '[.[0].devices[].usb | keys_unsorted] | unique' \
    '[["vid","pid","bus","address","path","speed"]]' "USB, too"
json '[.[0].devices[].mode]' \
    '["listening","normal","dfu","safe","protected","no-permission","normal","edl"]' \
    "the modes"

json '.[0].devices[1] | del(.usb.bus, .usb.address)' \
    '{"id":"0a10aced202194944a05a1c8","platform":"p2","platform_id":32,"platform_name":"Photon 2","product":"Photon 2","generation":4,"mode":"normal","mode_reason":null,"protection":"open","system_version":"6.2.0","tty":"/dev/ttyACM3","nickname":"gatehouse","access":{"usb":true,"tty":true},"problem":null,"usb":{"vid":"2b04","pid":"c020","path":"1-1.2","speed":"full"}}' \
    "a device as a whole"
json '.[0].devices[3].mode_reason' \
    '"user part needs system 6200, device has 5600"' "why safe mode"
json '.[0].devices[4].protection' '"protected"' "protection"
json '.[0].devices[5] | [.access.usb, .access.tty, .system_version]' \
    '[false,false,null]' "no access"
json '.[0].devices[5].problem | length > 0' true "and why not"
json '.[0].devices[6].id' null "no serial number: no id"
json '.[0].devices[2] | [.tty, .system_version]' '[null,null]' \
    "in DFU mode there is no tty"
json '.[0].devices[7] | [.platform, .platform_id, .mode]' '[null,null,"edl"]' \
    "a chip in EDL may be anybody's"

run list
ends 0 "list"
is "$(wc -l <"$scratch/out")" 9 "has a line for each, and one of titles"
says out '^MODE  *NAME  *PLATFORM  *DEVICE ID  *OS  *PORT  *USB$' "the titles"
says out '^normal  *gatehouse  Photon 2  .*0a10aced202194944a05a1c8  6.2.0  ttyACM3  1-1.2$' \
    "a device"
says out 'user part needs system 6200' "a reason stands behind"
silent err "rules of this machine would not mend the access on the bench"
"$program" --demo="$scratch/bench" </dev/null >"$scratch/bare" 2>&1
run list
grep -v '^pterm' "$scratch/bare" >"$scratch/bare.out"
is "$(cat "$scratch/bare.out")" "$(cat "$scratch/out")" \
    "without a terminal, no verb means list"

run info --json gatehouse
ends 0 "info --json"
is "$(wc -l <"$scratch/out")" 1 "is one document"
json '.[0] | [.v, .id, .mode, .manufacturing_serial]' \
    '[1,"0a10aced202194944a05a1c8","normal","P2HAB1234567"]' "of the device"
json '[.[0].modules[] | [.name, .version, .ok]]' \
    '[["bootloader",3100,true],["system part",6200,true],["user part",6,true]]' \
    "modules"
json '.[0].modules[2].needs[0].version' 6200 "and what they need"
json '[.[0].descriptors.interfaces[].name]' \
    '["control channel","serial port, control","serial port, data"]' "interfaces"
run info --json gatehouse 1-2
json '.[0].devices | length' 2 "several devices are a list"
run info --json --all
json '.[0].devices | length' 7 "all of them are one, too, without EDL"
run info 1-2
ends 0 "info"
says out '^  mode  *safe: user part needs' "the mode and why"
says out '^  user part .*fails: dependencies' "a module and what it fails"
run info 1-4
ends 0 "a device that may not be opened has facts, too"
says out '^  access  *none' "and says so"

bench <<-B
B
run list
ends 0 "no device is no error"
silent out "nothing to list"
says err 'no Particle device' "a note says so"
run list --json
json . '[{"v":1,"devices":[]}]' "an empty document"

bench <<-B
	scale 0.05
	device argon hung path 1-1
	device photon path 1-2
B
run list --json
ends 0 "a device that hangs"
json '[.[0].devices[].mode]' '["unknown","normal"]' "is listed as it is known"
json '.[0].devices[0].problem' '"no answer for 2 s"' "and says what is wrong"
run --timeout 1 list --json
json '[.[0].devices[].mode]' '["unknown","normal"]' \
    "a time-out lists what is known then"

bench <<-B
	scale 0.02
	device argon as argon id e00fce680000000000000001 path 1-1 nickname one
	device boron as boron id e00fce680000000000000002 path 1-2 off
	at 300ms plug boron
	at 600ms press argon dfu
	at 900ms unplug boron
B
run list --watch --json --timeout 4
ends 0 "a watch ends well with its time"
json '[.[] | [.v, .event] | select(.[0] == 1) | .[1]] | .[0:2]' \
    '["attached","ready"]' "a watch begins with what is there"
json '[.[] | select(.id == "e00fce680000000000000002" and .event != "changed") | .event]' \
    '["attached","mode","left"]' "one comes, tells its mode, and leaves"
json '[.[] | select(.id == "e00fce680000000000000001") | .device.mode] | [first, last]' \
    '["normal","dfu"]' "another goes into DFU mode"
json '[.[] | .t | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z$")] | all' \
    true "each with its time"
json '[.[] | select(.device) | .device | keys | length] | unique' '[15]' \
    "devices as in the list"
run list --watch --timeout 4
says out '^[0-9:]*  e00fce680000000000000002  attached ' "as text: it comes"
says out '^[0-9:]*  e00fce680000000000000002  left ' "it leaves"
says out '^[0-9:]*  one  .*dfu' "it is in DFU mode"
done_testing
