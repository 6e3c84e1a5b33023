# shellcheck shell=bash
# Messages. Results go to stdout and nothing else does, so that a script can read them.

say() { printf 'vm: %s\n' "$*" >&2; }

# Wrong usage or a machine that lacks something: 2, which no failed case ever gives.
refuse() {
    say "$*"
    exit 2
}

# The harness itself broke: 3, so that it is never taken for a case that failed.
broken() {
    say "$*"
    exit 3
}
