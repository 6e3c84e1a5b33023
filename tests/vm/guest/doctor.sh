# shellcheck shell=bash
# What doctor says of the guest, so that a case can compare it with what the kernel shows.

# finding ID: the finding of one check, as JSON.
finding() {
    local report
    # Findings end doctor with 1: that is an answer, too.
    report=$(memtune doctor --check "$1" --json) || [[ $? == 1 ]]
    jq '.findings[0]' <<<"$report"
}

# expect_severity SEVERITY ID: leaves the finding in `found`.
expect_severity() {
    found=$(finding "$2")
    expect_equal "$1" "$(jq -r .severity <<<"$found")" "severity of $2: $(jq -r .title <<<"$found")"
}

# evidence_of KEY [SOURCE]: a value that the finding in `found` rests on.
evidence_of() {
    jq -r --arg key "$1" --arg source "${2:-}" \
        'first(.evidence[] | select(.key == $key and (.source | contains($source)))) | .value' <<<"$found"
}

# type_fix ID: types the commands that doctor proposes, as root without sudo, which the guest has not; where memtune asks, the
# answer is yes.
type_fix() {
    local commands
    commands=$(finding "$1" | jq -r '.fix.commands[]')
    [[ $commands ]] || fail "doctor proposes nothing for $1"
    bash -ec "sudo() { \"\$@\"; }; memtune() { command memtune --yes \"\$@\"; }; $commands" || fail "the fix of $1 fails: $commands"
}
