# shellcheck shell=bash
# What must be installed here. A suite that cannot run says so and fails; it never passes by doing nothing.

require_programs() {
    local program package missing=()
    # A program, and the Debian package that brings it.
    while read -r program package; do
        command -v "$program" >/dev/null || missing+=("$package")
    done <<'END'
qemu-system-x86_64 qemu-system-x86
mmdebstrap mmdebstrap
mke2fs e2fsprogs
flock util-linux
setpriv util-linux
END
    ((${#missing[@]} == 0)) && return
    refuse "the guest suite cannot run here: install with apt-get install ${missing[*]}"
}
