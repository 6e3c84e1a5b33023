# shellcheck shell=bash
# Everything that a profile may change, so that a case can compare it before and after, byte for byte.

# tune_state FILE: writes it there.
tune_state() {
    {
        # The journal and the lock are memtune's own memory; what they are about is everything else.
        find /etc /usr/lib/sysctl.d /usr/lib/tmpfiles.d -xdev -type f -printf '%p %m %U:%G %s\n' -exec sha256sum {} + | sort
        find /etc -xdev \( -type d -o -type l \) -printf '%p %y %m %U:%G %l\n' | sort
    } >"$1.files"
    {
        find /proc/sys/vm -type f -perm -600 ! -name stat_refresh ! -name drop_caches ! -name compact_memory
        find /sys/kernel/mm/transparent_hugepage /sys/kernel/mm/lru_gen /sys/module/zswap/parameters -type f -perm -600
    } 2>/dev/null | sort | while read -r knob; do printf '%s=%s\n' "$knob" "$(cat "$knob")"; done >"$1.knobs"
}

# expect_tune_state FILE [WHAT]: everything is as it was then. udev and systemd keep no state in these places.
expect_tune_state() {
    local now
    now=$(mktemp -d)/now
    tune_state "$now"
    diff -u "$1.files" "$now.files" >&2 || fail "${2:+$2: }files differ: $(diff "$1.files" "$now.files" | head -5)"
    diff -u "$1.knobs" "$now.knobs" >&2 || fail "${2:+$2: }knobs differ: $(diff "$1.knobs" "$now.knobs" | head -5)"
}
