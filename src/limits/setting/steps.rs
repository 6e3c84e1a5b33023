//! The steps behind a changed drop-in: that systemd understands it, reads it, and says so.

use crate::change::{self, Plan, Why};
use crate::facts::malformed::MOST_ENTRIES;
use crate::host::Host;
use crate::sys::bytes::Bytes;

use super::super::unit_name::UnitName;
use super::manager::Manager;
use super::shown_value::{shown, shown_name};

/// Has systemd read its units anew before anything is taken back to a restart; it stands in front of the file, for the way back goes
/// through the steps in reverse.
pub(super) fn reload_on_the_way_back(plan: &mut Plan, manager: &Manager) {
    let words = manager.words("systemctl", &["daemon-reload"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let why = Why::new("so that the way back starts the unit with what was there before", "systemctl(1)");
    plan.command(&words, Some(&words), why);
}

/// Has systemd read the drop-in at `path` without using it, where it can: what it complains of there stops the plan.
pub(super) fn verify(
    plan: &mut Plan,
    host: &Host,
    manager: &Manager,
    fragment: &str,
    unit: &UnitName,
    path: &str,
) {
    let folders = ["/usr/bin", "/bin"];
    let is_there = folders.iter().any(|folder| host.has(&format!("{folder}/systemd-analyze")));
    let Some((folder, name)) = fragment.rsplit_once('/').filter(|_| is_there) else { return };
    // Of an instance it reads the template's file under the instance's name.
    let file = match unit.sample() {
        Some(sample) if name != unit.as_str() => format!("{folder}/{name}:{sample}"),
        _ => fragment.to_owned(),
    };
    let words = change::typed(&manager.words("systemd-analyze", &["verify", &file]));
    // Other files of the unit may have faults of their own, which are none of ours.
    let script = format!("! {words} 2>&1 | grep -F {} >&2", change::typed(&[format!("{path}:")]));
    let why = Why::new("systemd says whether it understands every line", "systemd-analyze(1)");
    plan.command(&["sh", "-c", &script], None, why);
}

/// Has systemd read its units anew; limits of memory and processors count from then on.
pub(super) fn reload(plan: &mut Plan, manager: &Manager) {
    let words = manager.words("systemctl", &["daemon-reload"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    plan.command(
        &words,
        None,
        Why::new("systemd reads its units anew, and gives running ones their limits", "systemctl(1)"),
    );
}

/// The same behind everything, in both directions.
pub(super) fn reload_afterwards(plan: &mut Plan, manager: &Manager) {
    let words = manager.words("systemctl", &["daemon-reload"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    plan.announce(&words, Why::new("systemd reads its units anew", "systemctl(1)"));
}

/// Proves that systemd took each of `values` for the unit called `witness`.
pub(super) fn prove(
    plan: &mut Plan,
    manager: &Manager,
    witness: &str,
    values: &[(String, String)],
    memory: Option<Bytes>,
) {
    for (property, value) in values {
        let name = shown_name(property);
        let wanted: Vec<String> = shown(property, value, memory)
            .iter()
            .map(|value| format!("-e {}", change::typed(&[format!("{name}={value}")])))
            .collect();
        if wanted.is_empty() {
            continue;
        }
        let asked = format!("--property={name}");
        let words = change::typed(&manager.words("systemctl", &["show", &asked, "--", witness]));
        // What systemd says instead is the last line that grep lets by.
        let script = format!("{words} | tee /dev/stderr | grep -qxF {}", wanted.join(" "));
        plan.command(
            &["sh", "-c", &script],
            None,
            Why::new(format!("systemd says that {property} is {value}"), "systemctl(1)"),
        );
    }
}

/// Proves that the drop-in at `path` is no longer among those that systemd reads for the unit called `witness`.
pub(super) fn prove_gone(plan: &mut Plan, manager: &Manager, witness: &str, path: &str) {
    let words = manager.words("systemctl", &["show", "--property=DropInPaths", "--", witness]);
    let script = format!("! {} | grep -F {} >&2", change::typed(&words), change::typed(&[path]));
    plan.command(&["sh", "-c", &script], None, Why::new("systemd reads it no longer", "systemctl(1)"));
}

/// Makes the folder of a user's drop-in as that user, so that it is his.
pub(super) fn make_folder(plan: &mut Plan, host: &Host, manager: &Manager, path: &str) {
    let (Manager::Of(person), Some((folder, _))) = (manager, path.rsplit_once('/')) else { return };
    if !host.has(folder) {
        let words = ["runuser", "-u", &person.name, "--", "mkdir", "-p", folder];
        plan.command(&words, None, Why::new(format!("the folder belongs to {}", person.name), "runuser(1)"));
    }
}

/// Says which users' managers have to read what is set for all of them.
pub(super) fn note_managers(plan: &mut Plan, host: &Host, manager: &Manager) {
    if *manager != Manager::AllUsers || !host.is_live() {
        return;
    }
    let users: Vec<String> =
        host.list("/run/user").unwrap_or_default().into_iter().take(MOST_ENTRIES).collect();
    let running: Vec<String> =
        users.into_iter().filter(|user| host.has(&format!("/run/user/{user}/systemd/private"))).collect();
    plan.note(match running.is_empty() {
        true => "no user is logged in: it counts from the next login on".to_owned(),
        false => format!(
            "it counts for each user from the next login on, or when that user types `systemctl --user daemon-reload`; logged in now: {}",
            running.join(", ")
        ),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Area, Change};
    use crate::host::made_tree::made_tree;

    fn scripts(plan: &Plan) -> Vec<String> {
        let script = |change: &Change| match change {
            Change::Command(command) => command.words.last().cloned(),
            _ => None,
        };
        plan.steps().iter().filter_map(script).collect()
    }

    #[test]
    fn a_proof_names_what_systemd_may_say() {
        let mut plan = Plan::new("x", Area::Limits);
        let unit = UnitName::parse(r"a\x2db@.service").unwrap();
        let values = [("MemoryMax".to_owned(), "1G".to_owned()), ("TasksMax".to_owned(), "15%".to_owned())];
        prove(&mut plan, &Manager::System, &unit.sample().unwrap(), &values, None);
        assert_eq!(
            scripts(&plan),
            [
                r"systemctl show --property=MemoryMax -- 'a\x2db@memtune.service' | tee /dev/stderr | grep -qxF -e MemoryMax=1073741824"
            ]
        );
    }

    #[test]
    fn a_unit_without_a_file_of_its_own_is_read_under_its_name() {
        let verified = |fragment: &str, unit: &str| {
            let (_folder, host) = made_tree(&[("/usr/bin/systemd-analyze", "")]);
            let mut plan = Plan::new("x", Area::Limits);
            let unit = UnitName::parse(unit).unwrap();
            verify(&mut plan, &host, &Manager::System, fragment, &unit, "/etc/x.d/90-memtune.conf");
            scripts(&plan).pop()
        };
        assert_eq!(
            verified("/lib/systemd/system/a.service", "a").unwrap(),
            "! systemd-analyze verify /lib/systemd/system/a.service 2>&1 | grep -F /etc/x.d/90-memtune.conf: >&2"
        );
        assert!(verified("/lib/a@.service", "a@1").unwrap().contains("verify /lib/a@.service:a@1.service "));
        assert_eq!(verified("", "a.slice"), None);
        assert!(
            verified("/lib/foo-bar.service", "foo-.service")
                .unwrap()
                .contains("verify /lib/foo-bar.service ")
        );
    }
}
