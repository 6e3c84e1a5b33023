//! Whether a unit is there to be limited.

use crate::change;
use crate::exit::{Exit, Fault};
use crate::host::{Host, Lacking};

use super::super::likeness::nearest;
use super::super::unit_name::UnitName;
use super::current::{Current, is_name};
use super::manager::Manager;

/// More than any machine has unit files.
const MOST_NAMES: usize = 20_000;

/// Refuses a unit that is not there, or cannot run.
///
/// # Errors
/// Says what is wrong with it, and which name comes near.
pub fn examine(host: &Host, manager: &Manager, unit: &UnitName, current: &[Current]) -> Result<(), Fault> {
    if unit.stands_for_many() || !manager.can_be_told(host) {
        return exists_on_disk(host, manager, unit, current);
    }
    let Some(one) = current.first() else { return Err(absent(host, manager, unit)) };
    let systemctl = format!("systemctl {}", manager.option());
    let name = change::typed(&[unit.as_str()]);
    match one.load.as_str() {
        "not-found" => Err(absent(host, manager, unit)),
        "masked" => {
            let message = format!("`{}` is masked: it cannot run, with or without limits", unit.as_str());
            Err(Fault::new(Exit::Refused, message)
                .hint(format!("`{systemctl}unmask {name}` lets it run again")))
        }
        "loaded" => Ok(()),
        other => {
            let message = format!("systemd cannot load `{}`: it calls it `{other}`", unit.as_str());
            Err(Fault::new(Exit::Refused, message).hint(format!("`{systemctl}status {name}` says why")))
        }
    }
}

/// Says why systemd could not be asked.
pub fn unasked(unit: &UnitName, lacking: &Lacking) -> Fault {
    Fault::new(Exit::Refused, format!("cannot ask systemd about `{}`: {lacking}", unit.as_str()))
        .hint("limits of units need systemd; where it does not run, cgroups and containers have limits of their own")
}

/// A template is no unit that systemd could be asked about, and a tree has nobody to ask.
fn exists_on_disk(host: &Host, manager: &Manager, unit: &UnitName, current: &[Current]) -> Result<(), Fault> {
    // Slices need no file, and what stands for all that begin alike never has one.
    let needs_no_file = unit.kind() == "slice" || unit.kind() == "scope" || unit.as_str().contains("-.");
    let template = unit.template();
    let names = [Some(unit.as_str()), template.as_deref()];
    let mut paths = names
        .into_iter()
        .flatten()
        .flat_map(|name| manager.search_path().into_iter().map(move |folder| format!("{folder}/{name}")));
    let found = paths.find(|path| host.has(path) || host.link(path).is_ok());
    match found {
        Some(path) if host.link(&path).is_ok_and(|target| target == "/dev/null") => Err(Fault::new(
            Exit::Refused,
            format!("`{}` is masked: it cannot run, with or without limits", unit.as_str()),
        )
        .hint(format!("the link `{path}` to /dev/null masks it"))),
        None if !needs_no_file && current.is_empty() => Err(absent(host, manager, unit)),
        _ => Ok(()),
    }
}

fn absent(host: &Host, manager: &Manager, unit: &UnitName) -> Fault {
    let option = manager.option();
    let names = names(host, manager);
    let near = nearest(unit, names.iter().map(String::as_str));
    // The shell takes a backslash away unless it is quoted.
    let near = near.map(|name| format!("did you mean `{}`? ", change::typed(&[name]))).unwrap_or_default();
    let list = if host.is_live() {
        format!(
            "`systemctl {option}list-units --all` and `systemctl {option}list-unit-files` show those that are there"
        )
    } else {
        "`memtune limits show --all` shows those that are there".to_owned()
    };
    Fault::new(Exit::Usage, format!("there is no unit `{}`", unit.as_str())).hint(format!("{near}{list}"))
}

/// Names of units that could be limited.
fn names(host: &Host, manager: &Manager) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    if manager.can_be_told(host) {
        let lists: [&[&str]; 2] = [
            &["list-units", "--all", "--plain", "--no-legend", "--no-pager"],
            &["list-unit-files", "--no-legend", "--no-pager"],
        ];
        for arguments in lists {
            let text = manager.output(host, "systemctl", arguments).unwrap_or_default();
            names.extend(text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned));
        }
    } else {
        names.extend(manager.search_path().iter().flat_map(|folder| host.list(folder).unwrap_or_default()));
    }
    names.truncate(MOST_NAMES);
    names.retain(|name| {
        is_name(name) && UnitName::parse(name).is_ok_and(|unit| unit.as_str() == name.as_str())
    });
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn examined(typed: &str, files: &[(&str, &str)]) -> Result<(), Fault> {
        let (_folder, host) = made_tree(files);
        examine(&host, &Manager::System, &UnitName::parse(typed).unwrap(), &[])
    }

    const FILES: [(&str, &str); 4] = [
        ("/etc/systemd/system/llama.service", ""),
        ("/usr/lib/systemd/system/getty@.service", ""),
        (r"/etc/systemd/system/a\x2db.service", ""),
        ("/etc/systemd/system/off.service", "->/dev/null"),
    ];

    #[test]
    fn what_is_there_can_be_limited() {
        for name in ["llama", "getty@.service", "getty@tty1", r"a\x2db.service", "any.slice", "user-.slice"] {
            examined(name, &FILES).unwrap();
        }
    }

    #[test]
    fn what_is_not_there_is_named_with_what_comes_near() {
        for (typed, near) in [
            ("lama", "did you mean `llama.service`?"),
            ("gety@tty1", "did you mean `getty@.service`?"),
            ("ax2db.service", r"did you mean `'a\x2db.service'`?"),
            ("quite-other", "`memtune limits show --all`"),
        ] {
            let fault = examined(typed, &FILES).unwrap_err();
            let hint = fault.hint.unwrap();
            assert_eq!(fault.exit, Exit::Usage);
            assert!(hint.starts_with(near), "{typed}: {hint}");
        }
    }

    #[test]
    fn a_masked_unit_is_told_from_none() {
        let fault = examined("off", &FILES).unwrap_err();
        assert_eq!(fault.exit, Exit::Refused);
        assert!(fault.to_string().contains("masked"));
    }
}
