# shellcheck shell=bash
# Everything that a profile may change, so that a case can compare it before and after, byte for byte.

# tune_state FILE: writes it there. memtune's own memory, the journal and the lock, is not part of it.
tune_state() {
    # Of /etc everything's place, mode, owner and length; and the bytes of what lies where memtune writes.
    find /etc -xdev -printf '%p %y %m %U:%G %s %l\n' | sed -E 's/^(.* d [0-7]+ [0-9]+:[0-9]+) [0-9]+ /\1 /' | sort >"$1.files"
    find /etc/sysctl.conf /etc/sysctl.d /etc/tmpfiles.d /etc/memtune /etc/systemd/system /etc/tuned -xdev -type f \
        -exec sha256sum {} + 2>/dev/null | sort >>"$1.files" || true
    # Not every kernel has all of these, and some cannot be read.
    {
        find /proc/sys/vm -type f -perm -600 ! -name stat_refresh ! -name drop_caches ! -name compact_memory \
            ! -name user_reserve_kbytes # computed at each boot from what is free then
        find /sys/kernel/mm/transparent_hugepage /sys/kernel/mm/lru_gen /sys/module/zswap/parameters -type f -perm -600
    } 2>/dev/null | sort | xargs -d '\n' grep -Hs '' >"$1.knobs" || true
    [[ -s $1.files && -s $1.knobs ]] || fail "nothing was seen of the machine's state"
}

# expect_tune_state FILE [WHAT]: everything is as it was then.
expect_tune_state() {
    local kind
    tune_state /run/tune-state
    for kind in files knobs; do
        cmp -s "$1.$kind" "/run/tune-state.$kind" || fail "${2:+$2: }$kind differ: $(diff "$1.$kind" "/run/tune-state.$kind" | head -8)"
    done
}

# tune_sum: one number for what the profile hydrus sets, much quicker than all of the state.
tune_sum() {
    {
        find /etc/sysctl.d /etc/sysctl.conf /etc/tmpfiles.d /etc/memtune -printf '%p %y %m %U:%G\n' | sort
        cat /etc/sysctl.conf /etc/sysctl.d/* /etc/tmpfiles.d/* /etc/memtune/*
        cat /proc/sys/vm/{min_free_kbytes,watermark_scale_factor,swappiness,dirty_ratio,overcommit_memory}
    } 2>/dev/null | cksum
}

# kill_at N COMMAND..: kills the command at its N-th call that writes; fails when it comes to its end before that.
kill_at() {
    local number=$1 calls=fsync,renameat,renameat2,unlinkat,mkdirat,write
    shift
    ! { strace -f -qq -o /dev/null -e trace="$calls" -e inject="$calls:signal=KILL:when=$number" "$@"; } >/dev/null 2>&1
}
