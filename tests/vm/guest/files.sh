# shellcheck shell=bash
# Files. All of /etc and of wherever else a case may leave something; not the bulk of /usr, nor logs and caches.

file_places=(/etc /root /home /opt /srv /boot /usr/local /usr/lib/sysctl.d /usr/lib/tmpfiles.d /usr/lib/systemd/system /var /tmp /dev/shm
    /run/sysctl.d /run/memtune /run/systemd/system /run/systemd/system.control /run/systemd/transient
    /run/systemd/zram-generator.conf.d /run/tmpfiles.d)

# NAME <tab> everything that tells whether it is still the same. A folder's times change with what is in it.
show_files() {
    {
        find / -xdev -mindepth 1 -maxdepth 1 ! -path "$known" -printf '%p\t%y %m %U:%G\n'
        find "${file_places[@]}" -xdev \
            \( -path /var/log -o -path /var/cache -o -path /var/lib/dpkg -o -path /var/tmp/case -o -path /var/lib/systemd -o -path '/tmp/systemd-private-*' \
            -o -path '/var/tmp/systemd-private-*' -o -path '/run/systemd/transient/vm-*' \) -prune \
            -o -type d -printf '%p\t%y %m %U:%G\n' \
            -o -printf '%p\t%y %m %U:%G %s %T@ %l\n'
    } 2>/dev/null | sort -u
}

archive_files() {
    show_files | cut -f1 | grep -vE '^/[^/]*$' >"$known/archived"
    # The posix format, because it keeps the fractions of a second by which a file is compared.
    tar --format=posix --create --file "$known/files.tar" --no-recursion --absolute-names --xattrs --files-from "$known/archived"
}

restore_files() {
    local name back=() gone=()
    mapfile -t gone < <(comm -13 <(cut -f1 "$known/files") <(cut -f1 "$known/files.now"))
    mapfile -t back < <(missing files | cut -f1)
    # The immutable flag stops even root. It is found on what changed, or on what should go.
    ((${#gone[@]} == 0)) || { chattr -R -f -i -a -- "${gone[@]}"; rm -rf -- "${gone[@]}"; }
    for name in "${back[@]}"; do
        chattr -f -i -a -- "$name"
        [[ -d $name && ! -L $name ]] || rm -rf -- "$name"
    done
    printf '%s\n' "${back[@]}" | tar --extract --file "$known/files.tar" --absolute-names --no-recursion --xattrs --same-owner \
        --preserve-permissions --files-from -
    if printf '%s\n' "${gone[@]}" "${back[@]}" | grep -qE '/systemd/|^/etc/fstab'; then systemctl daemon-reload </dev/null; fi
}
