# shellcheck shell=bash
# The machine itself: sourced by run and shell (bash). machine_prepare makes the
# folder of the run, $work, and the command line, "${qemu[@]}".

machine_prepare() {
	need qemu-system-x86_64 busybox cpio
	[ -f "$lab_cache/kernel/complete" ] || "$lab_dir/setup" ||
	    die "no kernel to boot; see tests/lab/README.md"
	kernel=$(realpath "$lab_cache/kernel")
	work=$(mktemp -d "${TMPDIR:-/tmp}/pterm-lab.XXXXXX")
	mkdir "$work/share" "$work/share/out" "$work/share/taken"
	ln -s share/tests "$work/tests"
	machine_params >"$work/share/params"
	machine_initramfs
	qemu=(qemu-system-x86_64 -accel tcg,thread=multi -cpu max,la57=off
	    -smp "${LAB_CPUS:-2}" -m "${LAB_MEMORY:-1024}" -nodefaults -nic none
	    -display none -no-reboot
	    -kernel "$kernel/vmlinux" -initrd "$work/initramfs"
	    -append "console=ttyS0 loglevel=5 panic=-1 oops=panic mitigations=off
		nokaslr random.trust_cpu=on no_timer_check tsc=reliable"
	    -virtfs "local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap"
	    -virtfs "local,path=$work/share,mount_tag=lab,security_model=none,multidevs=remap")
}

machine_params() {
	# Written for a shell to read: no path with a quote in it, please.
	cat <<-E
	lab_dir='$lab_dir'
	lab_cache='$lab_cache'
	lab_kernel='$kernel'
	top_srcdir='$(realpath "$lab_dir/../..")'
	top_builddir='${top_builddir:-$(machine_builddir)}'
	lab_interactive='${lab_interactive:-no}'
	lab_rows='${lab_rows:-24}'
	lab_cols='${lab_cols:-80}'
	lab_term='${TERM:-vt100}'
	E
}

# Where pterm was built: the current folder, build/ or the source folder.
machine_builddir() {
	for dir in "$PWD" "$lab_dir/../../build" "$lab_dir/../.."; do
		[ -f "$dir/config.status" ] && break
	done
	realpath "$dir"
}

# The kernel unpacks one archive after the other.
machine_initramfs() {
	mkdir "$work/second"
	cp "$lab_dir/init" "$work/share/params" "$work/second/"
	chmod +x "$work/second/init"
	{
		cat "$kernel/base.cpio"
		(cd "$work/second" && printf 'init\nparams\n' |
		    cpio -o -H newc --quiet)
	} >"$work/initramfs"
}

machine_clean() {
	if [ "${keep:-no}" = yes ]; then
		note "the folder of this run is $work"
	else
		rm -rf "$work"
	fi
}
