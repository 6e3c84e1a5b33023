# shellcheck shell=bash
# KVM or software emulation? A /dev/kvm that exists proves little: inside some cloud machines it opens,
# and then every instruction takes so long that a boot never ends. So something tiny is run and timed.

# Sets `accel` (kvm or tcg) and `slowness`, by which every time limit of a guest is multiplied.
choose_accel() {
    accel=${MEMTUNE_VM_ACCEL:-$(remembered_accel)}
    case $accel in
        kvm) slowness=1 ;;
        tcg) slowness=5 ;;
        *) refuse "MEMTUNE_VM_ACCEL is '$accel': kvm or tcg" ;;
    esac
}

# The answer holds until the next boot of this machine.
remembered_accel() {
    local boot answer known=$cache/accel
    boot=$(</proc/sys/kernel/random/boot_id)
    if [[ -f $known && $(<"$known") == "$boot "* ]]; then
        answer=$(<"$known")
        echo "${answer#* }"
        return
    fi
    answer=tcg
    if [[ -r /dev/kvm && -w /dev/kvm ]] && kvm_is_quick; then answer=kvm; fi
    echo "$boot $answer" >"$known.$$"
    mv "$known.$$" "$known"
    echo "$answer"
}

# A boot sector that does one thing: out 0xf4, 0x10, which makes the emulator exit with 33.
# Where KVM is real this takes a quarter of a second.
kvm_is_quick() {
    local sector=$work/sector pid tenth status=0
    printf '\xb0\x10\xe6\xf4\xf4\xeb\xfd' >"$sector"
    truncate -s 510 "$sector"
    printf '\x55\xaa' >>"$sector"
    setpriv --pdeathsig KILL qemu-system-x86_64 -accel kvm -m 16 -nodefaults -display none -no-reboot \
        -device isa-debug-exit,iobase=0xf4,iosize=4 \
        -drive "file=$sector,format=raw,if=ide,snapshot=on" </dev/null >/dev/null 2>&1 &
    pid=$!
    for ((tenth = 0; tenth < 20; tenth++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    # Not waited for when it had to be killed: a process stuck in the kernel would take us with it.
    kill -KILL "$pid" 2>/dev/null && return 1
    wait "$pid" || status=$?
    ((status == 33))
}
