# shellcheck shell=bash
# The disks of a guest: an overlay over the image that takes every write, the payload, and the extra ones of a case.

# An integer as so many big-endian bytes.
big_endian() { printf '%b' "$(printf "%0$((2 * $2))x" "$1" | sed 's/../\\x&/g')"; }

# make_overlay FILE BYTES: an empty qcow2 image of that size. qemu-img would do it, but its package conflicts with
# others on some of the machines where this runs, and an empty one is four clusters of 64 KiB: the header, the
# table of reference counts, the first block of them (these four clusters are in use), and an empty L1 table.
make_overlay() {
    local file=$1 bytes=$2 cluster=65536
    local l1_entries=$(((bytes + cluster * 8192 - 1) / (cluster * 8192)))
    rm -f "$file"
    {
        printf 'QFI\xfb'
        big_endian 2 4                  # version
        big_endian 0 12                 # no backing file: the command line names it
        big_endian 16 4                 # clusters of 2^16 bytes
        big_endian "$bytes" 8
        big_endian 0 4                  # not encrypted
        big_endian "$l1_entries" 4
        big_endian $((3 * cluster)) 8   # L1 table
        big_endian $((1 * cluster)) 8   # table of reference counts
        big_endian 1 4
        big_endian 0 12                 # no snapshots
    } >"$file"
    truncate -s $((1 * cluster)) "$file"
    big_endian $((2 * cluster)) 8 >>"$file"
    truncate -s $((2 * cluster)) "$file"
    printf '\0\x01\0\x01\0\x01\0\x01' >>"$file"
    truncate -s $((4 * cluster)) "$file"
}

# make_payload FILE CASE_FILE..: what /vm holds in the guest.
make_payload() {
    local file=$1 stage=$work/payload size
    shift
    mkdir -p "$stage/cases" "$stage/bin"
    cp -r "$vm/guest" "$stage/guest"
    cp "$@" "$stage/cases/"
    cp "$memtune" "$stage/bin/memtune"
    # Its watchdog is a program of its own and lies beside it.
    if [[ -f $(dirname "$memtune")/memtune-watchd ]]; then cp "$(dirname "$memtune")/memtune-watchd" "$stage/bin/"; fi
    # For cases that repeat themselves.
    printf '%s\n' "${MEMTUNE_VM_RUNS:-}" >"$stage/runs"
    size=$(($(du -sm "$stage" | cut -f1) + 8))
    truncate -s "${size}M" "$file"
    mke2fs -q -t ext4 -d "$stage" "$file"
    rm -rf "$stage"
}

# make_extra_disks DIR: one sparse file for each disk in the header. The guest has the mkfs programs and formats them.
make_extra_disks() {
    local disk index=0
    for disk in ${header[disks]}; do
        index=$((index + 1))
        truncate -s "${disk#*:}" "$1/extra-$index"
    done
}

# Names as the guest sees them (/dev/disk/by-id/virtio-NAME): btrfs, and btrfs2 for the second of a kind.
extra_disk_names() {
    local disk kind
    local -A count=()
    for disk in ${header[disks]}; do
        kind=${disk%:*}
        count[$kind]=$((${count[$kind]:-0} + 1))
        if ((count[$kind] == 1)); then echo "$kind"; else echo "$kind${count[$kind]}"; fi
    done
}
