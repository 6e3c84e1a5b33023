# shellcheck shell=bash
# The watchdog in the guest, and what it is tried with.

watchdog=memtune-watchd.service

# install_watchdog: as it ships, with what `watch_settings` wrote.
install_watchdog() {
    expect_status 0 memtune watch install -y
    forget_events
}
remove_watchdog() {
    expect_status 0 memtune watch uninstall -y
    rm -rf /etc/memtune /run/memtune/watch.json
}

# watch_settings: standard input is the file from the next start or reload on.
watch_settings() {
    mkdir -p /etc/memtune
    cat >/etc/memtune/watch.toml
}

# status_of KEY: of what it answers, as in `status_of memory.available`.
status_of() { memtune watch status --json | jq -r ".watchdog.$1"; }

# events KIND..: what it told the journal since it was installed, or since forget_events, as JSON, a line each. By the clock that no
# change of the date moves.
events() {
    local kind matches=()
    for kind; do matches+=("MEMTUNE_EVENT=$kind"); done
    journalctl --sync
    journalctl --quiet --boot --output=json "${matches[@]}" |
        jq -c --argjson since "$events_since" 'select((.__MONOTONIC_TIMESTAMP | tonumber) > $since * 1000000)'
}
forget_events() { events_since=$(cut -d' ' -f1 /proc/uptime); }
messages() { events "$@" | jq -r .MESSAGE; }

# expect_told SECONDS KIND TEXT: it tells that within so long of a real machine.
expect_told() {
    local seconds=$(($1 * SLOWNESS)) started=$SECONDS
    until [[ $(messages "$2") == *"$3"* ]]; do
        ((SECONDS - started < seconds)) || fail "it has not told '$3' after $seconds s, but:"$'\n'"$(messages level simulate term kill recovered error reloaded)"
        sleep 0.2
    done
}

# The jobs that it asked to end, or killed without that, as names, a line each. What is only shown does not count.
victims() {
    events term kill | jq -r 'select(.MEMTUNE_DRY_RUN == "0" and (.MESSAGE | contains("it had been asked") | not)) | .MEMTUNE_JOB'
}
expect_victims() { expect_equal "$*" "$(victims | xargs)" "victims; told:"$'\n'"$(messages level term kill recovered error)"$'\n'; }

# ranked PERCENT: of the numbers in standard input, a line each, what so many of a hundred are at or under; 50 is the median.
ranked() {
    sort -n | awk -v percent="$1" '{ all[NR] = $1 } END { at = int((NR * percent + 99) / 100); print all[at] }'
}

kernel_kills() { awk '$1 == "oom_kill" { print $2 }' /proc/vmstat; }
of_meminfo() { awk -v name="$1:" '$1 == name { print int($2 / 1024) }' /proc/meminfo; }
available_mib() { of_meminfo MemAvailable; }

# all_but MIB: how much a hog can have that leaves so much; it needs some for itself.
all_but() { echo $(($(available_mib) - $1 - 6)); }

# start_hog UNIT [-pPROPERTY=VALUE..] OPTIONS..: guest/hog as a service.
start_hog() {
    local unit=$1 properties=()
    shift
    while [[ ${1:-} == -p* ]]; do
        properties+=("$1")
        shift
    done
    systemctl reset-failed "$unit.service" 2>/dev/null || true
    systemd-run --quiet --collect --unit="$unit" "${properties[@]}" /vm/guest/hog "$@"
}

# What the kernel counts for a service, in either version of control groups.
held_mib() {
    local bytes
    bytes=$(systemctl show --value --property=MemoryCurrent "$1.service")
    [[ $bytes =~ ^[0-9]{1,15}$ ]] || bytes=0
    echo $((bytes >> 20))
}
holds_mib() { (($(held_mib "$1") >= $2)); }

# holding UNIT MIB: a service that holds so much, and keeps still.
holding() {
    start_hog "$1" --size "$2"
    wait_until 60 holds_mib "$1" "$2"
}

is_active() { systemctl --quiet is-active "$1.service"; }
is_gone() { ! is_active "$1"; }
expect_alive() { local unit; for unit; do is_active "$unit" || fail "$unit is not alive"; done; }

# expect_saved UNIT SECONDS: it goes within so long of a real machine, and not by the kernel.
expect_saved() {
    local before
    before=$(kernel_kills)
    local seconds=$(($2 * SLOWNESS)) started=$SECONDS
    until is_gone "$1"; do
        ((SECONDS - started < seconds)) || fail "$1 lives after $seconds s; told:"$'\n'"$(messages level term kill recovered error)"
        sleep 0.2
    done
    expect_equal "$before" "$(kernel_kills)" "kills of the kernel"
}

# stop_units NAME..: whatever became of them.
stop_units() {
    local unit
    for unit; do
        systemctl stop "$unit.service" 2>/dev/null || true
        systemctl reset-failed "$unit.service" 2>/dev/null || true
    done
}
