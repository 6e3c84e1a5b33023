//! Plans that fstab names a new swap area, another one in its place, or none, and that systemd hears of it.

use crate::change::{Plan, Why, aside};
use crate::exit::{Exit, Fault};
use crate::facts::fstab::{Entry, PATH};
use crate::host::Host;
use crate::sysctl::first_process;

use super::{devices, fstab, place};

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
    if place::is_cleaned(host, path) {
        plan.note(format!(
            "{path} lies where files are put for the moment: the next boot, or a program that cleans there, may delete it; one such as /var/swapfile stays"
        ));
    }
    let text = text(host)?;
    let lines = Lines::of(host, &text, path);
    lines.note(plan, path);
    if let Some(known) = lines.meant.first() {
        plan.note(format!("{PATH} line {} names {path} already, and is left as it is", known.line));
        if !known.is_swap_at_boot() {
            plan.note(format!("that line says `noauto`: {path} stays off at boot"));
        }
        return Ok(());
    }
    let after = fstab::with_line(&text, &fstab::line(source, priority));
    write(plan, host, &after, "turns it on at every boot; `nofail` lets the machine boot without it")
}

/// What becomes of the area at `path`, for which no line is wanted, at the next boot.
pub(super) fn without_line(host: &Host, path: &str) -> String {
    let text = text(host).unwrap_or_default();
    let lines = Lines::of(host, &text, path).meant;
    match lines.iter().find(|entry| entry.is_swap_at_boot()) {
        Some(entry) => {
            format!("{PATH} line {} turns {path} on at boot already, and is left as it is", entry.line)
        }
        None => format!("{path} is off after the next boot, as was asked for"),
    }
}

/// Plans that no line names the area at `path`.
///
/// # Errors
/// As [`add`].
pub(super) fn remove(plan: &mut Plan, host: &Host, path: &str) -> Result<(), Fault> {
    let text = text(host)?;
    let lines = Lines::of(host, &text, path);
    lines.note(plan, path);
    let numbers = lines.meant.iter().map(|entry| entry.line).collect();
    write(plan, host, &fstab::without_lines(&text, &numbers), "the next boot shall not look for it")
}

/// Plans that what names the area at `path` names the one at `new` instead.
///
/// # Errors
/// As [`add`].
pub(super) fn rename(plan: &mut Plan, host: &Host, path: &str, new: &str) -> Result<(), Fault> {
    let text = text(host)?;
    let lines = Lines::of(host, &text, path);
    lines.note(plan, path);
    let after =
        lines.meant.iter().fold(text.clone(), |text, entry| fstab::with_source(&text, entry.line, new));
    write(plan, host, &after, "the next boot turns on the new file instead of the old one")
}

/// Whether a line of fstab names the area at `path`, at boot or not.
///
/// # Errors
/// As [`add`].
pub(super) fn knows(host: &Host, path: &str) -> Result<bool, Fault> {
    Ok(!Lines::of(host, &text(host)?, path).meant.is_empty())
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

/// The swap lines of an fstab, as far as they concern one area.
struct Lines {
    /// Those that mean it, by whichever name.
    meant: Vec<Entry>,
    /// Those that may mean it.
    unclear: Vec<Entry>,
}

impl Lines {
    fn of(host: &Host, text: &str, path: &str) -> Self {
        let means =
            |entry: &Entry| devices::means(host, &entry.source, &devices::target(host, &entry.source), path);
        let lines = fstab::swap_lines(text).into_iter().map(|entry| (means(&entry), entry));
        let lines = lines.filter(|(means, _)| *means != Some(false));
        let (meant, unclear): (Vec<_>, Vec<_>) = lines.partition(|(means, _)| means.is_some());
        let entries = |lines: Vec<(_, Entry)>| lines.into_iter().map(|(_, entry)| entry).collect();
        Self { meant: entries(meant), unclear: entries(unclear) }
    }

    /// What cannot be told is for the owner to look at.
    fn note(&self, plan: &mut Plan, path: &str) {
        for Entry { line, source, .. } in &self.unclear {
            plan.note(format!(
                "{PATH} line {line} names {source}; whether that is {path} cannot be told without udev's links: look at that line by hand"
            ));
        }
    }
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
    use crate::facts::swap_header;
    use crate::host::made_tree::made_tree;
    use crate::sys::bytes::Bytes;

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
    fn what_the_next_boot_does_is_told_as_it_is() {
        let said = |text: &str, path: &'static str| {
            planned(text, move |plan, host| plan.note(without_line(host, path))).1.remove(0)
        };
        assert!(said(LINES, "/new").contains("is off after the next boot"));
        assert!(said(LINES, "/swapfile").contains("line 2 turns"));
        // That one says noauto.
        assert!(said(LINES, "/dev/sdb1").contains("is off after the next boot"));
    }

    #[test]
    fn what_lies_in_a_folder_for_the_moment_is_pointed_out() {
        let (folder, host) = made_tree(&[(PATH, ""), ("/tmp/x", "")]);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o1777);
        std::fs::set_permissions(folder.path().join("tmp"), mode).unwrap();
        for (path, notes) in [("/tmp/swapfile", 1), ("/swapfile", 0)] {
            let mut plan = Plan::new("x", Area::Swap);
            add(&mut plan, &host, path, path, None).unwrap();
            assert_eq!(plan.notes().len(), notes, "{path}");
        }
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

    /// A machine whose area has a header, and no links of udev.
    fn without_udev(text: &str, deed: impl FnOnce(&mut Plan, &Host)) -> (Option<String>, Vec<String>) {
        let (folder, host) = made_tree(&[(PATH, text), ("/dev/sdb1", "")]);
        let uuid = "11111111-2222-4333-8444-5555555555aa".parse().unwrap();
        let header = swap_header::build(Bytes::from_mib(1), Bytes(4096), uuid, "swap(1)").unwrap();
        #[expect(clippy::disallowed_methods, reason = "builds the tree that is read")]
        std::fs::write(folder.path().join("dev/sdb1"), header).unwrap();
        let mut plan = Plan::new("x", Area::Swap);
        deed(&mut plan, &host);
        let after = plan.files().next().map(|(_, after)| String::from_utf8(after.unwrap().to_vec()).unwrap());
        (after, plan.notes().to_vec())
    }

    #[test]
    fn without_udev_the_header_tells_whose_a_tag_is() {
        let deed = |plan: &mut Plan, host: &Host| remove(plan, host, "/dev/sdb1").unwrap();
        for tag in [
            "UUID=11111111-2222-4333-8444-5555555555AA",
            "LABEL=swap(1)",
            "LABEL='swap(1)'",
            "LABEL=\"swap(1)\"",
        ] {
            let (after, notes) = without_udev(&format!("# c\n{tag} none swap sw 0 0\n"), deed);
            assert_eq!((after.as_deref(), notes.len()), (Some("# c\n"), 0), "{tag}");
        }
        for tag in ["UUID=11111111-2222-4333-8444-5555555555ab", "LABEL=swap", "/dev/sdb2", "LABEL='swap(1)"]
        {
            assert_eq!(without_udev(&format!("{tag} none swap sw 0 0\n"), deed), (None, vec![]), "{tag}");
        }
    }

    #[test]
    fn a_line_that_may_be_meant_is_pointed_out() {
        let text = "# c\nPARTLABEL=swap none swap sw 0 0\n";
        let (after, notes) = without_udev(text, |plan, host| remove(plan, host, "/dev/sdb1").unwrap());
        assert_eq!(after, None);
        assert!(notes[0].contains("line 2") && notes[0].contains("PARTLABEL=swap"), "{notes:?}");
        // A tag never means a file.
        let (_, notes) = without_udev(text, |plan, host| rename(plan, host, "/swapfile", "/new").unwrap());
        assert_eq!(notes.len(), 0);
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
