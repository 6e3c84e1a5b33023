# shellcheck shell=bash
# The cache, the folder of this run in it, and leaving nothing behind.

open_work() {
    cache=${MEMTUNE_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/memtune-vm}
    mkdir -p "$cache"
    cache=$(cd "$cache" && pwd)
    # Commas separate the emulator's options, and none of these paths would survive one.
    [[ $cache != *[,:]* ]] || refuse "the cache $cache has a comma or a colon in its name: set MEMTUNE_VM_CACHE"
    sweep_dead_runs
    work=$(mktemp -d "$cache/run.XXXXXX")
    exec {work_lock}<"$work"
    flock "$work_lock"
    payload=$work/payload.img
    boot=$work/boot
    transcript=$work/transcript
    # 0 is the terminal only here: what goes to the background gets /dev/null in its place.
    terminal=0
    if [[ -n $keep ]]; then
        exec {terminal}<&0
        tty_before=$(stty -g 2>/dev/null || true)
    else
        exec {terminal}</dev/null
    fi
    trap leave EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

leave() {
    trap '' INT TERM HUP
    dismiss_workers
    stop_killable
    machine_stop
    if [[ -n ${tty_before-} ]]; then stty "$tty_before"; fi
    rm -rf "$work"
}

# A run that was killed without a chance to clean up no longer holds the lock on its folder.
sweep_dead_runs() {
    local folder lock
    while read -r folder; do
        exec {lock}<"$folder"
        if flock -n "$lock"; then rm -rf "$folder"; fi
        exec {lock}<&-
    done < <(find "$cache" -maxdepth 1 -name 'run.*' -mmin +1)
}
