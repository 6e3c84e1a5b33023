//! E01: whether this is a container, whose kernel belongs to someone else.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::container;
use crate::facts::malformed::shortened;
use crate::facts::readings::Readings;
use crate::host::Lacking;

const KTHREADD: u32 = 2;
const MARKS: &str = "/run/systemd/container, /run/.containerenv, /.dockerenv and their like";
const MOUNTS: &str = "/proc/self/mountinfo";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "E01",
    name: "container",
    group: Group::Surroundings,
    question: "Is this a container?",
    thresholds: "info in a container",
    why: "A container has no kernel of its own. What stands in /proc/meminfo and /proc/sys/vm is the host's, most knobs cannot be set from inside, and the memory that may be used is what the control group allows, not what the machine has.",
    sources: &[
        "https://systemd.io/CONTAINER_INTERFACE/",
        "https://www.freedesktop.org/software/systemd/man/latest/systemd-detect-virt.html",
    ],
    examine: is_container,
}];

/// By what a container was recognised.
pub(super) struct Sign {
    /// The kind of container.
    pub(super) kind: String,
    /// The file that tells it.
    pub(super) source: String,
    /// What was found there.
    found: String,
}

/// Recognises a container by what its manager leaves for it.
pub(super) fn sign(readings: &Readings) -> Option<Sign> {
    let of = |kind: String, source: &str, found: &str| Sign {
        kind,
        source: source.to_owned(),
        found: shortened(found),
    };
    // Virtual machines are built from images of containers, too, and keep their marks; but they see the kernel's threads.
    let marked = container::kind(readings.host()).filter(|_| !sees_kernel_threads(readings));
    if let Some(kind) = marked {
        return Some(of(kind.clone(), MARKS, &kind));
    }
    if let Some(kind) = kind_in_environment(readings) {
        return Some(of(kind.clone(), "/proc/1/environ", &kind));
    }
    has_locked_knobs(readings).then(|| of("of an unknown kind".to_owned(), MOUNTS, "/proc/sys is read-only"))
}

/// `container=` among the variables of the first process; only root may read them.
fn kind_in_environment(readings: &Readings) -> Option<String> {
    let text = readings.host().read("/proc/1/environ").ok()?;
    let kind = text.split('\0').find_map(|word| word.strip_prefix("container="))?;
    let kind = shortened(kind.trim());
    (!kind.is_empty()).then_some(kind)
}

fn has_locked_knobs(readings: &Readings) -> bool {
    let mounts = readings.mounts().unwrap_or(const { &Vec::new() });
    mounts.iter().rfind(|mount| mount.point == "/proc/sys").is_some_and(|mount| mount.has_option("ro"))
}

fn sees_kernel_threads(readings: &Readings) -> bool {
    readings.processes().is_ok_and(|processes| {
        processes.iter().any(|process| {
            process.pid == KTHREADD && process.name == "kthreadd" && process.is_kernel_thread()
        })
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a check")]
fn is_container(readings: &Readings) -> Result<Diagnosis, Lacking> {
    Ok(match sign(readings) {
        Some(sign) => {
            let kind = shortened(&sign.kind);
            let title = format!("This is a container ({kind}): kernel and memory are the host's");
            Diagnosis::info(title).evidence(sign.source, "container", sign.found)
        }
        None => Diagnosis::ok("This is no container"),
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    #[test]
    fn managers_leave_signs() {
        let locked = "1 0 0:1 / / rw - overlay overlay rw\n2 1 0:2 /sys /proc/sys ro,nosuid - proc proc rw\n";
        let signs = [
            ("/run/systemd/container", "lxc\n", "(lxc)"),
            ("/run/.containerenv", "", "(podman)"),
            ("/.dockerenv", "", "(docker)"),
            ("/proc/1/environ", "PATH=/bin\0container=systemd-nspawn\0", "(systemd-nspawn)"),
            ("/proc/self/mountinfo", locked, "(of an unknown kind)"),
        ];
        for (path, text, kind) in signs {
            let finding = examine_tree("E01", &[(path, text)]);
            assert_eq!(finding.severity, Severity::Info, "{path}");
            assert!(finding.title.contains(kind), "{}", finding.title);
        }
        assert_eq!(examine_tree("E01", &[]).severity, Severity::Ok);
    }

    #[test]
    fn a_machine_built_from_an_image_is_no_container() {
        let kthreadd = "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0 1 0";
        let init = kthreadd.replace("kthreadd", "init").replace("1 0 0 1 0", "1 81920 5 1 0");
        let at = |stat: &str| {
            let files = [("/.dockerenv", ""), ("/proc/2/stat", stat)];
            examine_tree("E01", &files).severity
        };
        assert_eq!((at(kthreadd), at(&init)), (Severity::Ok, Severity::Info));
    }
}
