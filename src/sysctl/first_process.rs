//! Which program brings the machine up, and so who reads sysctl's files.

use crate::host::Host;

/// Signs that another program than systemd does it.
const OTHERS: [&str; 5] =
    ["/etc/runlevels", "/sbin/openrc", "/sbin/runit-init", "/usr/bin/runit-init", "/usr/bin/dinit"];

/// What reads tmpfiles.d where systemd does not run.
const TMPFILES: [&str; 4] =
    ["/usr/bin/systemd-tmpfiles", "/bin/systemd-tmpfiles", "/usr/bin/tmpfiles", "/bin/tmpfiles"];

/// Whether systemd brings this machine up. A tree in which nothing tells is taken for one of the many where it does.
pub fn is_systemd(host: &Host) -> bool {
    if host.has("/run/systemd/system") {
        return true;
    }
    match host.read("/proc/1/comm") {
        Ok(name) => name.trim() == "systemd",
        Err(_) => {
            let is_installed = host.has("/usr/lib/systemd/systemd") || host.has("/lib/systemd/systemd");
            is_installed || !OTHERS.iter().any(|path| host.has(path))
        }
    }
}

/// Whether anything reads tmpfiles.d here.
pub(super) fn has_tmpfiles(host: &Host) -> bool {
    TMPFILES.iter().any(|path| host.has(path))
}

/// Whether the owner keeps a unit of systemd from starting, by a link to /dev/null or an empty file in its place.
pub(super) fn is_masked(host: &Host, unit: &str) -> bool {
    let is_masked = |folder: &&str| {
        let path = format!("{folder}/{unit}");
        let is_empty = || host.status(&path).is_ok_and(|status| status.size.0 == 0);
        host.link(&path).is_ok_and(|target| target == "/dev/null") || (host.has(&path) && is_empty())
    };
    ["/etc/systemd/system", "/run/systemd/system"].iter().any(is_masked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn the_first_process_or_what_is_installed_tells() {
        let cases: [(&[(&str, &str)], bool); 6] = [
            (&[("/proc/1/comm", "systemd\n")], true),
            (&[("/proc/1/comm", "init\n"), ("/usr/lib/systemd/systemd", "")], false),
            (&[("/proc/1/comm", "init\n"), ("/run/systemd/system/x", "")], true),
            (&[("/sbin/openrc", "")], false),
            (&[("/sbin/openrc", ""), ("/lib/systemd/systemd", "")], true),
            (&[], true),
        ];
        for (files, expected) in cases {
            let (_folder, host) = made_tree(files);
            assert_eq!(is_systemd(&host), expected, "{files:?}");
        }
    }

    #[test]
    fn a_unit_is_masked_by_a_link_to_nothing() {
        let (_folder, host) = made_tree(&[
            ("/etc/systemd/system/a.service", "->/dev/null"),
            ("/run/systemd/system/b.service", ""),
            ("/etc/systemd/system/c.service", "[Unit]\n"),
        ]);
        let masked = |unit| is_masked(&host, unit);
        assert!(masked("a.service") && masked("b.service") && !masked("c.service") && !masked("d.service"));
    }
}
