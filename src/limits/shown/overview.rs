//! The answer of `memtune limits show`.

use serde::Serialize;

use crate::exit::Fault;
use crate::facts::cgroups::Arrangement;
use crate::facts::readings::Readings;
use crate::facts::unit_listing::Manager;
use crate::sys::bytes::Bytes;

use super::entry::Entry;
use super::named;
use super::remarks::{self, Around};
use super::units::{Request, Survey};
use super::unknown;

/// The units of a machine with their limits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overview {
    schema: &'static str,
    /// The memory of the machine; in a container, what that may take.
    pub memory: Option<Bytes>,
    /// The swap of the machine.
    pub swap: Option<Bytes>,
    /// How the control groups are arranged: `v2`, `hybrid`, `v1` or `none`; `None` where that cannot be seen.
    pub cgroups: Option<Arrangement>,
    /// Whether systemd was heard.
    pub systemd: bool,
    /// The units, whoever holds most first.
    pub units: Vec<Entry>,
    /// What cannot be known here, and why.
    pub remarks: Vec<String>,
}

impl Overview {
    /// Of all units of a machine.
    ///
    /// # Errors
    /// Says why nothing at all can be known.
    pub fn of(readings: &Readings, request: Request) -> Result<Self, Fault> {
        let survey = Survey::of(readings, request);
        if let (true, Some(lacking)) = (survey.entries.is_empty(), &survey.unheard) {
            return Err(unknown::nothing(readings.host(), request.manager, lacking));
        }
        Ok(Self::from(readings, survey))
    }

    /// Of the units that `typed` names.
    ///
    /// # Errors
    /// Says that there is none, and which comes nearest.
    pub fn of_unit(readings: &Readings, manager: Manager, typed: &str) -> Result<Self, Fault> {
        let survey = named::survey(readings, manager, typed)?;
        Ok(Self::from(readings, survey))
    }

    fn from(readings: &Readings, survey: Survey) -> Self {
        let around = Around::of(readings, &survey.tree);
        let mut overview = Self {
            schema: "memtune.limits/1",
            memory: around.memory,
            swap: around.swap,
            cgroups: survey.tree.arrangement,
            systemd: survey.unheard.is_none(),
            remarks: unknown::remarks(readings, &survey),
            units: survey.entries,
        };
        for unit in &mut overview.units {
            unit.remarks = remarks::about(unit, around).iter().map(ToString::to_string).collect();
        }
        overview
    }

    /// Processes that were killed for want of memory, in all units together.
    pub fn oom_kills(&self) -> u64 {
        self.units.iter().filter_map(|unit| unit.oom_kills).fold(0, u64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::facts::unit_listing::Wanted;
    use crate::host::made_tree::made_tree;

    const SYSTEM: Request = Request { manager: Manager::System, wanted: Wanted::Active };
    const MEMINFO: (&str, &str) = ("/proc/meminfo", "MemTotal: 1024 kB\nSwapTotal: 0 kB\n");
    const CONTROLLERS: (&str, &str) = ("/sys/fs/cgroup/cgroup.controllers", "memory\n");

    #[test]
    fn nothing_at_all_is_a_failure() {
        let (_folder, host) = made_tree(&[MEMINFO]);
        let readings = Readings::new(&host, None);
        assert_eq!(Overview::of(&readings, SYSTEM).unwrap_err().exit, Exit::Failed);
        let user = Request { manager: Manager::User, ..SYSTEM };
        assert!(Overview::of(&readings, user).unwrap_err().hint.unwrap().contains("--user"));
    }

    #[test]
    fn a_unit_that_does_not_run_is_known_by_its_files() {
        let (_folder, host) = made_tree(&[
            MEMINFO,
            CONTROLLERS,
            ("/sys/fs/cgroup/a.service/memory.current", "1\n"),
            ("/etc/systemd/system/b.service", "[Service]\nMemoryMax=5G\n"),
            ("/etc/systemd/system/c@.service", "[Service]\nMemoryMax=5G\n"),
        ]);
        let readings = Readings::new(&host, None);
        let of = |typed: &str| Overview::of_unit(&readings, Manager::System, typed);
        assert_eq!(of("a").unwrap().units[0].current, Some(Bytes(1)));
        assert_eq!(of("b").unwrap().units[0].settings[0].value, "5G");
        assert_eq!(of("c@.service").unwrap().units[0].settings[0].line, 2);
        assert_eq!(of("d").unwrap_err().exit, Exit::Usage);
        let of_user = Overview::of_unit(&readings, Manager::User, "a");
        assert_eq!(of_user.unwrap_err().exit, Exit::Failed);
    }
}
