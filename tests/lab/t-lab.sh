#!/bin/bash
# The lab itself: a kernel with USB and room for 120 devices, udevd at work.
. "${0%/*}/lib.sh"

ok "vhci_hcd is there" test -e /sys/devices/platform/vhci_hcd.0/attach
is "$(cat /sys/devices/platform/vhci_hcd.0/status* | grep -c '^hs')" 120 \
    "120 ports for high and full speed"
ok "the host's files are visible" test -f "$lab_dir/lib.sh"
ok "and nothing is written to them" sh -c 'echo x >/usr/x && ! test -e /host/usr/x'

# A device that is not ours, through Linux's own gadget on dummy_hcd.
ok "dummy_hcd loads" modprobe dummy_hcd
ok "a serial gadget plugs in" modprobe g_serial
ok "the kernel enumerates it" wait_for 20 usb_count_is 1
is "$(usb_all)" 0525:a4a7 "with the ids of the gadget"
ok "cdc_acm makes a tty of it" wait_for 20 test -c /dev/ttyACM0
udevadm settle
like "$(ls /dev/serial/by-id)" 'usb-.*Gadget.*-if00' \
    "udev makes its link in /dev/serial/by-id"
is "$(stat -c %G:%a /dev/ttyACM0)" dialout:660 "and gives it to dialout"
modprobe -r g_serial
ok "and it leaves" wait_for 20 usb_count_is 0
done_testing
