# shellcheck shell=bash
# The known state from which every case starts. It is remembered after the boot, as one sorted text for each kind of
# thing below; after a case each is written down again, what differs is put back, and what then still differs is
# shown: the case has left something that cannot be undone.

# shellcheck source=knobs.sh
. /vm/guest/knobs.sh
# shellcheck source=units.sh
. /vm/guest/units.sh
# shellcheck source=areas.sh
. /vm/guest/areas.sh
# shellcheck source=files.sh
. /vm/guest/files.sh

# On disk and not in /run: 256 MiB of memory are not much.
known=/.vm-known
kinds=(units swaps mounts blocks files knobs)

remember_state() {
    local kind
    rm -rf "$known"
    mkdir -p "$known"
    list_knob_files >"$known/knob-files"
    archive_files
    for kind in "${kinds[@]}"; do "show_$kind" >"$known/$kind"; done
    remember_disks
    remember_wear
}

# restore_state: what could not be restored goes to stdout, the verdict to descriptor 3: clean, dirty, or used
# (what no program can take back). Units come first, because they hold areas and files, and those that are missing
# come back when their files are there again.
restore_state() {
    local kind touched=() verdict
    systemctl stop vm-case.service </dev/null >/dev/null 2>&1
    rm -rf /var/tmp/case
    for kind in "${kinds[@]}"; do
        differs "$kind" || continue
        touched+=("$kind")
        "restore_$kind" >/dev/null 2>&1
        if [[ $kind == files ]]; then start_missing_units >/dev/null 2>&1; fi
    done
    restore_disks
    verdict=$(wear)
    for kind in "${touched[@]}"; do
        differs "$kind" || continue
        verdict=dirty
        echo "left by the case and not restored ($kind; < before, > now):"
        diff "$known/$kind" "$known/$kind.now" | grep '^[<>]'
    done
    echo "$verdict" >&3
}

# Looks at it anew.
differs() {
    "show_$1" >"$known/$1.now"
    ! cmp -s "$known/$1" "$known/$1.now"
}

# Lines that were not there before, and lines that are no longer, when last looked at.
extra() { comm -13 "$known/$1" "$known/$1.now"; }
missing() { comm -23 "$known/$1" "$known/$1.now"; }

# The memory of the kernel that cannot be set back: kills in its log and counters, and pressure that still echoes
# in the averages. A guest that has any of it is given up, and the next case gets a fresh one.
remember_wear() { oom_kills >"$known/oom-kills"; }
wear() {
    if [[ $(oom_kills) != "$(<"$known/oom-kills")" ]]; then
        echo used: the kernel killed something
    elif [[ -r /proc/pressure/memory ]] && grep -qE '^some avg10=([1-9]|[0-9]{2,})' /proc/pressure/memory; then
        echo used: memory pressure
    else
        echo clean
    fi
}
oom_kills() { grep ^oom_kill /proc/vmstat; }
