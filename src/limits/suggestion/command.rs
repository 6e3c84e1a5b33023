//! The command that sets what is suggested, and whether `memtune limits set` would take it.

use crate::change;
use crate::exit::Exit;
use crate::facts::readings::Readings;

use super::super::setting::manager::Manager;
use super::super::setting::own_file::ByHand;
use super::super::setting::set::{self, Request};
use super::super::unit_name::UnitName;
use super::advice::Suggested;

/// What is typed behind `memtune`, without the options that every command has.
pub(super) fn words(unit: &UnitName, manager: &Manager, suggested: &[Suggested]) -> String {
    let values = values(suggested);
    let typed = [vec![unit.as_str().to_owned()], values].concat();
    format!("limits set {}{}", manager.option(), change::typed(&typed))
}

fn values(suggested: &[Suggested]) -> Vec<String> {
    suggested.iter().map(|one| format!("{}={}", one.property, one.value)).collect()
}

/// Why `memtune limits set` would not take it, in sentences; none where it does. Nothing is written.
pub(super) fn obstacles(
    readings: &Readings,
    unit: &UnitName,
    manager: &Manager,
    suggested: &[Suggested],
) -> Vec<String> {
    let request = Request {
        unit: unit.as_str().to_owned(),
        manager: manager.clone(),
        values: values(suggested),
        restarts: false,
        keeps_leftovers: false,
        by_hand: ByHand::Refused,
    };
    match set::plan(readings, &request) {
        Ok(planning) => {
            let refused = planning.plan.refused().iter();
            refused.map(|one| format!("{}: {}", one.target, one.reason)).collect()
        }
        // Whoever only reads need not be allowed to write.
        Err(fault) if fault.exit == Exit::Privilege => Vec::new(),
        Err(fault) => {
            let hint = fault.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
            vec![format!("{fault}{hint}")]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::advice::Advice;
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::sys::bytes::Bytes;

    fn suggested(mib: u64) -> Vec<Suggested> {
        match Advice::amount("MemoryMax", Bytes::from_mib(mib), "") {
            Advice::Set(suggested) => vec![suggested],
            Advice::Leave(_) => Vec::new(),
        }
    }

    #[test]
    fn a_name_that_the_shell_would_change_is_quoted() {
        let unit = UnitName::parse(r"a\x2db.service").unwrap();
        assert_eq!(
            words(&unit, &Manager::System, &suggested(1024)),
            r"limits set 'a\x2db.service' MemoryMax=1G"
        );
        let of_users = words(&UnitName::parse("a").unwrap(), &Manager::AllUsers, &suggested(5));
        assert_eq!(of_users, "limits set --user a.service MemoryMax=5M");
    }

    #[test]
    fn what_set_would_refuse_is_known_before() {
        let files = [
            ("/proc/meminfo", "MemTotal: 1048576 kB\n"),
            ("/etc/systemd/system/a.service", "[Service]\nExecStart=/bin/x\n"),
            ("/etc/systemd/system/b.service.d/99-own.conf", "[Service]\nMemoryMax=1G\n"),
            ("/etc/systemd/system/b.service", ""),
        ];
        let (_folder, host) = made_tree(&files);
        let readings = Readings::new(&host, None);
        let of = |unit: &str, mib: u64| {
            obstacles(&readings, &UnitName::parse(unit).unwrap(), &Manager::System, &suggested(mib))
                .join("\n")
        };
        assert_eq!(of("a", 512), "");
        assert!(of("a", 1024).contains("no limit on a machine"));
        assert!(of("b", 512).contains("99-own.conf"));
        assert!(of("c", 512).contains("there is no unit"));
    }
}
