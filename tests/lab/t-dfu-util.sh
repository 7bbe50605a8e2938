#!/bin/bash
# dfu-util on our devices in DFU mode: list, download, upload, leave.
. "${0%/*}/lib.sh"

photon=300000000000000000000001
argon=300000000000000000000002
p2=300000000000000000000003
core=300000000000000000000004
guarded=300000000000000000000005
bench <<-E
	device photon as photon id $photon mode dfu
	device argon as argon id $argon mode dfu
	device p2 as p2 id $p2 mode dfu
	device core as core id $core mode dfu
	device b5som as guarded id $guarded mode dfu protection protected
E
ok "five devices in DFU" wait_for 20 usb_count_is 5
udevadm settle --timeout=20

list=$(dfu-util -l 2>&1)
like "$list" "2b04:d006.*alt=0, name=\"@Internal Flash   /0x08000000/03\*016Ka,01\*016Kg,01\*064Kg,07\*128Kg\", serial=\"$photon\"" \
    "dfu-util -l: Photon's flash"
like "$list" "2b04:d006.*alt=1, name=\"@DCT Flash   /0x00000000/01\*016Kg\"" \
    "dfu-util -l: Photon's DCT"
is "$(echo "$list" | grep -c 2b04:d00c)" 3 "dfu-util -l: Argon has 3 alternates"
is "$(echo "$list" | grep -c 2b04:d020)" 2 "dfu-util -l: P2 has 2"
is "$(echo "$list" | grep -c 1d50:607f)" 2 "dfu-util -l: Core has 2"

# Write, read back, leave. The module is random bytes: what the bootloader
# starts then is what was there before.
round() {	# NAME SERIAL DFU-ID NORMAL-ID ALT ADDRESS SIZE
	head -c "$7" /dev/urandom >"$LAB_TMP/in.bin"
	rm -f "$LAB_TMP/back.bin"
	ok "$1: download" dfu-util -d "$3" -S "$2" -a "$5" -s "$6" \
	    -D "$LAB_TMP/in.bin"
	ok "$1: upload" dfu-util -d "$3" -S "$2" -a "$5" -s "$6:$7" \
	    -U "$LAB_TMP/back.bin"
	ok "$1: read back the same" cmp "$LAB_TMP/in.bin" "$LAB_TMP/back.bin"
	[ "$4" != stay ] || return 0
	out=$(dfu-util -d "$3" -S "$2" -a "$5" -s "$6:leave" \
	    -D "$LAB_TMP/in.bin" 2>&1)
	like "$out" 'File downloaded successfully' "$1: download and leave"
	ok "$1: is back in normal mode" wait_usb "$2" "$4"
}

round "Photon, DCT" $photon 2b04:d006 stay 1 0x00000000 3000
round "Photon" $photon 2b04:d006 2b04:c006 0 0x080A0000 20000
round "Argon, external flash" $argon 2b04:d00c stay 2 0x80000000 9000
round "Argon" $argon 2b04:d00c 2b04:c00c 0 0xB4000 20000
round "P2" $p2 2b04:d020 2b04:c020 0 0x085F4000 20000
round "Core" $core 1d50:607f 1d50:607d 0 0x08005000 6000

# A protected device gives nothing away and takes nothing.
rm -f "$LAB_TMP/back.bin"
out=$(dfu-util -S $guarded -a 0 -s 0xB4000 -D "$LAB_TMP/in.bin" 2>&1)
is $((! $?)) 0 "protected: no download"
unlike "$out" 'downloaded successfully' "and none is claimed"
dfu-util -S $guarded -a 0 -s 0xB4000:4096:force -U "$LAB_TMP/back.bin" \
    >/dev/null 2>&1
ok "protected: no upload" test ! -s "$LAB_TMP/back.bin"

bench_do unplug guarded >/dev/null
wait_gone $guarded
out=$(dfu-util -d 2b04:d006 -a 0 -s 0x08000000 -D "$LAB_TMP/in.bin" 2>&1)
like "$out" 'No DFU capable USB device' "none is left in DFU"
done_testing
