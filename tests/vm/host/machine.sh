# shellcheck shell=bash
# One emulated machine at a time: its files are in $boot, its process is $emulator.

emulator=''
emulator_status=0

# machine_create: fresh disks for the case in `header`. Nothing of an earlier guest is left.
machine_create() {
    machine_stop
    rm -rf "$boot"
    mkdir "$boot"
    use_image "${header[release]}"
    make_overlay "$boot/root.qcow2" "$(stat -c %s "$image/disk")"
    make_extra_disks "$boot"
    mkfifo "$boot/agent.in" "$boot/agent.out"
}

# machine_start: power on, with the disks as they are.
machine_start() {
    emulator_status=0
    local arguments=(-name memtune-vm -nodefaults -no-user-config -display none -no-reboot)
    accel_arguments
    kernel_arguments
    disk_arguments
    serial_arguments
    # The line of the run before may have ended in the middle.
    exec {to_guest}<>"$boot/agent.in" {from_guest}<>"$boot/agent.out"
    # pdeathsig: if this script is killed in a way that no trap sees, the emulator goes with it.
    # Its stdin is the terminal only for --keep; bash would otherwise hand a background process /dev/null.
    setpriv --pdeathsig KILL qemu-system-x86_64 "${arguments[@]}" <&"$terminal" 2>"$boot/emulator.log" &
    emulator=$!
}

# machine_stop: pulls the plug. This is the power cut, and also how a guest that nobody needs any more ends.
machine_stop() {
    [[ -n $emulator ]] || return 0
    kill -KILL "$emulator" 2>/dev/null || true
    wait "$emulator" 2>/dev/null || emulator_status=$?
    machine_gone
}

# machine_crashed: whether the emulator itself died of a segmentation fault, which is no finding about memtune.
machine_crashed() { ((emulator_status == 128 + 11)); }

machine_gone() {
    emulator=
    exec {to_guest}>&- {from_guest}>&-
}

machine_runs() { [[ -n $emulator ]] && kill -0 "$emulator" 2>/dev/null; }

accel_arguments() {
    arguments+=(-m "${header[memory]}" -smp 2)
    if [[ $accel == kvm ]]; then
        arguments+=(-accel kvm -cpu host)
    else
        # A plain processor: the newer ones have five levels of page tables, which emulation has to walk.
        arguments+=(-accel 'tcg,thread=multi' -cpu Nehalem)
    fi
}

# psi=1 because distributions differ in the default; a case that wants none says psi=0, and the last one counts.
kernel_arguments() {
    arguments+=(-kernel "$image/vmlinuz" -append "root=/dev/nvme0n1 rootwait rw rootflags=noinit_itable console=ttyS0 \
quiet loglevel=4 mitigations=off systemd.show_status=no psi=1 ${header[kernel]}")
    [[ ! -e $image/initrd ]] || arguments+=(-initrd "$image/initrd")
}

# Disks that forget nothing: whatever the guest has handed to one survives the emulator's end, and what is still in
# the guest's page cache does not, which is what a power cut has to show. So nothing is ever flushed to the disk of
# this machine (that is slow, and only its own power cut would need it). write-cache=off, because qcow2 keeps new
# places in its tables to itself until the guest flushes, and this emulated nvme disk overlooks the flush that is
# part of a write (FUA), with which ext4 ends each commit of its journal: without it fsynced data was lost.
disk_arguments() {
    local name index=0
    arguments+=(
        -blockdev "driver=raw,node-name=image,read-only=on,file.driver=file,file.locking=off,file.filename=$image/disk"
        -blockdev "driver=qcow2,node-name=root,backing=image,cache.no-flush=on,file.driver=file,file.cache.no-flush=on,file.filename=$boot/root.qcow2"
        -device 'nvme,serial=root,drive=root,write-cache=off'
        -drive "if=none,id=payload,format=raw,readonly=on,file=$payload"
        -device 'virtio-blk-pci,drive=payload,serial=payload'
    )
    while read -r name; do
        index=$((index + 1))
        arguments+=(
            -blockdev "driver=raw,node-name=extra$index,cache.no-flush=on,file.driver=file,file.cache.no-flush=on,file.filename=$boot/extra-$index"
            -device "virtio-blk-pci,drive=extra$index,serial=$name"
        )
    done < <(extra_disk_names)
}

# First line: the kernel's console, kept in a file. Second: the agent. For --keep, a third for the shell, on virtio,
# because it holds back what is typed (or piped in) before somebody in the guest reads.
serial_arguments() {
    arguments+=(-serial "file:$boot/console" -chardev "pipe,id=agent,path=$boot/agent" -serial chardev:agent)
    [[ -n $keep ]] || return 0
    arguments+=(-chardev 'stdio,id=shell,signal=off' -device virtio-serial-pci -device 'virtconsole,chardev=shell')
}
