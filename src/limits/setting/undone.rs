//! What a plan that knows only files, such as that of `memtune undo`, does to the running units whose drop-ins they are.

use crate::change::Plan;
use crate::facts::readings::Readings;
use crate::facts::users;
use crate::host::{Host, Lacking};

use super::super::unit_name::UnitName;
use super::agreement::Judgement;
use super::current::{self, Current};
use super::manager::Manager;
use super::settings::{Planned, Settings};
use super::weigh;

/// What may end a unit or have it stand still.
const WEIGHED: [&str; 3] = ["MemoryMax", "MemoryHigh", "MemorySwapMax"];

/// Judges the limits that `plan` leaves by what the units hold now: a limit that was lifted is put back on what has grown since.
///
/// # Errors
/// Says which folder of drop-ins cannot be read.
pub fn judge(readings: &Readings, plan: &Plan) -> Result<Judgement, Lacking> {
    let host = readings.host();
    let mut judgement = Judgement::default();
    for dropped in dropped(host, plan).iter().filter(|dropped| dropped.manager.can_be_told(host)) {
        match current::read(host, &dropped.manager, &dropped.unit) {
            Ok(units) => judgement = judgement.and(dropped.weigh(readings, &units)?),
            Err(lacking) => judgement.notes.push(format!(
                "systemd cannot be asked what {} holds, so that nobody has weighed the limits that it gets back: {lacking}",
                dropped.unit.as_str()
            )),
        }
    }
    Ok(judgement)
}

/// The drop-ins of one unit that a plan writes or deletes.
#[derive(Debug, PartialEq, Eq)]
struct Dropped {
    manager: Manager,
    unit: UnitName,
    planned: Planned,
}

impl Dropped {
    fn weigh(&self, readings: &Readings, units: &[Current]) -> Result<Judgement, Lacking> {
        let read = |planned| Settings::read(readings.host(), &self.manager, &self.unit, planned);
        let (before, after) = (read(&Planned::new())?, read(&self.planned)?);
        let changed: Vec<&str> =
            WEIGHED.into_iter().filter(|one| said(&before, one) != said(&after, one)).collect();
        Ok(weigh::weigh_all(&after, &changed, units, readings, &self.manager))
    }
}

fn said<'s>(settings: &'s Settings, property: &str) -> Option<&'s str> {
    settings.deciding(property).map(|one| one.value.as_str())
}

fn dropped(host: &Host, plan: &Plan) -> Vec<Dropped> {
    let mut found: Vec<Dropped> = Vec::new();
    for (path, after) in plan.files() {
        let Some((folder, unit)) = drop_in(path) else { continue };
        let Some(manager) = reader_of(host, folder) else { continue };
        let text = after.map(|text| String::from_utf8_lossy(text).into_owned());
        match found.iter_mut().find(|one| one.manager == manager && one.unit == unit) {
            Some(one) => _ = one.planned.insert(path.to_owned(), text),
            None => found.push(Dropped { manager, unit, planned: Planned::from([(path.to_owned(), text)]) }),
        }
    }
    found
}

/// The folder of units and the unit, of the path of a drop-in such as `/etc/systemd/system/a.service.d/90-memtune.conf`.
fn drop_in(path: &str) -> Option<(&str, UnitName)> {
    let (folder, _) = path.strip_suffix(".conf")?.rsplit_once('/')?;
    let (folder, name) = folder.strip_suffix(".d")?.rsplit_once('/')?;
    // What counts for a whole kind, such as `service.d`, is no unit.
    let unit = UnitName::parse(name).ok().filter(|unit| unit.as_str() == name)?;
    Some((folder, unit))
}

/// Whose systemd reads the folder.
fn reader_of(host: &Host, folder: &str) -> Option<Manager> {
    if Manager::System.search_path().iter().any(|one| one == folder) {
        return Some(Manager::System);
    }
    let users = if folder.contains("/systemd/user") { users::read(host).ok()? } else { Vec::new() };
    let mut managers =
        users.into_iter().filter_map(|(_, number)| Manager::of_user(host, 0, Some(number)).ok());
    managers.find(|manager| {
        manager.folder() == folder || manager.control_folders().iter().any(|one| one == folder)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Area, Why};
    use crate::host::made_tree::made_tree;
    use crate::sys::bytes::Bytes;

    const OURS: &str = "/etc/systemd/system/llama.service.d/90-memtune.conf";
    const PROFILES: &str = "/etc/systemd/system/llama.service.d/90-memtune-profile.conf";

    /// What is said where `after` comes into the place of a limit of 24 GiB, while the unit holds 20 GiB of its own.
    fn judged(path: &str, after: Option<&str>) -> Judgement {
        let files = [
            ("/proc/meminfo", "MemTotal: 33554432 kB\n"),
            ("/etc/systemd/system/llama.service", "[Service]\nExecStart=/bin/x\n"),
            (path, "[Service]\nMemoryMax=24G\nCPUQuota=50%\n"),
        ];
        let (_folder, host) = made_tree(&files);
        let mut plan = Plan::new("take it back", Area::Undo);
        plan.file(&host, path, after, Why::new("it was so", "memtune")).unwrap();
        let unit = Current {
            name: "llama.service".to_owned(),
            active: "active".to_owned(),
            held: Some(Bytes::from_gib(20)),
            needed: Some(Bytes::from_gib(20)),
            ..Current::default()
        };
        let all = dropped(&host, &plan);
        assert_eq!(all.len(), 1);
        all[0].weigh(&Readings::new(&host, None), &[unit]).unwrap()
    }

    #[test]
    fn a_limit_that_would_kill_is_not_put_back() {
        for path in [OURS, PROFILES] {
            let refused = judged(path, Some("[Service]\nMemoryMax=10G\n")).refused;
            assert_eq!(refused.len(), 1);
            assert!(refused[0].1.contains("llama.service holds 20 GiB"), "{refused:?}");
            let refused = judged(path, Some("[Service]\nMemoryHigh=10G\n")).refused;
            assert!(refused[0].0 == "MemoryHigh" && refused[0].1.contains("without end"), "{refused:?}");
        }
    }

    #[test]
    fn what_changes_nothing_or_leaves_enough_is_put_back() {
        for after in [None, Some("[Service]\nMemoryMax=20G\n"), Some("[Service]\nMemoryMax=24G\n")] {
            assert_eq!(judged(OURS, after), Judgement::default(), "{after:?}");
        }
    }

    #[test]
    fn only_drop_ins_of_units_are_weighed() {
        for (path, wanted) in [
            (OURS, Some(("/etc/systemd/system", "llama.service"))),
            ("/etc/systemd/system/a@.service.d/89-memtune.conf", Some(("/etc/systemd/system", "a@.service"))),
            ("/etc/systemd/system/service.d/90-x.conf", None),
            ("/etc/systemd/system/llama.service", None),
            ("/etc/sysctl.d/90-memtune.conf", None),
            ("/etc/fstab", None),
        ] {
            let found = drop_in(path);
            assert_eq!(found.as_ref().map(|(folder, unit)| (*folder, unit.as_str())), wanted, "{path}");
        }
        let (_folder, host) = made_tree(&[]);
        assert_eq!(reader_of(&host, "/etc/systemd/system.control"), Some(Manager::System));
        assert_eq!(reader_of(&host, "/etc/sysctl"), None);
        assert_eq!(reader_of(&Host::live(), "/nowhere/.config/systemd/user"), None);
    }
}
