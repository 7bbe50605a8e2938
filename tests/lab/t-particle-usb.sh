#!/bin/bash
# Particle's own host library (npm: particle-usb) on our devices.
. "${0%/*}/lib.sh"

if why=$(client_missing particle-usb); then
	skip "particle-usb" "$why"
	done_testing
fi

photon=500000000000000000000001
argon=500000000000000000000002
p2=500000000000000000000003
electron=500000000000000000000004
tracker=500000000000000000000005
guarded=500000000000000000000006
bench <<-E
	device photon as photon id $photon version 2.3.1
	device argon as argon id $argon
	device p2 as p2 id $p2
	device electron as electron id $electron version 3.3.1 mode listening
	device tracker as tracker id $tracker mode dfu
	device b5som as guarded id $guarded mode dfu protection protected
E
ok "six devices" wait_for 20 usb_count_is 6
udevadm settle --timeout=20

# said COMMAND REGEX NAME: the JSON line of the command (or its beginning), in
# what the last particle_usb printed.
said() {
	like "$out" "^\{\"command\":\"$1.*$2" "$3"
}

out=$(particle_usb list "mode $photon" "mode $argon" "mode $p2" \
    "mode $electron" "id $argon" "id $p2" "serial $p2" "modules $photon" \
    "modules $argon" "modules $p2" "protection $argon" "blink $argon" \
    "stop-blink $argon" "listen $p2" "mode $p2" "stop-listening $p2")
printf '%s\n' "$out" >"$LAB_OUT/ask.json"
said list "\"id\":\"$photon\",\"platform\":6,\"type\":\"photon\",\"dfu\":false,\"version\":\"2.3.1\"" \
    "list: Photon with its version"
said list "\"id\":\"$argon\",\"platform\":12" "list: Argon"
said list "\"id\":\"$p2\",\"platform\":32" "list: P2"
said list "\"id\":\"$electron\",\"platform\":10" "list: Electron"
said list "\"id\":\"$tracker\",\"platform\":26,\"type\":\"tracker\",\"dfu\":true" \
    "list: Tracker, in DFU"
said "mode $photon" '"value":"NORMAL"' "Photon is in normal mode"
said "mode $argon" '"value":"NORMAL"' "Argon is in normal mode"
said "mode $electron" '"value":"LISTENING"' "Electron is in listening mode"
said "id $argon" "\"value\":\"$argon\"" "Argon says its id"
said "id $p2" "\"value\":\"$p2\"" "P2 says its id"
said "serial $p2" '"ok":true' "P2 says its serial number"
for id in $photon $argon $p2; do
	said "modules $id" 'BOOTLOADER.*"version"' "$id: module info, bootloader"
	said "modules $id" 'SYSTEM_PART.*"version"' "$id: module info, system part"
	said "modules $id" 'USER_PART.*"version"' "$id: module info, user part"
done
said "protection $argon" '"protected":false' "Argon is not protected"
said "blink $argon" '"ok":true' "Argon blinks"
said "stop-blink $argon" '"ok":true' "and stops"
said "listen $p2" '"ok":true' "P2 enters listening mode"
said "mode $p2" '"value":"LISTENING"' "and says so"
said "stop-listening $p2" '"ok":true' "and leaves it"

n_argon=$(usb_number $argon)
n_p2=$(usb_number $p2)
n_photon=$(usb_number $photon)
out=$(particle_usb "reset $argon" "force-reset $p2" "safe-mode $photon")
printf '%s\n' "$out" >"$LAB_OUT/reset.json"
said "reset $argon" '"ok":true' "Argon resets"
said "safe-mode $photon" '"ok":true' "Photon goes into safe mode"
ok "Argon is back" wait_again $argon 2b04:c00c "$n_argon"
ok "P2 is back from a forced reset" wait_again $p2 2b04:c020 "$n_p2"
ok "Photon is back" wait_again $photon 2b04:c006 "$n_photon"

head -c 10000 /dev/urandom >"$LAB_TMP/in.bin"
out=$(particle_usb "dfu $photon" "dfu $argon" "dfu $p2" \
    "write $argon $LAB_TMP/in.bin 0xB4000")
printf '%s\n' "$out" >"$LAB_OUT/dfu.json"
for id in $photon $argon $p2; do
	said "dfu $id" '"ok":true' "$id enters DFU"
done
is "$(usb_id $photon)" 2b04:d006 "Photon is there as DFU"
is "$(usb_id $p2)" 2b04:d020 "P2 is there as DFU"
said "write $argon" '"value":10000' "it writes over DFU"
# The library leaves the device in dfuDNLOAD-IDLE, where its own read begins with
# a CLRSTATUS that the bootloader must refuse; dfu-util goes back to dfuIDLE.
ok "dfu-util reads it" dfu-util -d 2b04:d00c -S $argon -a 0 -s 0xB4000:10000 \
    -U "$LAB_TMP/dfu-util.bin"
ok "and it is the same" cmp "$LAB_TMP/in.bin" "$LAB_TMP/dfu-util.bin"

out=$(particle_usb "read $argon $LAB_TMP/back.bin 0xB4000 10000" \
    "protection $tracker" "protection $guarded" "reset $argon" \
    "reset $tracker" "safe-mode $p2" "wait $argon normal" \
    "wait $tracker normal" "wait $p2 normal")
printf '%s\n' "$out" >"$LAB_OUT/leave.json"
said "read $argon" '"value":10000' "and so does it"
ok "which is the same" cmp "$LAB_TMP/in.bin" "$LAB_TMP/back.bin"
said "protection $tracker" '"protected":false' "Tracker is open, in DFU too"
said "protection $guarded" '"protected":true' "B5-SoM is protected, in DFU too"
said "wait $argon normal" '"dfu":false' "Argon leaves DFU"
said "wait $tracker normal" '"dfu":false' "Tracker leaves DFU"
said "safe-mode $p2" '"ok":true' "P2 goes from DFU into safe mode"
said "wait $p2 normal" '"dfu":false' "and leaves DFU by that"
done_testing
