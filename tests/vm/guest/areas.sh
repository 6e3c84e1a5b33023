# shellcheck shell=bash
# Swap areas, mounts, and the block devices that programs make: zram and loop; and the extra disks of the machine.

show_swaps() { awk 'NR > 1 {print $1, $5}' /proc/swaps | sort; }

restore_swaps() {
    local area priority
    while read -r area _; do swapoff "$area"; done < <(extra swaps)
    while read -r area priority; do
        if ((priority < 0)); then swapon "$area"; else swapon --priority "$priority" "$area"; fi
    done < <(missing swaps)
}

show_mounts() { findmnt --raw --noheadings -o TARGET,SOURCE,FSTYPE,OPTIONS | grep -v '^/run/credentials' | sort; }

# A mount of which only the options changed is both extra and missing. The size of a tmpfs cannot be unset.
restore_mounts() {
    local target source options
    while read -r target source _ options; do
        if options=$(known_options "$target"); then
            # With the source named, only these options count and not those that it has now.
            mount -o "remount,$options" "$source" "$target"
        else
            umount "$target" || umount --lazy "$target"
        fi
    done < <(extra mounts | tac)
}
known_options() { awk -v target="$1" '$1 == target {print $4; found = 1} END {exit !found}' "$known/mounts"; }

show_blocks() {
    local device
    {
        for device in /sys/block/zram*; do
            [[ -e $device ]] || continue
            echo "${device##*/} $(<"$device/disksize") $(<"$device/comp_algorithm")"
        done
        losetup --noheadings --raw -O NAME,BACK-FILE 2>/dev/null
        # Without its module there is no zram0, and loading it makes one.
        if [[ -e /sys/module/zram ]]; then echo 'zram loaded'; fi
    } | sort
}

restore_blocks() {
    local name size algorithm
    while read -r name size algorithm; do
        case $name in
            /dev/loop*) losetup --detach "$name" ;;
            zram[0-9]*) remove_zram "$name" ;;
            zram) modprobe --remove zram ;;
        esac
    done < <(extra blocks | sort --reverse)
    # One that was there before, at another size or with another compressor: back to what it was.
    while read -r name size algorithm; do
        [[ $name == zram[0-9]* ]] || continue
        [[ $algorithm =~ \[(.*)\] ]] && echo "${BASH_REMATCH[1]}" >"/sys/block/$name/comp_algorithm"
        ((size == 0)) || systemctl restart "systemd-zram-setup@$name.service" </dev/null
    done < <(missing blocks)
}

remove_zram() {
    echo 1 >"/sys/block/$1/reset"
    grep -q "^$1 " "$known/blocks" || echo "${1#zram}" >/sys/class/zram-control/hot_remove
}

# The extra disks are not compared but made anew if anything was written to them.
remember_disks() {
    local name
    for name in $(extra_disks); do sectors_written "$name"; done >"$known/disks"
}

restore_disks() {
    local name written
    for name in $(extra_disks); do
        written=$(sectors_written "$name")
        grep -qxF "$written" "$known/disks" || format_disk "$name"
    done
    remember_disks
} >/dev/null 2>&1
