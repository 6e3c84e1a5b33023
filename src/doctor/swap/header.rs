//! W08: whether the areas that shall be turned on at boot can be.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::facts::readings::Readings;
use crate::facts::swap_header::Mark;
use crate::host::{Lacking, Reason};
use crate::sys::bytes::Bytes;

use super::commands::affair_of_host;
use crate::swap::planned::{self, Planned};
use crate::swap::start::Start;

/// mkswap makes no area of fewer pages.
const LEAST_PAGES: u64 = 10;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "W08",
    name: "swap-header",
    group: Group::Swap,
    question: "Do the planned swap areas that are not in use have a header that this kernel takes?",
    thresholds: "error where there is no header, where it was written for pages of another size, or where it claims more than the area holds; areas in use have been taken already",
    why: "mkswap writes the size of the area, counted in pages, into its first page, and its mark at the end of that page. On a kernel with pages of another size the mark is in the wrong place, as happens on ARM boards whose new kernel has 16 KiB pages; and an area that was shortened claims more than it holds. The kernel refuses both, and the machine boots without swap.",
    sources: &[
        "https://www.man7.org/linux/man-pages/man8/mkswap.8.html",
        "Linux mm/swapfile.c, read_swap_header()",
    ],
    examine: swap_header,
}];

fn swap_header(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let areas = readings.swaps()?;
    let planned = planned::areas(readings)?;
    let is_in_use = |one: &Planned| areas.iter().any(|area| one.path() == Some(area.path.as_str()));
    let waiting = planned
        .iter()
        .filter(|one| one.is_expected && !one.is_made_at_boot && !is_in_use(one) && one.path().is_some());
    let (mut good, mut refusal) = (0, None);
    for one in waiting {
        match examine_one(readings, one) {
            Ok(Some(diagnosis)) => return Ok(diagnosis),
            Ok(None) => good += 1,
            // What is not there is another check's.
            Err(lacking) if lacking.reason == Reason::Absent => {}
            Err(lacking) => refusal = Some(lacking),
        }
    }
    match refusal {
        Some(lacking) => Err(lacking),
        None => Ok(Diagnosis::ok(format!(
            "No planned swap area has a header that the kernel would refuse ({good} looked at)"
        ))),
    }
}

/// What is wrong with one area; `None` where nothing is.
fn examine_one(readings: &Readings, one: &Planned) -> Result<Option<Diagnosis>, Lacking> {
    let Some(path) = one.path() else { return Ok(None) };
    let start = Start::read(readings.host(), path)?;
    let Some(complaint) = start.complaint(readings) else {
        return Ok(None);
    };
    let (size, page_size) = (start.size, readings.page_size());
    let diagnosis =
        Diagnosis::error(format!("{} of {} cannot be turned on: {complaint}", one.source, one.origin.name()))
            .evidence(path, "size", size)
            .evidence("kernel", "page size", page_size);
    let diagnosis = match start.header {
        Some(header) => diagnosis.evidence(path, "page size of the header", header.page_size).evidence(
            path,
            "length in the header",
            header.length,
        ),
        None => diagnosis,
    };
    Ok(Some(prescribe(diagnosis, one, path, &start, page_size)))
}

/// mkswap would wipe whatever else lies there: it is proposed only where nothing else does.
fn prescribe(diagnosis: Diagnosis, one: &Planned, path: &str, start: &Start, page_size: Bytes) -> Diagnosis {
    let is_swap = start.header.is_some_and(|header| header.mark == Mark::Swap && header.version == 1);
    let is_blank = one.is_file() && start.header.is_none() && start.is_zero;
    if !is_swap && !is_blank {
        return look_first(diagnosis, one, path);
    }
    let least = page_size * LEAST_PAGES;
    if start.size < least {
        return diagnosis.working(format!("{} are too few: mkswap needs at least {least}", start.size));
    }
    match can_be_typed(path) && can_be_typed(&one.source) {
        true => diagnosis.fix(make_anew(one, path)),
        false => diagnosis,
    }
}

fn look_first(diagnosis: Diagnosis, one: &Planned, path: &str) -> Diagnosis {
    let path = if can_be_typed(path) { quoted(path) } else { "PATH".to_owned() };
    diagnosis
        .working(format!(
            "something else may lie there, which mkswap would destroy: see with `sudo file -s {path}` and `sudo blkid -p {path}`"
        ))
        .working(format!("if it is something else, {} is a mistake", one.origin.name()))
}

/// Whether the kernel would refuse the area at `path` for its header; one that cannot be read is not refused.
pub(super) fn is_refused(readings: &Readings, path: &str) -> bool {
    let start = Start::read(readings.host(), path);
    start.is_ok_and(|start| start.complaint(readings).is_some())
}

/// Writes a new header; one that is found by its UUID or label keeps it.
fn make_anew(one: &Planned, path: &str) -> Fix {
    let name = match one.source.split_once('=') {
        Some(("UUID", uuid)) => format!("--uuid {} ", quoted(uuid.trim_matches('"'))),
        Some(("LABEL", label)) => format!("--label {} ", quoted(label.trim_matches('"'))),
        _ => String::new(),
    };
    let path = quoted(path);
    Fix::commands([format!("sudo mkswap {name}{path}"), format!("sudo swapon {path}")])
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    /// An area as text: zero bytes are text too.
    fn area(page_size: usize, mark: &str, pages: u32, length: usize) -> String {
        let mut bytes = vec![0; page_size];
        bytes[1024..1028].copy_from_slice(&1u32.to_ne_bytes());
        bytes[1028..1032].copy_from_slice(&(pages - 1).to_ne_bytes());
        bytes[page_size - 10..].copy_from_slice(mark.as_bytes());
        bytes.resize(length, 0);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn headers_are_judged_as_the_kernel_judges_them() {
        for (text, severity, word) in [
            (area(4096, "SWAPSPACE2", 20, 20 * 4096), Severity::Ok, "1 looked at"),
            (area(4096, "SWAPSPACE2", 21, 20 * 4096), Severity::Error, "claims 84 KiB"),
            (area(16384, "SWAPSPACE2", 5, 20 * 4096), Severity::Error, "pages of 16 KiB"),
            (area(4096, "SWAP-SPACE", 20, 20 * 4096), Severity::Error, "no longer"),
            (area(4096, "S1SUSPEND\0", 20, 20 * 4096), Severity::Ok, "1 looked at"),
            (area(4096, "0123456789", 20, 20 * 4096), Severity::Error, "mkswap"),
            (String::new(), Severity::Error, "mkswap"),
        ] {
            let finding =
                examine_tree("W08", &[("/etc/fstab", "/my\\040swap none swap sw\n"), ("/my swap", &text)]);
            assert_eq!(finding.severity, severity, "{}", finding.title);
            assert!(finding.title.contains(word), "{}", finding.title);
            if let Some(fix) = finding.fix {
                assert_eq!(fix.commands, ["sudo mkswap '/my swap'", "sudo swapon '/my swap'"]);
            }
        }
    }

    #[test]
    fn a_file_that_holds_anything_is_never_made_anew() {
        let examined = |text: &str| {
            examine_tree(
                "W08",
                &[("/etc/fstab", "/home/me/thesis none swap sw\n"), ("/home/me/thesis", text)],
            )
        };
        let late = format!("{}x", "\0".repeat(65_535));
        let foreign = area(4096, "SWAPSPACE2", 20, 20 * 4096).replacen('\u{1}', "\u{2}", 1);
        let ancient = area(4096, "SWAP-SPACE", 20, 20 * 4096);
        let btrfs = format!("{}_BHRfS_M", "\0".repeat(65_600));
        for text in ["%PDF-1.7 years of work", &late, &foreign, &ancient, &btrfs] {
            let finding = examined(text);
            assert_eq!((finding.severity, finding.fix), (Severity::Error, None));
            assert!(
                finding.workings[0].contains("`sudo blkid -p /home/me/thesis`"),
                "{:?}",
                finding.workings
            );
            assert!(finding.workings[1].contains("/etc/fstab line 1 is a mistake"));
        }
        assert!(examined(&"\0".repeat(65_536)).fix.is_some());
        assert!(examined(&"\0".repeat(40_960)).fix.is_some());
        // mkswap would refuse it.
        assert_eq!(examined(&"\0".repeat(40_959)).fix, None);
        assert!(examined(&area(16384, "SWAPSPACE2", 5, 20 * 4096)).fix.is_some());
        assert!(examined(&area(4096, "SWAPSPACE2", 21, 20 * 4096)).fix.is_some());
    }

    #[test]
    fn a_name_that_cannot_be_typed_gets_no_command() {
        let files = [("/etc/fstab", "/a\\033b none swap sw\n"), ("/a\u{1b}b", &*"\0".repeat(65_536))];
        let finding = examine_tree("W08", &files);
        assert_eq!((finding.severity, finding.fix), (Severity::Error, None));
    }

    #[test]
    fn areas_in_use_absent_or_made_at_boot_are_left_alone() {
        let fstab = ("/etc/fstab", "/swapfile none swap sw\n");
        let empty = ("/swapfile", "");
        assert_eq!(
            examine_tree("W08", &[fstab, empty, ("/proc/swaps", "/swapfile file 1 0 -2\n")]).severity,
            Severity::Ok
        );
        assert_eq!(examine_tree("W08", &[fstab]).severity, Severity::Ok);
        assert_eq!(examine_tree("W08", &[fstab, empty]).severity, Severity::Error);
        let made = ("/etc/fstab", "/swapfile none swap x-systemd.makefs\n");
        assert_eq!(examine_tree("W08", &[made, empty]).severity, Severity::Ok);
    }

    #[test]
    fn a_new_header_keeps_its_name_and_a_device_its_contents() {
        let files = [("/etc/fstab", "UUID=1-2 none swap sw\n"), ("/dev/disk/by-uuid/1-2", "->../../sda2")];
        let other = area(16384, "SWAPSPACE2", 5, 20 * 4096);
        let finding = examine_tree("W08", &[files[0], files[1], ("/dev/sda2", &other)]);
        assert_eq!(finding.fix.unwrap().commands[0], "sudo mkswap --uuid 1-2 /dev/sda2");
        let finding = examine_tree("W08", &[files[0], files[1], ("/dev/sda2", "data")]);
        assert_eq!((finding.severity, finding.fix), (Severity::Error, None));
    }
}
