//! Plans that fstab names a new swap area, another one in its place, or none, and that systemd hears of it.

use crate::change::{Plan, Why, aside};
use crate::exit::{Exit, Fault};
use crate::facts::fstab::{Entry, PATH};
use crate::host::Host;
use crate::sysctl::first_process;

use super::devices::{self, Target};
use super::fstab;

/// Where fstab's lines are explained.
const SOURCE: &str = "fstab(5), systemd.swap(5)";

/// Plans a line for `source`, the area at `path`, unless one names it already.
///
/// # Errors
/// Refuses an fstab that is no UTF-8, or that cannot be read.
pub(super) fn add(
    plan: &mut Plan,
    host: &Host,
    path: &str,
    source: &str,
    priority: Option<i32>,
) -> Result<(), Fault> {
    let text = text(host)?;
    if let Some(known) = lines_of(host, &text, path).first() {
        plan.note(format!("{PATH} line {} names {path} already, and is left as it is", known.line));
        if !known.is_swap_at_boot() {
            plan.note(format!("that line says `noauto`: {path} stays off at boot"));
        }
        return Ok(());
    }
    let after = fstab::with_line(&text, &fstab::line(source, priority));
    write(plan, host, &after, "turns it on at every boot; `nofail` lets the machine boot without it")
}

/// Plans that no line names the area at `path`.
///
/// # Errors
/// As [`add`].
pub(super) fn remove(plan: &mut Plan, host: &Host, path: &str) -> Result<(), Fault> {
    let text = text(host)?;
    let numbers = lines_of(host, &text, path).into_iter().map(|entry| entry.line).collect();
    write(plan, host, &fstab::without_lines(&text, &numbers), "the next boot shall not look for it")
}

/// Plans that what names the area at `path` names the one at `new` instead.
///
/// # Errors
/// As [`add`].
pub(super) fn rename(plan: &mut Plan, host: &Host, path: &str, new: &str) -> Result<(), Fault> {
    let text = text(host)?;
    let lines = lines_of(host, &text, path);
    let after = lines.iter().fold(text.clone(), |text, entry| fstab::with_source(&text, entry.line, new));
    write(plan, host, &after, "the next boot turns on the new file instead of the old one")
}

/// Whether a line of fstab names the area at `path`, at boot or not.
///
/// # Errors
/// As [`add`].
pub(super) fn knows(host: &Host, path: &str) -> Result<bool, Fault> {
    Ok(!lines_of(host, &text(host)?, path).is_empty())
}

/// What fstab holds.
///
/// # Errors
/// Refuses one that is no UTF-8, and says why it cannot be read.
pub(super) fn text(host: &Host) -> Result<String, Fault> {
    aside::text(host, PATH)?.ok_or_else(|| {
        let message = format!("`{PATH}` is no UTF-8, and could not be kept byte for byte");
        Fault::new(Exit::Refused, message)
            .hint("see `iconv -f UTF-8 /etc/fstab` for the place; `swap add` can do without it (--no-fstab)")
    })
}

/// The swap lines that mean the area at `path`, by whichever name.
fn lines_of(host: &Host, text: &str, path: &str) -> Vec<Entry> {
    let mut lines = fstab::swap_lines(text);
    lines.retain(|entry| devices::target(host, &entry.source) == Target::At(path.to_owned()));
    lines
}

fn write(plan: &mut Plan, host: &Host, after: &str, reason: &str) -> Result<(), Fault> {
    let steps = plan.steps().len();
    plan.file(host, PATH, Some(after), Why::new(reason, SOURCE))?;
    if plan.steps().len() > steps {
        reload(plan, host);
    }
    Ok(())
}

/// systemd makes units of fstab's lines, and goes by the old ones until it is told.
pub(super) fn reload(plan: &mut Plan, host: &Host) {
    if first_process::is_systemd(host) {
        let why = Why::new("systemd goes by the old lines until then", "systemd-fstab-generator(8)");
        plan.announce(&["systemctl", "daemon-reload"], why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Area;
    use crate::host::made_tree::made_tree;

    /// What fstab shall hold, and the notes; `None` where it stays.
    fn planned(text: &str, deed: impl FnOnce(&mut Plan, &Host)) -> (Option<String>, Vec<String>) {
        let (_folder, host) = made_tree(&[(PATH, text), ("/dev/disk/by-uuid/1-2", "->../../sdb1")]);
        let mut plan = Plan::new("x", Area::Swap);
        deed(&mut plan, &host);
        let after = plan.files().next().map(|(_, after)| String::from_utf8(after.unwrap().to_vec()).unwrap());
        (after, plan.notes().to_vec())
    }

    const LINES: &str = "# c\n/swapfile none swap sw 0 0\nUUID=1-2 none swap noauto";

    #[test]
    fn no_area_is_named_twice() {
        let add = |path: &'static str, source: &'static str| {
            planned(LINES, move |plan, host| add(plan, host, path, source, Some(3)).unwrap())
        };
        let (after, notes) = add("/new", "/new");
        let line = "\n/new none swap defaults,nofail,pri=3 0 0\n";
        assert_eq!((after, notes.len()), (Some(format!("{LINES}{line}")), 0));
        assert_eq!(add("/swapfile", "/swapfile").0, None);
        // By another name, and not at boot.
        let (after, notes) = add("/dev/sdb1", "UUID=9");
        assert_eq!((after, notes.len()), (None, 2));
    }

    #[test]
    fn lines_go_and_change_by_whatever_name_they_have() {
        let without =
            |path: &'static str| planned(LINES, move |plan, host| remove(plan, host, path).unwrap()).0;
        assert_eq!(without("/dev/sdb1").unwrap(), "# c\n/swapfile none swap sw 0 0\n");
        assert_eq!(without("/swapfile").unwrap(), "# c\nUUID=1-2 none swap noauto");
        assert_eq!(without("/other"), None);
        let (after, _) = planned(LINES, |plan, host| rename(plan, host, "/swapfile", "/swap file").unwrap());
        assert_eq!(after.unwrap(), LINES.replace("/swapfile", "/swap\\040file"));
    }

    #[test]
    fn an_fstab_that_is_no_text_is_left_alone() {
        let (folder, host) = made_tree(&[(PATH, "")]);
        let path = folder.path().join("etc/fstab");
        std::os::unix::fs::FileExt::write_all_at(
            &std::fs::OpenOptions::new().write(true).open(path).unwrap(),
            b"# \xff\n",
            0,
        )
        .unwrap();
        let mut plan = Plan::new("x", Area::Swap);
        let fault = add(&mut plan, &host, "/s", "/s", None).unwrap_err();
        assert_eq!(fault.exit, Exit::Refused);
    }
}
