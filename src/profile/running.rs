//! What runs now, where a profile asks for it.

use crate::facts::choice;
use crate::facts::readings::Readings;
use crate::host::IfThere;

use super::model::Target;

/// One knob of each area that every kernel has: a capture that lacks it holds no knobs of that area.
const EVERYWHERE: [&str; 4] = ["vm.overcommit_memory", "kernel.pid_max", "fs.file-max", "net.core.somaxconn"];

/// The running value; `None` where the machine does not tell it, and of units.
pub(super) fn value(target: &Target, readings: &Readings<'_>) -> Option<String> {
    let host = readings.host();
    let text = match target {
        Target::Sysctl(key) => readings.knob_text(key).ok()?,
        Target::Sys(path) => choice::read(host, path).or_else(|_| host.read(path)).ok()?,
        Target::Unit(_) => return None,
    };
    Some(text.trim().to_owned()).filter(|text| !text.is_empty() && text.len() <= 100)
}

/// Whether the kernel that runs here shows its knobs, but not this one. An image shows none, which says nothing.
pub(super) fn is_unknown_to_kernel(target: &Target, readings: &Readings<'_>) -> bool {
    let host = readings.host();
    match target {
        Target::Sysctl(key) => {
            let is_shown = |key: &str| readings.knob_text(key).if_there() != Ok(None);
            let area = key.split('.').next().unwrap_or_default();
            let common = EVERYWHERE.iter().find(|known| known.split('.').next() == Some(area));
            common.is_some_and(|common| is_shown(common)) && !is_shown(key)
        }
        Target::Sys(path) => host.has("/sys/kernel/mm") && !host.has(path),
        Target::Unit(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn a_kernel_without_the_knob_is_told_from_an_image() {
        let knob = Target::Sysctl("vm.compaction_proactiveness".to_owned());
        let huge_pages = Target::Sys("/sys/kernel/mm/transparent_hugepage/enabled".to_owned());
        let (_folder, image) = made_tree(&[("/etc/hostname", "x")]);
        assert!(
            !is_unknown_to_kernel(&knob, &Readings::new(&image, None))
                && !is_unknown_to_kernel(&huge_pages, &Readings::new(&image, None))
        );
        let (_folder, old) =
            made_tree(&[("/proc/sys/vm/overcommit_memory", "0\n"), ("/sys/kernel/mm/ksm/run", "0\n")]);
        assert!(
            is_unknown_to_kernel(&knob, &Readings::new(&old, None))
                && is_unknown_to_kernel(&huge_pages, &Readings::new(&old, None))
        );
        let (_folder, captured) =
            made_tree(&[("/sos_commands/kernel/sysctl_-a", "vm.overcommit_memory = 0\n")]);
        assert!(is_unknown_to_kernel(&knob, &Readings::new(&captured, None)));
        // The capture holds no knob of this area at all.
        assert!(!is_unknown_to_kernel(
            &Target::Sysctl("kernel.panic".to_owned()),
            &Readings::new(&captured, None)
        ));
    }

    #[test]
    fn values_are_read_plainly() {
        let files = [
            ("/proc/sys/vm/swappiness", "60\n"),
            ("/sys/kernel/mm/transparent_hugepage/enabled", "[always] never\n"),
        ];
        let (_folder, host) = made_tree(&files);
        assert_eq!(
            value(&Target::Sysctl("vm.swappiness".to_owned()), &Readings::new(&host, None)).as_deref(),
            Some("60")
        );
        assert_eq!(
            value(&Target::Sys(files[1].0.to_owned()), &Readings::new(&host, None)).as_deref(),
            Some("always")
        );
        assert_eq!(value(&Target::Sys("/sys/kernel/mm/none".to_owned()), &Readings::new(&host, None)), None);
    }
}
