# shellcheck shell=bash
# What a case says about the machine. Each of these ends the case with a reason when it does not hold.

# fail WORDS..: with the place in the case that it was called from.
fail() {
    local frame=0
    while [[ ${BASH_SOURCE[frame]} == /vm/guest/* ]]; do frame=$((frame + 1)); done
    printf '%s:%s: %s\n' "${BASH_SOURCE[frame]##*/}" "${BASH_LINENO[frame - 1]}" "$*" >&9
    trap - ERR
    exit 1
}

# expect_equal WANTED GOT [WHAT]
expect_equal() { [[ $1 == "$2" ]] || fail "${3:+$3: }wanted '$1', got '$2'"; }

# expect_contains TEXT PIECE [WHAT] and its opposite
expect_contains() { [[ $1 == *"$2"* ]] || fail "${3:+$3: }no '$2' in:"$'\n'"$1"; }
expect_lacks() { [[ $1 != *"$2"* ]] || fail "${3:+$3: }there is a '$2' in:"$'\n'"$1"; }

# expect_status STATUS COMMAND..: leaves what the command printed, stderr too, in `output`.
expect_status() {
    local wanted=$1 status=0
    shift
    output=$("$@" 2>&1) || status=$?
    [[ $status == "$wanted" ]] || fail "'$*' ended with $status, not $wanted:"$'\n'"$output"
}

# expect_between LOW HIGH GOT [WHAT]: integers, both ends included.
expect_between() { (($3 >= $1 && $3 <= $2)) || fail "${4:+$4: }wanted $1..$2, got $3"; }

# expect_file FILE CONTENT and expect_no_file FILE
expect_file() {
    [[ -e $1 ]] || fail "$1 is not there"
    expect_equal "$2" "$(cat "$1")" "$1"
}
expect_no_file() { [[ ! -e $1 && ! -L $1 ]] || fail "$1 is there"; }

# report WORDS..: a line that the harness shows even where the case passes.
report() { printf 'report: %s\n' "$*" >&9; }

# wait_until SECONDS COMMAND..: tries until it succeeds. Seconds of a real machine: an emulated one gets more.
wait_until() {
    local seconds=$(($1 * SLOWNESS)) started=$SECONDS
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS - started < seconds)) || fail "waited $seconds s in vain for: $*"
        sleep 0.2
    done
}

# sysctl_of NAME: its value now, e.g. sysctl_of vm.swappiness
sysctl_of() { cat "/proc/sys/${1//.//}"; }
