# shellcheck shell=bash
# How many guests run at once.

# choose_jobs WANTED: sets `jobs`, and stretches the limits where guests that are emulated take each other's time; `slowness_alone` is for
# those that have no other beside them.
choose_jobs() {
    jobs=${1:-$(as_many_as_fit)}
    [[ $jobs =~ ^[1-9][0-9]?$ ]] || refuse "--jobs=$1 is no number from 1 to 99"
    [[ -z $keep ]] || jobs=1
    ((jobs <= ${#plan[@]})) || jobs=${#plan[@]}
    slowness_alone=$slowness
    if ((jobs > 1)) && [[ $accel == tcg ]]; then slowness=8; fi
}

# One for each processor, which an emulated guest keeps busy; the largest has 2 GiB.
as_many_as_fit() {
    local fit available
    fit=$(nproc)
    available=$(awk '/^MemAvailable:/ {print int($2 / 1024 / 2560)}' /proc/meminfo)
    ((fit <= available)) || fit=$available
    ((fit <= 4)) || fit=4
    echo $((fit >= 1 ? fit : 1))
}
