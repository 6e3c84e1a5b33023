//! Whether this is a container, in which swap and kernel knobs are the host's affair.

use crate::host::Host;

/// Files that container managers leave inside, and whose they are; a file that holds a word holds the kind's name.
const MARKS: [(&str, &str); 5] = [
    ("/run/systemd/container", ""),
    ("/run/host/container-manager", ""),
    ("/run/.containerenv", "podman"),
    ("/.dockerenv", "docker"),
    ("/dev/.lxc-boot-id", "lxc"),
];

/// The numbers that the kernel gives to the first namespaces of a machine (include/linux/proc_ns.h).
const FIRST_NAMESPACES: [(&str, &str); 2] =
    [("/proc/self/ns/pid", "pid:[4026531836]"), ("/proc/self/ns/cgroup", "cgroup:[4026531835]")];

/// The kind of container; `None` on a machine of its own.
///
/// A virtual machine whose image was made from a container's keeps the marks; it is told by its namespaces, which are the
/// first of its kernel.
pub fn kind(host: &Host) -> Option<String> {
    let is_first = |&(path, first): &(&str, &str)| host.link(path).is_ok_and(|link| link == first);
    if FIRST_NAMESPACES.iter().all(is_first) {
        return None;
    }
    MARKS.iter().find_map(|&(path, owner)| match owner {
        "" => {
            let text = host.read(path).ok()?;
            text.split_whitespace().next().map(|word| word.chars().take(20).collect())
        }
        _ => host.has(path).then(|| owner.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_with(path: &str, text: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "builds the tree that is read")]
        std::fs::write(file, text).unwrap();
        kind(&Host::at(folder.path()).unwrap())
    }

    #[test]
    fn marks_tell_the_kind() {
        assert_eq!(kind_with("run/systemd/container", "lxc\n").unwrap(), "lxc");
        assert_eq!(kind_with("run/.containerenv", "engine=\"podman-5\"\n").unwrap(), "podman");
        assert_eq!(kind_with(".dockerenv", "").unwrap(), "docker");
        assert_eq!(kind_with("etc/hostname", "web1\n"), None);
        assert_eq!(kind_with("run/systemd/container", "\n"), None);
    }
}
