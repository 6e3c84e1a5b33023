//! The commands that give a unit a setting.

use std::collections::BTreeSet;

use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::facts::cgroup_memory::Limit;
use crate::limits::shown::entry::Entry;
use crate::limits::shown::kind::Kind;
use crate::sys::bytes::Bytes;
use crate::sys::size;

/// Gives `unit` of the machine's own systemd `settings`. Resource limits and OOMScoreAdjust reach its processes only when they are
/// started anew; everything else counts at once.
pub(in crate::doctor) fn set(unit: &str, settings: &[&str]) -> String {
    format!("sudo memtune limits set {} {}", quoted(unit), settings.join(" "))
}

/// The same, and starts the unit anew where it is one that runs; templates, such as `a@.service`, never do.
pub(in crate::doctor) fn set_and_restart(unit: &str, settings: &[&str]) -> String {
    let restart = if unit.contains("@.") { "" } else { " --restart" };
    set(unit, settings) + restart
}

/// Gives the unit of `entry` settings; `None` where it is none that `memtune limits` sets, such as a container.
pub(super) fn set_for(entry: &Entry, settings: &[&str]) -> Option<String> {
    let is_unit =
        matches!(entry.kind, Kind::Service | Kind::Slice | Kind::Scope) && can_be_typed(&entry.unit);
    is_unit.then(|| match entry.user {
        // A user's manager takes orders from that user alone.
        true => format!("memtune limits set --user {} {}", quoted(&entry.unit), settings.join(" ")),
        false => set(&entry.unit, settings),
    })
}

/// Gives the unit of `entry` a MemoryMax; a MemoryHigh that is not below it goes.
pub(super) fn set_max(entry: &Entry, max: Bytes) -> Option<String> {
    let setting = format!("MemoryMax={}", size::exact(max));
    let is_over = entry.high.and_then(Limit::bytes).is_some_and(|high| high >= max);
    let settings = if is_over { vec!["MemoryHigh=infinity", &setting] } else { vec![setting.as_str()] };
    set_for(entry, &settings)
}

/// Shows all that is known of the unit of `entry`.
pub(super) fn show(entry: &Entry) -> Option<String> {
    can_be_typed(&entry.unit).then(|| format!("memtune limits show {}", quoted(&entry.unit)))
}

/// Puts commands into an answer, where there are any; several units may want the same.
pub(super) fn prescribe(diagnosis: Diagnosis, commands: Vec<String>) -> Diagnosis {
    let mut seen = BTreeSet::new();
    let commands: Vec<String> = commands.into_iter().filter(|command| seen.insert(command.clone())).collect();
    if commands.is_empty() { diagnosis } else { diagnosis.fix(Fix::commands(commands)) }
}

/// `NAME=` with a share of `amount` in per cent, in whole MiB and as systemd reads it.
pub(super) fn share(name: &str, amount: Bytes, percent: f64) -> String {
    let whole = Bytes::from_mib((amount.percent(percent).0 >> 20).max(1));
    format!("{name}={}", size::exact(whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::limits::shown::entry;

    #[test]
    fn commands_can_be_typed() {
        assert_eq!(
            set("ssh.service", &["OOMPolicy=kill", "MemoryMax=1G"]),
            "sudo memtune limits set ssh.service OOMPolicy=kill MemoryMax=1G"
        );
        assert_eq!(
            set_and_restart(r"a\x2db@1.service", &["LimitAS=infinity"]),
            r"sudo memtune limits set 'a\x2db@1.service' LimitAS=infinity --restart"
        );
        assert_eq!(
            set_and_restart("a@.service", &["LimitAS=infinity"]),
            "sudo memtune limits set a@.service LimitAS=infinity"
        );
    }

    #[test]
    fn only_units_can_be_set() {
        let (_folder, host) = made_tree(&[]);
        let of = |name: &str| set_for(&entry::of_files(name, &host), &["MemoryMax=1G"]);
        assert!(of("a.slice").is_some() && of("docker").is_none() && of("a\u{1b}[2J.service").is_none());
        let mut entry = entry::of_files("a.service", &host);
        entry.user = true;
        assert_eq!(
            set_for(&entry, &["MemoryMax=1G"]).unwrap(),
            "memtune limits set --user a.service MemoryMax=1G"
        );
        assert_eq!(share("MemoryHigh", Bytes::from_mib(1001), 90.0), "MemoryHigh=900M");
        assert_eq!(share("MemoryMax", Bytes(5), 90.0), "MemoryMax=1M");
    }
}
