//! What becomes at the next boot of an area that fstab or a unit names.

use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::host::Reason;

use super::devices::Target;
use super::planned::{Origin, Planned};
use super::remarks::Remark;
use super::start::Start;

/// Above it the kernel takes none.
const HIGHEST_PRIORITY: i32 = 32_767;

/// Of one that is off.
pub(super) fn at_boot(readings: &Readings, one: &Planned) -> Vec<Remark> {
    let off = off(readings, one);
    std::iter::once(off).chain(odd_priority(one)).collect()
}

/// Of one that is on as `area` says.
pub(super) fn back(one: &Planned, area: &SwapArea) -> Vec<Remark> {
    odd_priority(one).or_else(|| other_priority(one, area)).into_iter().collect()
}

fn off(readings: &Readings, one: &Planned) -> Remark {
    let (source, origin) = (&one.source, one.origin.name());
    let name = match &one.target {
        Target::At(path) => path,
        Target::Gone => {
            let text = format!("{source} of {origin} is off, and will stay so: nothing here has that name");
            return Remark::new("W04", text);
        }
        Target::Unknown => {
            let text = format!("{source} of {origin} is off; where it leads cannot be told from here");
            return Remark::new("W04", text);
        }
    };
    match obstacle(readings, one, name) {
        Some((check, obstacle)) => {
            Remark::new(check, format!("{name} is off, and will not be on after the next boot: {obstacle}"))
        }
        None => Remark::new("W04", format!("{name} is off, and shall be on after the next boot")),
    }
}

/// What keeps it off, and the check that says more. A tree seldom holds its areas, and does not tell.
fn obstacle(readings: &Readings, one: &Planned, path: &str) -> Option<(&'static str, String)> {
    if !readings.host().is_live() {
        return None;
    }
    match Start::read(readings.host(), path) {
        Err(lacking) if lacking.reason == Reason::Absent => {
            let what = if one.is_file() { "there is no such file" } else { "there is no such device" };
            Some(("W04", format!("{what}, unless something makes it before")))
        }
        Err(lacking) if lacking.reason == Reason::NotAFile => {
            Some(("W04", "it is neither a file nor a device".to_owned()))
        }
        Ok(start) if !one.is_made_at_boot => Some(("W08", start.complaint(readings)?)),
        // Only root may look into it.
        Ok(_) | Err(_) => None,
    }
}

/// The kernel has no such priority: swapon(8) cuts what is too high, and leaves out what is below 0.
fn odd_priority(one: &Planned) -> Option<Remark> {
    let priority = one.priority?;
    let becomes = match priority {
        0..=HIGHEST_PRIORITY => return None,
        ..0 => "the kernel will choose".to_owned(),
        _ => format!("{HIGHEST_PRIORITY} is what it will get"),
    };
    let text = format!(
        "{} says pri={priority} for {}: priorities go from 0 to {HIGHEST_PRIORITY}, and {becomes}",
        one.origin.name(),
        one.source
    );
    Some(Remark::new("W04", text))
}

fn other_priority(one: &Planned, area: &SwapArea) -> Option<Remark> {
    let now = Some(area.priority).filter(|&priority| priority >= 0);
    if now == one.priority || !matches!(one.origin, Origin::Fstab(_)) {
        return None;
    }
    let name = |priority: Option<i32>| match priority {
        Some(priority) => format!("priority {priority}"),
        None => "the priority that the kernel chooses".to_owned(),
    };
    let text = format!(
        "{} has {} now, and {} after the next boot: {} says so",
        area.path,
        name(now),
        name(one.priority),
        one.origin.name()
    );
    Some(Remark::new("W04", text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Host;
    use crate::host::made_tree::made_tree;
    use crate::swap::planned;
    use crate::sys::bytes::Bytes;

    fn of_line(line: &str) -> Planned {
        let (_folder, host) = made_tree(&[("/etc/fstab", line)]);
        planned::areas(&Readings::new(&host, None)).unwrap().remove(0)
    }

    fn on(priority: i32) -> SwapArea {
        let (path, size) = ("/s".to_owned(), Bytes(1));
        SwapArea { path, is_file: true, is_deleted: false, size, used: Bytes(0), priority }
    }

    #[test]
    fn priorities_are_compared_with_what_the_next_boot_gives() {
        for (options, now, said) in [
            ("sw", -2, None),
            ("sw", 9, Some("has priority 9 now, and the priority that the kernel chooses after")),
            ("pri=9", 9, None),
            ("pri=9", 5, Some("has priority 5 now, and priority 9 after")),
            ("pri=9", -2, Some("has the priority that the kernel chooses now, and priority 9 after")),
            ("pri=32767", 32767, None),
            ("pri=32768", 5, Some("32767 is what it will get")),
            ("pri=-5", -2, Some("the kernel will choose")),
        ] {
            let remarks = back(&of_line(&format!("/s none swap {options}\n")), &on(now));
            let text = remarks.first().map(|remark| remark.text.as_str());
            let is_as_said = said.is_none_or(|said| text.is_some_and(|text| text.contains(said)));
            assert!(text.is_some() == said.is_some() && is_as_said, "{options} {now}: {text:?}");
        }
    }

    #[test]
    fn what_cannot_come_is_told_on_the_running_machine() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display().to_string();
        #[expect(clippy::disallowed_methods, reason = "builds the file that is read")]
        std::fs::write(folder.path().join("text"), "x".repeat(9000)).unwrap();
        let host = Host::live();
        for (source, check, said) in [
            (format!("{place}/none"), "W04", "there is no such file"),
            ("/dev/memtune-none".to_owned(), "W04", "there is no such device"),
            (place.clone(), "W04", "neither a file nor a device"),
            (format!("{place}/text"), "W08", "mkswap has not been run"),
        ] {
            let one = of_line(&format!("{source} none swap sw\n"));
            let remarks = at_boot(&Readings::new(&host, None), &one);
            assert!(remarks[0].check == check && remarks[0].text.contains(said), "{remarks:?}");
        }
    }
}
