//! Whether this is a container, in which swap and kernel knobs are the host's affair.

use crate::host::Host;

use super::malformed::shortened;
use super::mounts::{self, Mount};

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

/// A container, and by what it was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its kind, such as `docker`.
    pub kind: String,
    /// The file that tells it.
    pub source: String,
    /// What was found there.
    pub found: String,
}

impl Container {
    fn new(kind: &str, source: &str, found: &str) -> Self {
        Self { kind: shortened(kind), source: source.to_owned(), found: shortened(found) }
    }
}

/// The container; `None` on a machine of its own.
pub fn read(host: &Host) -> Option<Container> {
    // A virtual machine whose image was made from a container's keeps the marks.
    if is_machine_of_its_own(host) {
        return None;
    }
    let marked = MARKS.iter().find_map(|&(path, owner)| marked(host, path, owner));
    marked.or_else(|| named_by_first_process(host)).or_else(|| locked_knobs(host))
}

/// The first namespaces of a kernel, or its own threads, are seen from no container.
fn is_machine_of_its_own(host: &Host) -> bool {
    let is_first = |&(path, first): &(&str, &str)| host.link(path).is_ok_and(|link| link == first);
    let second = host.read("/proc/2/stat").unwrap_or_default();
    FIRST_NAMESPACES.iter().all(is_first) || second.starts_with("2 (kthreadd) ")
}

fn marked(host: &Host, path: &str, owner: &str) -> Option<Container> {
    if !owner.is_empty() {
        return host.has(path).then(|| Container::new(owner, path, "the file is there"));
    }
    let text = host.read(path).ok()?;
    text.split_whitespace().next().map(|word| Container::new(word, path, word))
}

/// `container=` among the variables of the first process; only root may read them.
fn named_by_first_process(host: &Host) -> Option<Container> {
    const PATH: &str = "/proc/1/environ";
    let text = host.read(PATH).ok()?;
    let kind = text.split('\0').find_map(|word| word.strip_prefix("container="))?;
    (!kind.trim().is_empty()).then(|| Container::new(kind.trim(), PATH, kind))
}

fn locked_knobs(host: &Host) -> Option<Container> {
    let mounts = mounts::read(host).unwrap_or_default();
    let is_knobs = |mount: &&Mount| mount.point == "/proc/sys";
    let is_locked = mounts.iter().rfind(is_knobs).is_some_and(|mount| mount.has_option("ro"));
    is_locked.then(|| Container::new("of an unknown kind", "/proc/self/mountinfo", "/proc/sys is read-only"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn kind_with(files: &[(&str, &str)]) -> Option<String> {
        let (_folder, host) = made_tree(files);
        read(&host).map(|container| container.kind)
    }

    #[test]
    fn managers_leave_signs() {
        let locked = "1 0 0:1 / / rw - overlay overlay rw\n2 1 0:2 /sys /proc/sys ro,nosuid - proc proc rw\n";
        let signs = [
            ("run/systemd/container", "lxc\n", "lxc"),
            ("run/.containerenv", "engine=\"podman-5\"\n", "podman"),
            (".dockerenv", "", "docker"),
            ("proc/1/environ", "PATH=/bin\0container=systemd-nspawn\0", "systemd-nspawn"),
            ("proc/self/mountinfo", locked, "of an unknown kind"),
        ];
        for (path, text, kind) in signs {
            assert_eq!(kind_with(&[(path, text)]).as_deref(), Some(kind), "{path}");
        }
        assert_eq!(kind_with(&[("etc/hostname", "web1\n")]), None);
        assert_eq!(kind_with(&[("run/systemd/container", "\n")]), None);
    }

    #[test]
    fn a_machine_built_from_an_image_is_no_container() {
        let kthreadd = "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0 1 0";
        let init = "2 (init) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 1 81920 5 1 0";
        assert_eq!(kind_with(&[(".dockerenv", ""), ("proc/2/stat", kthreadd)]), None);
        assert_eq!(kind_with(&[(".dockerenv", ""), ("proc/2/stat", init)]).as_deref(), Some("docker"));
    }
}
