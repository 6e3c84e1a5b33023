# shellcheck shell=bash
# Kernel settings: sysctl, transparent huge pages and their kin, and the memory limits of cgroups.

list_knob_files() {
    {
        find /proc/sys/vm /proc/sys/kernel /proc/sys/fs -maxdepth 1 -type f -perm -600 \
            ! -name stat_refresh ! -name drop_caches ! -name compact_memory ! -name ns_last_pid ! -name tainted
        find /sys/kernel/mm /sys/module/zswap/parameters -type f -perm -600 ! -name '*_to_merge' ! -path '*/damon/*'
        find /sys/block/*/queue -maxdepth 1 \( -name scheduler -o -name read_ahead_kb \)
        # Two levels are the slices and their services.
        find /sys/fs/cgroup -maxdepth 3 -name 'memory.*' -perm -600 \
            \( -name '*.min' -o -name '*.low' -o -name '*.high' -o -name '*.max' -o -name '*.group' \) \
            ! -path '*/vm-case.service/*'
    } 2>/dev/null | sort
}

# FILE=VALUE, read without a process for each of these few hundred files.
show_knobs() {
    local file value
    while read -r file; do
        value=
        { IFS= read -r -d '' value <"$file"; } 2>/dev/null
        value=${value%$'\n'}
        printf '%s=%s\n' "$file" "${value//$'\n'/ }"
    done <"$known/knob-files"
}

# Some depend on each other (dirty_ratio and dirty_bytes, huge pages and min_free_kbytes), so it takes up to three rounds.
restore_knobs() {
    local line value
    for _ in 1 2 3; do
        while read -r line; do
            value=${line#*=}
            # A choice reads "always [madvise] never".
            [[ $value =~ \[(.*)\] ]] && value=${BASH_REMATCH[1]}
            printf '%s\n' "$value" >"${line%%=*}"
        done < <(missing knobs)
        differs knobs || return
    done
}
