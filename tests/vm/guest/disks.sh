# shellcheck shell=bash
# The extra disks of a case: /dev/disk/by-id/virtio-btrfs and so on, formatted and not mounted.

# disk NAME: its device. Names are btrfs xfs ext4 swap blank, and btrfs2 for the second of a kind.
disk() { readlink -f "/dev/disk/by-id/virtio-$1"; }

extra_disks() {
    local link
    for link in /dev/disk/by-id/virtio-*; do
        case ${link##*/virtio-} in
            payload* | *-part*) ;;
            *) [[ -e $link ]] && printf '%s\n' "${link##*/virtio-}" ;;
        esac
    done
}

# At the first boot they are all blank; later ones find them as they were left.
format_blank_disks() {
    local name
    modprobe -q virtio_blk
    udevadm settle
    for name in $(extra_disks); do
        [[ $name == blank* || -n $(blkid -p "$(disk "$name")") ]] || format_disk "$name"
    done >/dev/null 2>&1
}

# The label is the name, for LABEL= in an fstab.
format_disk() {
    local device
    device=$(disk "$1")
    case $1 in
        btrfs*) mkfs.btrfs -q -f -L "$1" "$device" ;;
        xfs*) mkfs.xfs -q -f -L "$1" "$device" ;;
        f2fs*) mkfs.f2fs -q -f -l "$1" "$device" ;;
        ext4*) mkfs.ext4 -q -F -L "$1" "$device" ;;
        swap*) mkswap -L "$1" "$device" ;;
        blank*) wipefs -qa "$device" ;;
    esac
    udevadm settle
}

# How many sectors were ever written: the cheapest way to see that a case used a disk.
sectors_written() {
    local fields name=$1
    read -ra fields <"/sys/class/block/$(basename "$(disk "$name")")/stat"
    printf '%s %s\n' "$name" "${fields[6]}"
}
