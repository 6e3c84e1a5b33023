# shellcheck shell=bash
# What memtune forecasts of the next boot, so that a case can compare it with what the real programs do.

# The files of the distribution would only be in the way; they are put back after the case.
sysctl_folders=(/etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d /usr/lib/sysctl.d)
pairs=(vm.dirty_ratio:vm.dirty_bytes vm.dirty_background_ratio:vm.dirty_background_bytes vm.overcommit_ratio:vm.overcommit_kbytes)
declare -A default_of

# look KNOB: leaves what it shows in `now`, without a process for each of thousands of looks.
look() { IFS= read -r now <"/proc/sys/${1//.//}"; }

# Remembers what the made trees may touch, as it is before any of them.
remember_defaults() {
    local knob now
    mapfile -t knobs < <(/vm/guest/made-sysctl-tree)
    for knob in "${knobs[@]}"; do
        [[ -e /proc/sys/${knob//.//} ]] || continue
        look "$knob"
        default_of[$knob]=$now
    done
}

# Puts back what remember_defaults saw. Of a pair, the share says it all: the kernel sets the amount to 0.
reset_knobs() {
    local knob pair now
    for pair in "${pairs[@]}"; do
        # A value that is there already unsets nothing.
        knob=${pair%%:*}
        echo 33 >"/proc/sys/${knob//.//}"
    done
    for knob in "${!default_of[@]}"; do
        [[ " ${pairs[*]} " == *":$knob "* ]] && continue
        printf '%s\n' "${default_of[$knob]}" >"/proc/sys/${knob//.//}"
    done
    for knob in "${!default_of[@]}"; do
        look "$knob"
        expect_equal "${default_of[$knob]}" "$now" "$knob, put back"
    done
}

# install_tree FOLDER: its files, and no others of sysctl.
install_tree() {
    rm -rf "${sysctl_folders[@]}" /etc/sysctl.conf
    mkdir -p "${sysctl_folders[@]}"
    cp -a "$1/." /
}

# foretell FILE: the forecast of all knobs that the trees may touch, one a line: KNOB=VALUE, or KNOB alone where
# it is the kernel's own choice.
foretell() {
    local status
    status=$(memtune tune status --json "${!default_of[@]}")
    jq -r '.keys[] | .key + (if .next_boot == null then "" else "=" + .next_boot end)' <<<"$status" >"$1"
    expect_equal ${#default_of[@]} "$(wc -l <"$1")" "knobs in the forecast"
}

# expect_foretold FILE WHAT: the knobs are what the forecast says; what it leaves to the kernel is what it was in the beginning.
expect_foretold() {
    local line knob value now
    while IFS= read -r line; do
        knob=${line%%=*}
        look "$knob"
        value=${line#*=}
        [[ $line == *=* ]] || value=${default_of[$knob]}
        [[ $now == "$value" ]] || fail "$2: $knob is '$now', not '$value'"$'\n'"$(show_tree)"
    done <"$1"
}

show_tree() { grep -rn "" "${sysctl_folders[@]}" /etc/sysctl.conf 2>/dev/null | cat -A | head -60; }

# compare_trees FIRST LAST: of each tree, the forecast and then the real systemd-sysctl.
compare_trees() {
    local seed
    remember_defaults
    /vm/guest/made-sysctl-tree "$1" "$2" /var/tmp/case/trees
    for ((seed = $1; seed <= $2; seed++)); do
        install_tree "/var/tmp/case/trees/$seed"
        reset_knobs
        foretell /var/tmp/case/foretold
        # It ends with 1 where a line was refused, and goes on with the others.
        /usr/lib/systemd/systemd-sysctl 2>/var/tmp/case/said || true
        expect_foretold /var/tmp/case/foretold "tree $seed"
    done
    reset_knobs
}
