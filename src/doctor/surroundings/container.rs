//! E01: whether this is a container, whose kernel belongs to someone else.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::readings::Readings;
use crate::host::Lacking;

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

#[expect(clippy::unnecessary_wraps, reason = "the shape of a check")]
fn is_container(readings: &Readings) -> Result<Diagnosis, Lacking> {
    Ok(match readings.container() {
        Some(container) => {
            let title = format!("This is a container ({}): kernel and memory are the host's", container.kind);
            Diagnosis::info(title).evidence(&container.source, "container", container.found.as_str())
        }
        None => Diagnosis::ok("This is no container"),
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    #[test]
    fn a_container_is_named() {
        let finding = examine_tree("E01", &[("/.dockerenv", "")]);
        assert_eq!(finding.severity, Severity::Info);
        assert!(finding.title.contains("(docker)"), "{}", finding.title);
        assert_eq!(examine_tree("E01", &[]).severity, Severity::Ok);
    }
}
