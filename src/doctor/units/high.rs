//! U03 and U04: a MemoryHigh that cannot do what it is for, and one that hangs its unit.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Severity;
use crate::doctor::group::Group;
use crate::facts::cgroup_memory::{Limit, Version};
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::limits::shown::entry::Entry;
use crate::limits::shown::oddity::Oddity;
use crate::limits::shown::remarks;
use crate::sys::bytes::Bytes;

use super::judged::{CGROUP_DOC, Judged, MOST_SHOWN, RESOURCE_CONTROL, and_more};
use super::limit::{prescribe, set_for, share};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "U03",
        name: "high-order",
        group: Group::Units,
        question: "Does each MemoryHigh lie between what its unit needs and its MemoryMax?",
        thresholds: "warn where MemoryHigh is not below MemoryMax, or where a unit needs over 5 % more than its MemoryHigh, or has held so much, not counting the cache of files that it holds now, and waited at it for memory for over 5 % of the last minute",
        why: "MemoryHigh is a brake before the wall. At or above MemoryMax it never acts: the unit is killed first. Below what a sound run needs it acts all the time: each allocation waits for pages to be taken back, and a program that was quick looks as if it hung.",
        sources: &[RESOURCE_CONTROL, CGROUP_DOC, "https://github.com/lyfuci/ai-terminal-manager/issues/35"],
        examine: order,
    },
    Check {
        id: "U04",
        name: "high-livelock",
        group: Group::Units,
        question: "Can a unit come to a standstill at its MemoryHigh?",
        thresholds: "error where a unit without swap was slowed down at its MemoryHigh and all of it waited for memory for over 5 % of the last minute, warn where it needs over 90 % of it, or where one with swap waits as long",
        why: "MemoryHigh takes pages back and slows the unit down, and never kills. Without swap the pages of a program can go nowhere: it is slowed down further and further until it stands still, without an end and without a word in any log. That can last for hours, and nothing restarts it.",
        sources: &[RESOURCE_CONTROL, CGROUP_DOC],
        examine: livelock,
    },
];

/// Why there is nothing to judge, where that is so.
fn without_brakes(judged: &Judged) -> Result<Option<Diagnosis>, Lacking> {
    if judged.around.version == Some(Version::One) {
        return Ok(Some(Diagnosis::ok("Control groups of version 1 have no MemoryHigh")));
    }
    judged.knows(|entry| entry.high, "/sys/fs/cgroup")?;
    let has_high = judged.survey.entries.iter().any(|entry| entry.high.and_then(Limit::bytes).is_some());
    Ok((!has_high).then(|| Diagnosis::ok("No unit has a MemoryHigh")))
}

fn order(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let judged = Judged::of(readings)?;
    if let Some(diagnosis) = without_brakes(&judged)? {
        return Ok(diagnosis);
    }
    let found = judged.odd(|oddity| match oddity {
        Oddity::Order { .. } | Oddity::HighBelowPeak { .. } => Some(oddity),
        _ => None,
    });
    let Some((first, oddity)) = found.first() else {
        return Ok(Diagnosis::ok("Each MemoryHigh lies above what its unit needs and below its MemoryMax"));
    };
    let title = titled(first, oddity, found.len());
    let diagnosis =
        found.iter().take(MOST_SHOWN).fold(Diagnosis::warn(title), |diagnosis, (entry, oddity)| {
            let diagnosis =
                with_limits(&judged, diagnosis, entry).working(format!("{}: {oddity}", entry.unit));
            match entry.peak {
                Some(peak) => {
                    diagnosis.evidence(judged.source(entry, "memory.peak"), entry.unit.as_str(), peak)
                }
                None => diagnosis,
            }
        });
    let loosened = |entry| loosen(entry, remarks::may_swap(entry, judged.around));
    let commands: Vec<String> =
        found.iter().take(MOST_SHOWN).filter_map(|(entry, _)| loosened(entry)).collect();
    Ok(prescribe(diagnosis, commands))
}

/// `NAME: what is odd`, and how many more there are.
fn titled(entry: &Entry, oddity: &Oddity, count: usize) -> String {
    format!("{}: {oddity}{}", entry.unit, and_more(count))
}

fn with_limits(judged: &Judged, diagnosis: Diagnosis, entry: &Entry) -> Diagnosis {
    let limits = [("memory.high", entry.high), ("memory.max", entry.max)];
    limits.into_iter().fold(diagnosis, |diagnosis, (file, limit)| match limit.and_then(Limit::bytes) {
        Some(bytes) => diagnosis.evidence(judged.source(entry, file), entry.unit.as_str(), bytes),
        None => diagnosis,
    })
}

/// A brake a tenth below the wall, where what the unit needs is below that and swap can take what it pushes out; else none.
fn loosen(entry: &Entry, may_swap: bool) -> Option<String> {
    let max = entry.max.and_then(Limit::bytes);
    let wanted = entry.peak.map(|peak| peak.less(entry.droppable.unwrap_or_default()));
    let fits = |max: Bytes| wanted.is_none_or(|wanted| wanted <= max.percent(90.0));
    let high = match max {
        Some(max) if may_swap && fits(max) => share("MemoryHigh", max, 90.0),
        _ => "MemoryHigh=infinity".to_owned(),
    };
    set_for(entry, &[&high])
}

fn livelock(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let judged = Judged::of(readings)?;
    if let Some(diagnosis) = without_brakes(&judged)? {
        return Ok(diagnosis);
    }
    let mut found = judged.odd(|oddity| match oddity {
        Oddity::Crawls { .. } | Oddity::HeldBack { .. } => Some(oddity),
        _ => None,
    });
    let severity = |oddity: &Oddity| match oddity {
        Oddity::Crawls { is_now: true, .. } => Severity::Error,
        _ => Severity::Warn,
    };
    found.sort_by_key(|(_, oddity)| std::cmp::Reverse(severity(oddity)));
    let Some((first, oddity)) = found.first() else {
        return Ok(Diagnosis::ok("No unit comes to a standstill at its MemoryHigh"));
    };
    let title = titled(first, oddity, found.len());
    let diagnosis = found.iter().take(MOST_SHOWN).fold(
        Diagnosis::of(severity(oddity), title),
        |diagnosis, (entry, oddity)| {
            let diagnosis =
                with_limits(&judged, diagnosis, entry).working(format!("{}: {oddity}", entry.unit));
            with_waiting(&judged, diagnosis, entry)
        },
    );
    let commands: Vec<String> =
        found.iter().take(MOST_SHOWN).filter_map(|(entry, _)| let_go(entry)).collect();
    Ok(prescribe(diagnosis, commands))
}

fn with_waiting(judged: &Judged, diagnosis: Diagnosis, entry: &Entry) -> Diagnosis {
    let diagnosis = match entry.slowed {
        Some(slowed) => diagnosis.evidence(judged.source(entry, "memory.events.local"), "high", slowed),
        None => diagnosis,
    };
    let diagnosis = match entry.needed {
        Some(needed) => diagnosis.evidence(judged.source(entry, "memory.stat"), "needed", needed),
        None => diagnosis,
    };
    match entry.pressure {
        Some(waiting) => {
            diagnosis.evidence(judged.source(entry, "memory.pressure"), "full avg60", waiting.full)
        }
        None => diagnosis,
    }
}

/// A wall in the place of the brake, a quarter above what the unit needs: it ends, and is started again.
fn let_go(entry: &Entry) -> Option<String> {
    const ROOM: f64 = 125.0;
    let is_walled = entry.max.and_then(Limit::bytes).is_some();
    let high = entry.high.and_then(Limit::bytes)?;
    let wall = share("MemoryMax", high.max(entry.needed.unwrap_or_default()), ROOM);
    let settings = if is_walled { vec!["MemoryHigh=infinity"] } else { vec!["MemoryHigh=infinity", &wall] };
    set_for(entry, &settings)
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const MIB: u64 = 1 << 20;

    /// A unit with these files of its group, on a machine of 1 GiB with or without swap.
    fn examined(id: &str, has_swap: bool, files: &[(&str, String)]) -> Finding {
        let meminfo = format!("MemTotal: 1048576 kB\nSwapTotal: {} kB\n", if has_swap { 1024 } else { 0 });
        let group = "/sys/fs/cgroup/system.slice/a.service";
        let paths: Vec<(String, &str)> =
            files.iter().map(|(file, text)| (format!("{group}/{file}"), text.as_str())).collect();
        let mut all =
            vec![("/proc/meminfo", meminfo.as_str()), ("/sys/fs/cgroup/cgroup.controllers", "memory\n")];
        all.extend(paths.iter().map(|(path, text)| (path.as_str(), *text)));
        examine_tree(id, &all)
    }

    fn limits(high: u64, max: u64) -> Vec<(&'static str, String)> {
        vec![("memory.high", format!("{}\n", high * MIB)), ("memory.max", format!("{}\n", max * MIB))]
    }

    #[test]
    fn the_brake_comes_before_the_wall() {
        for (high, max, severity) in
            [(99, 100, Severity::Ok), (100, 100, Severity::Warn), (101, 100, Severity::Warn)]
        {
            assert_eq!(examined("U03", true, &limits(high, max)).severity, severity, "{high} {max}");
        }
        let fix = |has_swap| examined("U03", has_swap, &limits(100, 100)).fix.unwrap().commands.concat();
        assert_eq!(fix(true), "sudo memtune limits set a.service MemoryHigh=90M");
        assert_eq!(fix(false), "sudo memtune limits set a.service MemoryHigh=infinity");
    }

    #[test]
    fn the_brake_lies_above_what_was_needed() {
        let with = |peak: u64, cache: u64| {
            let mut files = limits(100, 400);
            files.push(("memory.events.local", "high 9\n".to_owned()));
            let waiting = "avg10=0.00 avg60=5.01 avg300=0.00 total=1";
            files.push((
                "memory.pressure",
                format!("some {waiting}\nfull {}\n", waiting.replace("5.01", "0.00")),
            ));
            files.push(("memory.peak", format!("{}\n", peak * MIB)));
            files.push(("memory.current", format!("{}\n", 100 * MIB)));
            files.push(("memory.stat", format!("anon {}\nfile {}\n", (100 - cache) * MIB, cache * MIB)));
            examined("U03", true, &files)
        };
        assert_eq!(with(105, 0).severity, Severity::Ok);
        assert_eq!(with(106, 0).severity, Severity::Warn);
        assert_eq!(with(106, 2).severity, Severity::Ok);
        assert_eq!(
            with(380, 0).fix.unwrap().commands,
            ["sudo memtune limits set a.service MemoryHigh=infinity"]
        );
    }

    #[test]
    fn a_brake_that_was_set_later_is_sound() {
        let mut files = limits(4096, 8192);
        files.push(("memory.peak", format!("{}\n", 10240 * MIB)));
        files.push(("memory.current", format!("{}\n", 3072 * MIB)));
        files.push(("memory.stat", format!("anon {}\nfile {}\n", 1024 * MIB, 2048 * MIB)));
        files.push(("memory.events.local", "high 5\n".to_owned()));
        assert_eq!(examined("U03", true, &files).severity, Severity::Ok);
    }

    fn stuck(has_swap: bool, needed: u64, slowed: u64, full: &str) -> Finding {
        let mut files = limits(100, 200);
        files.push(("memory.stat", format!("anon {}\n", needed * MIB)));
        files.push(("memory.events.local", format!("high {slowed}\n")));
        let waiting = format!("avg10=0.00 avg60={full} avg300=0.00 total=1\n");
        files.push(("memory.pressure", format!("some {waiting}full {waiting}")));
        examined("U04", has_swap, &files)
    }

    #[test]
    fn standing_still_is_an_error_and_being_about_to_a_warning() {
        for (has_swap, needed, slowed, full, severity) in [
            (false, 90, 0, "0.00", Severity::Ok),
            (false, 91, 0, "0.00", Severity::Warn),
            (false, 99, 7, "5.00", Severity::Warn),
            (false, 99, 7, "5.01", Severity::Error),
            (true, 99, 7, "5.01", Severity::Warn),
            (true, 99, 7, "5.00", Severity::Ok),
        ] {
            let finding = stuck(has_swap, needed, slowed, full);
            assert_eq!(finding.severity, severity, "{has_swap} {needed} {slowed} {full}: {}", finding.title);
        }
        let finding = stuck(false, 99, 7, "40.00");
        assert_eq!(finding.fix.unwrap().commands, ["sudo memtune limits set a.service MemoryHigh=infinity"]);
        assert!(finding.title.contains("it stands still now"), "{}", finding.title);
    }

    #[test]
    fn a_slice_that_may_not_swap_has_its_units_stand_still() {
        let unit = "/sys/fs/cgroup/system.slice/a.service";
        let examined = |id, of_slice: &str| {
            examine_tree(
                id,
                &[
                    ("/proc/meminfo", "MemTotal: 1048576 kB\nSwapTotal: 1048576 kB\n"),
                    ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
                    ("/sys/fs/cgroup/system.slice/memory.swap.max", of_slice),
                    (&format!("{unit}/memory.high"), "104857600\n"),
                    (&format!("{unit}/memory.max"), "104857600\n"),
                    (&format!("{unit}/memory.stat"), "anon 103809024\n"),
                ],
            )
        };
        assert_eq!(examined("U04", "max\n").severity, Severity::Ok);
        let finding = examined("U04", "0\n");
        assert_eq!(finding.severity, Severity::Warn);
        assert!(finding.title.contains("stands still"), "{}", finding.title);
        let fix = |of_slice| examined("U03", of_slice).fix.unwrap().commands.concat();
        assert!(fix("max\n").ends_with("MemoryHigh=90M") && fix("0\n").ends_with("MemoryHigh=infinity"));
    }

    #[test]
    fn a_brake_alone_is_replaced_by_a_wall() {
        let files =
            [("memory.high", format!("{}\n", 100 * MIB)), ("memory.stat", format!("anon {}\n", 96 * MIB))];
        let commands = examined("U04", false, &files).fix.unwrap().commands;
        assert_eq!(commands, ["sudo memtune limits set a.service MemoryHigh=infinity MemoryMax=125M"]);
    }

    #[test]
    fn old_groups_have_no_brake() {
        let files = [
            ("/proc/meminfo", "MemTotal: 1000 kB\n"),
            ("/sys/fs/cgroup/memory/a.service/memory.usage_in_bytes", "5\n"),
        ];
        for id in ["U03", "U04"] {
            assert_eq!(examine_tree(id, &files).severity, Severity::Ok);
            assert_eq!(examine_tree(id, &files[..1]).severity, Severity::Skip);
        }
    }
}
