//! The other watchdogs: whoever runs, or would at the next boot.

use crate::change::{Plan, Why};
use crate::facts::process_unit;
use crate::facts::readings::Readings;
use crate::facts::watchdogs::{self, OOMD, OWN, WATCHDOGS};
use crate::host::{Host, IfThere, Lacking};

const FOLDER: &str = "/etc/systemd/system";

/// Where packages put units.
const OF_PACKAGES: [&str; 2] = ["/usr/lib/systemd/system", "/lib/systemd/system"];

const SOURCE: &str = "https://github.com/rfjakob/earlyoom/pull/306";

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rival {
    name: &'static str,
    unit: String,
    runs: bool,
    starts_at_boot: bool,
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Those that systemd starts.
    pub(super) rivals: Vec<Rival>,
    /// Those that somebody started by hand, each with its process.
    pub(super) strays: Vec<(&'static str, u32)>,
}

/// Finds whoever runs, or would at the next boot.
pub(super) fn find(readings: &Readings) -> Result<Found, Lacking> {
    let host = readings.host();
    let wanted = wanted(host)?;
    let (mut rivals, mut strays) = (Vec::new(), Vec::new());
    for (name, pid) in watchdogs::running(readings)?.into_iter().filter(|(name, _)| *name != OWN) {
        let place = process_unit::read(host, pid).unwrap_or_default();
        match place.system_service().filter(|unit| !unit.contains('\\')) {
            Some(unit) => {
                let starts_at_boot = wanted.iter().any(|one| one == unit);
                rivals.push(Rival { name, unit: unit.to_owned(), runs: true, starts_at_boot });
            }
            None => strays.push((name, pid)),
        }
    }
    for name in WATCHDOGS.into_iter().filter(|name| *name != OWN) {
        let unit = format!("{name}.service");
        let is_masked = host.link(&format!("{FOLDER}/{unit}")).is_ok_and(|target| target == "/dev/null");
        if wanted.contains(&unit) && !is_masked && rivals.iter().all(|rival| rival.unit != unit) {
            rivals.push(Rival { name, unit, runs: false, starts_at_boot: true });
        }
    }
    Ok(Found { rivals, strays })
}

/// The units that something wants at boot.
fn wanted(host: &Host) -> Result<Vec<String>, Lacking> {
    let folders = host.list(FOLDER).if_there()?.unwrap_or_default();
    let mut wanted = Vec::new();
    for folder in folders.iter().filter(|folder| folder.ends_with(".wants") || folder.ends_with(".requires"))
    {
        wanted.extend(host.list(&format!("{FOLDER}/{folder}")).if_there()?.unwrap_or_default());
    }
    Ok(wanted)
}

/// Adds the steps after which `rivals` are at rest, each with its way back.
pub(super) fn put_to_rest(plan: &mut Plan, host: &Host, rivals: &[Rival]) {
    for rival in rivals {
        let why = || Why::new("two watchdogs kill side by side, each by rules of its own", SOURCE);
        // Its socket would start systemd-oomd again, and a distribution may enable it again: it is masked.
        let is_masked = rival.name == OOMD;
        let mut units = vec![rival.unit.as_str()];
        let socket = format!("{OOMD}.socket");
        if is_masked && OF_PACKAGES.iter().any(|folder| host.has(&format!("{folder}/{socket}"))) {
            units.push(&socket);
        }
        let command = |plan: &mut Plan, forth: &str, back: &str| {
            let words = |verb| [&["systemctl", verb], units.as_slice()].concat();
            plan.command(&words(forth), Some(&words(back)), why());
        };
        if rival.runs {
            command(plan, "stop", "start");
        }
        match (is_masked, rival.starts_at_boot) {
            (true, _) => command(plan, "mask", "unmask"),
            (false, true) => command(plan, "disable", "enable"),
            (false, false) => {}
        }
        plan.note(format!("{} gives way to memtune's watchdog; `memtune undo` brings it back", rival.unit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Area;
    use crate::host::made_tree::made_tree;

    fn process(pid: u32, name: &str, group: &str) -> Vec<(String, String)> {
        let stat = format!("{pid} ({name}) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3");
        vec![
            (format!("/proc/{pid}/stat"), stat),
            (format!("/proc/{pid}/cmdline"), name.to_owned()),
            (format!("/proc/{pid}/cgroup"), format!("0::{group}\n")),
        ]
    }

    fn examined(files: &[(String, String)]) -> (Found, Vec<String>) {
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (_folder, host) = made_tree(&files);
        let found = find(&Readings::new(&host, None)).unwrap();
        let mut plan = Plan::new("x", Area::Watch);
        put_to_rest(&mut plan, &host, &found.rivals);
        let commands = plan.steps().iter().map(|step| step.target().to_owned()).collect();
        (found, commands)
    }

    #[test]
    fn those_that_run_or_would_run_give_way() {
        let mut files = process(10, "earlyoom", "/system.slice/earlyoom.service");
        files.extend(process(11, "systemd-oomd", "/system.slice/systemd-oomd.service"));
        files.extend(process(12, "memtune-watchd", "/memtune-watchd.service"));
        let link = |name: &str| {
            (
                format!("{FOLDER}/multi-user.target.wants/{name}.service"),
                format!("->/lib/systemd/system/{name}.service"),
            )
        };
        files.extend([link("earlyoom"), link("nohang"), link("cron")]);
        files.push(("/usr/lib/systemd/system/systemd-oomd.socket".to_owned(), String::new()));
        let (found, commands) = examined(&files);
        assert_eq!((found.rivals.len(), found.strays), (3, vec![]));
        assert_eq!(
            commands,
            [
                "systemctl stop earlyoom.service",
                "systemctl disable earlyoom.service",
                "systemctl stop systemd-oomd.service systemd-oomd.socket",
                "systemctl mask systemd-oomd.service systemd-oomd.socket",
                "systemctl disable nohang.service",
            ]
        );
    }

    #[test]
    fn who_was_started_by_hand_is_named() {
        let files = process(10, "bustd", "/user.slice/user-1000.slice/session-2.scope");
        let (found, commands) = examined(&files);
        assert!(found.rivals.is_empty() && commands.is_empty());
        assert_eq!(found.strays, [("bustd", 10)]);
    }

    #[test]
    fn what_is_masked_already_stays_as_it_is() {
        let files = [
            (
                format!("{FOLDER}/multi-user.target.wants/systemd-oomd.service"),
                "->/lib/systemd/system/systemd-oomd.service".to_owned(),
            ),
            (format!("{FOLDER}/systemd-oomd.service"), "->/dev/null".to_owned()),
            (
                "/proc/1/stat".to_owned(),
                "1 (systemd) S 0 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3".to_owned(),
            ),
        ];
        assert_eq!(examined(&files), (Found::default(), vec![]));
    }
}
