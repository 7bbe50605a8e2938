#!/bin/bash
# What lsusb -v says of our devices is what it says of Particle's boards
# (reference 1.3 and 1.5), for each chip, in normal and in DFU mode.
. "${0%/*}/lib.sh"

bench <<-E
	device core as core id 100000000000000000000001
	device photon as photon id 100000000000000000000002
	device electron as electron id 100000000000000000000003
	device argon as argon id 100000000000000000000004
	device b5som as b5som id 100000000000000000000005
	device p2 as p2 id 100000000000000000000006
	device msom as msom id 100000000000000000000007
	device trackerm as trackerm id 100000000000000000000008
	device tachyon as tachyon id 100000000000000000000009
	device core as dcore id 200000000000000000000001 mode dfu
	device photon as dphoton id 200000000000000000000002 mode dfu
	device p1 as dp1 id 200000000000000000000003 mode dfu
	device argon as dargon id 200000000000000000000004 mode dfu
	device tracker as dtracker id 200000000000000000000005 mode dfu
	device p2 as dp2 id 200000000000000000000006 mode dfu
	device trackerm as dtrackerm id 200000000000000000000008 mode dfu
	device argon as dprotected id 200000000000000000000009 mode dfu protection protected
E
ok "all of them are enumerated" wait_for 60 usb_count_is 17
udevadm settle --timeout=60
lsusb -v >"$LAB_OUT/lsusb.txt" 2>"$LAB_OUT/lsusb.err"

# The part of lsusb's output that is about one device.
of() {	# SERIAL
	awk -v RS= -v s="$1" 'index(tolower($0), s)' "$LAB_OUT/lsusb.txt"
}

# "NUMBER.ALTERNATE CLASS/SUBCLASS/PROTOCOL ENDPOINTS STRING", one a line.
interfaces() {
	awk '
	/bInterfaceNumber/ { number = $2 }
	/bAlternateSetting/ { alternate = $2 }
	/bNumEndpoints/ { endpoints = $2 }
	/bInterfaceClass/ { class = $2 }
	/bInterfaceSubClass/ { subclass = $2 }
	/bInterfaceProtocol/ { protocol = $2 }
	/iInterface/ {
		sub(/^ *iInterface +[0-9]+ ?/, "")
		printf "%d.%d %d/%d/%d %d %s\n", number, alternate, class,
		    subclass, protocol, endpoints, $0
	}'
}

normal() {	# NAME SERIAL VID:PID PRODUCT CONTROL COMM DATA
	text=$(of "$2")
	is "$(usb_id "$2")" "$3" "$1: VID:PID"
	like "$text" "iProduct +[0-9]+ $4\$" "$1: product $4"
	like "$text" "iSerial +[0-9]+ $2\$" "$1: serial number is the id"
	like "$text" "bMaxPacketSize0 +64\$" "$1: EP0 takes 64 bytes"
	[ "$5" = none ] ||
	    is "$(of "$2" | awk '/bDevice(Class|SubClass|Protocol)/ { print $2 }' |
	    tr '\n' ' ')" "239 2 1 " "$1: composite"
	list=$(of "$2" | interfaces)
	if [ "$5" = none ]; then
		unlike "$list" '255/255/255' "$1: no control interface"
	else
		like "$list" "^$5.0 255/255/255 0 .*Control Interface" \
		    "$1: control interface is number $5"
	fi
	like "$list" "^$6.0 2/2/[01] 1 " "$1: CDC control is interface $6"
	like "$list" "^$7.0 10/0/0 2 " "$1: CDC data is interface $7"
	is "$(tty_of "$2" | sed 's/[0-9]*$//')" /dev/ttyACM "$1: cdc_acm binds"
}

normal Core 100000000000000000000001 1d50:607d '.*' none 0 1
normal Photon 100000000000000000000002 2b04:c006 Photon 2 0 1
normal Electron 100000000000000000000003 2b04:c00a Electron 2 0 1
normal Argon 100000000000000000000004 2b04:c00c 'Argon CDC Mode' 2 0 1
normal B5-SoM 100000000000000000000005 2b04:c019 'B5-SoM CDC Mode' 2 0 1
normal P2 100000000000000000000006 2b04:c020 'P2' 0 1 2
normal M-SoM 100000000000000000000007 2b04:c023 M-SoM 0 1 2
normal Tracker-M 100000000000000000000008 2b04:c01c TrackerM 0 1 2
like "$(of 100000000000000000000006)" 'bcdDevice +2\.51' "P2: bcdDevice"
is "$(usb_id 100000000000000000000009)" 2b04:c02a "Tachyon: VID:PID"

dfu() {	# NAME SERIAL VID:PID PRODUCT TRANSFER-SIZE ALTERNATE...
	text=$(of "$2")
	is "$(usb_id "$2")" "$3" "$1 in DFU: VID:PID"
	like "$text" "iProduct +[0-9]+ $4\$" "$1 in DFU: product"
	like "$text" "wTransferSize +$5 [Bb]ytes" "$1 in DFU: transfer size"
	like "$text" "bcdDFUVersion +1\.1a" "$1 in DFU: DfuSe"
	like "$text" "wDetachTimeout +255 " "$1 in DFU: detach time-out"
	is "$(printf '%s\n' "$text" | sed -n '/bmAttributes  *11$/,/wDetach/p' |
	    grep -c -e 'Will Detach' -e 'Manifestation Intolerant' \
	    -e 'Upload Supported' -e 'Download Supported')" 4 \
	    "$1 in DFU: download, upload, will detach, not tolerant"
	shift 5
	number=0
	for alternate; do
		echo "0.$number 254/1/2 0 $alternate"
		number=$((number + 1))
	done >"$LAB_TMP/wanted"
	is "$(printf '%s\n' "$text" | interfaces)" "$(cat "$LAB_TMP/wanted")" \
	    "$name: alternate settings"
}

gen2='@Internal Flash   /0x08000000/03*016Ka,01*016Kg,01*064Kg,07*128Kg'
nrf='@Internal Flash   /0x00000000/1*004Ka,47*004Kg,192*004Kg,4*004Kg,4*004Kg,8*004Ka'
rtl='@Internal Flash   /0x08000000/2048*004Kg'
name=Core
dfu Core 200000000000000000000001 1d50:607f '.*' 1024 \
    '@Internal Flash   /0x08000000/20*001Ka,108*001Kg' \
    '@ SPI Flash: SST25x  /0x00000000/512*004Kg'
name=Photon
dfu Photon 200000000000000000000002 2b04:d006 'Photon DFU Mode' 4096 \
    "$gen2" '@DCT Flash   /0x00000000/01*016Kg'
name=P1
dfu P1 200000000000000000000003 2b04:d008 'P1 DFU Mode' 4096 \
    "$gen2" '@DCT Flash   /0x00000000/01*016Kg' \
    '@Serial Flash   /0x00000000/256*004Kg'
name=Argon
dfu Argon 200000000000000000000004 2b04:d00c 'Argon DFU Mode' 4096 \
    "$nrf" '@DCT Flash   /0x00000000/1*016Ke' \
    '@External Flash   /0x80000000/1024*004Kg'
name=Tracker
dfu Tracker 200000000000000000000005 2b04:d01a 'Tracker DFU Mode' 4096 \
    "$nrf" '@DCT Flash   /0x00000000/1*016Ke' \
    '@External Flash   /0x80000000/2048*004Kg'
name=P2
dfu P2 200000000000000000000006 2b04:d020 'P2 DFU Mode' 4096 \
    "$rtl" '@DCT Flash   /0x00000000/1*016Ke'
name=Tracker-M
dfu Tracker-M 200000000000000000000008 2b04:d01c 'TrackerM DFU Mode' 4096 \
    "$rtl" '@DCT Flash   /0x00000000/1*016Ke'
# Every letter is b on a protected device.
like "$(of 200000000000000000000009 | interfaces)" \
    '^0.0 .*/1\*004Kb,47\*004Kb,192\*004Kb' "protected: nothing readable or writable"
done_testing
