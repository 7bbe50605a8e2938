# What the lab's commands on the host share: where things are, how to complain.
# Sourced by setup, run and shell, which set lab_dir to the folder of this file.

lab_cache=${PTERM_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/pterm-lab}

# The kernel's modules that the machine needs, before any dependency of theirs.
lab_boot_modules="virtio_pci 9pnet_virtio 9p overlay"
lab_usb_modules="usbcore vhci-hcd cdc-acm usbmon"
# Found by modprobe inside, for tests that want a device that is not ours.
lab_extra_modules="dummy_hcd g_serial g_hid usbhid hid-generic usb_f_fs libcomposite"

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
		    die "$tool is missing; apt-get install \$(cat tests/lab/packages.txt)"
	done
}
