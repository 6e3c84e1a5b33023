//! S04 and S05: lines of sysctl's files that the kernel has no knob for, or whose value it does not take as it is written.

use std::collections::BTreeMap;

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::doctor::wording::plural;
use crate::facts::malformed::shortened;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sysctl::bounds::{check, taken};
use crate::sysctl::{Assignment, Model, Origin, Place};

use super::own_lines::{comment_out, is_memory, look, place_of, shown, told};

/// More would help nobody.
const MOST_SHOWN: usize = 64;

/// What became of knobs that old guides name.
const FORMER: [(&str, &str); 7] = [
    ("vm.block_dump", "removed in Linux 5.13"),
    ("vm.hugepages_treat_as_movable", "removed in Linux 4.0 and 5.3"),
    ("vm.max_writeback_pages", "removed in Linux 2.6"),
    ("vm.nr_pdflush_threads", "removed in Linux 4.0"),
    ("vm.percpu_pagelist_fraction", "vm.percpu_pagelist_high_fraction since Linux 5.14"),
    ("vm.scan_unevictable_pages", "removed in Linux 4.0"),
    ("vm.swap_token_timeout", "removed in Linux 3.5"),
];

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "S04",
        name: "sysctl-unknown-key",
        group: Group::Sysctl,
        question: "Does the kernel have every memory knob that the files of sysctl set?",
        thresholds: "info where a line names a vm.* knob that the running kernel does not have",
        why: "A line for a knob that is not there is passed over without a word. The name may be misspelled, or the kernel may have renamed or dropped the knob since the guide was written.",
        sources: &[
            "https://docs.kernel.org/admin-guide/sysctl/vm.html",
            "https://www.freedesktop.org/software/systemd/man/latest/systemd-sysctl.service.html",
        ],
        examine: unknown,
    },
    Check {
        id: "S05",
        name: "sysctl-bad-value",
        group: Group::Sysctl,
        question: "Does the kernel take the values in the files of sysctl as they are meant?",
        thresholds: "warn where the kernel refuses the value of a vm.* knob; info where it takes it otherwise than it looks: behind a leading zero as octal, with a comment on the same line; and for lines that are no assignment",
        why: "A value that the kernel refuses leaves the old one in place, and the rest of the file goes on: nobody notices. A comment is one only at the begin of a line; behind a value it is handed to the kernel, which may refuse the whole.",
        sources: &[
            "Linux kernel/sysctl.c, proc_get_long()",
            "https://docs.kernel.org/admin-guide/sysctl/vm.html",
            "https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html",
        ],
        examine: bad_values,
    },
];

/// The lines of sysctl's files for memory knobs, each once, though tuned reads some of them again.
fn lines(model: &Model) -> Vec<&Assignment> {
    let is_wanted = |one: &&Assignment| {
        matches!(one.origin, Origin::SysctlFile | Origin::TunedAgain)
            && is_memory(&one.key)
            && !one.key.contains(['*', '?', '['])
    };
    let lines = model.assignments().filter(is_wanted).map(|one| (&one.place, one));
    lines.collect::<BTreeMap<_, _>>().into_values().collect()
}

fn unknown(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let model = Model::of(readings)?;
    let lines = lines(&model);
    let unknown: Vec<&Assignment> =
        lines.into_iter().filter(|line| model.is_missing(readings, &line.key)).collect();
    let Some(first) = unknown.first() else {
        return Ok(Diagnosis::ok("the kernel has every vm.* knob that a file sets"));
    };
    let others = match unknown.len() - 1 {
        0 => String::new(),
        count => format!(", and {count} more"),
    };
    let title =
        format!("The kernel has no knob {}, which {} sets{others}", shortened(&first.key), place_of(first));
    let evidence = |diagnosis: Diagnosis, line: &&Assignment| {
        let diagnosis = diagnosis.evidence(place_of(line), shortened(&line.key), shortened(&line.value));
        match FORMER.iter().find(|(key, _)| *key == line.key) {
            Some((key, fate)) => diagnosis.working(format!("{key}: {fate}")),
            None => diagnosis.working(format!("{}: not below /proc/sys", shortened(&line.key))),
        }
    };
    let diagnosis = unknown.iter().take(MOST_SHOWN).fold(Diagnosis::info(title), evidence);
    Ok(with_fix(diagnosis, unknown.iter().map(|line| &line.place)))
}

/// A line whose value is not taken as it looks, and how.
struct BadValue<'m> {
    line: &'m Assignment,
    severity: Severity,
    what: String,
}

fn bad_values(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let model = Model::of(readings)?;
    let mut bad: Vec<BadValue> = lines(&model).into_iter().filter_map(judge).collect();
    bad.sort_by_key(|one| std::cmp::Reverse(one.severity));
    let nonsense = model.nonsense();
    let Some(first) = bad.first() else { return Ok(told_nonsense(&nonsense)) };
    let title = match bad.len() - 1 {
        0 => format!("{}: {}", told(first.line), first.what),
        count => {
            format!("{}: {} ({} in all)", told(first.line), first.what, plural(count as u64 + 1, "such line"))
        }
    };
    let evidence = |diagnosis: Diagnosis, one: &BadValue| {
        let line = one.line;
        let diagnosis = diagnosis.evidence(place_of(line), line.key.as_str(), shortened(&line.value));
        diagnosis.working(format!("{}: {}", told(line), one.what))
    };
    let diagnosis = bad.iter().take(MOST_SHOWN).fold(Diagnosis::of(first.severity, title), evidence);
    let refused = bad.iter().filter(|one| one.severity == Severity::Warn).map(|one| &one.line.place);
    match comment_out(refused) {
        // Such a line has no effect; one that is read otherwise than it looks has, and its owner must say what was meant.
        Some(fix) => Ok(diagnosis.fix(fix)),
        None => Ok(diagnosis.fix(look(bad.iter().map(|one| one.line.key.as_str())))),
    }
}

fn judge(line: &Assignment) -> Option<BadValue<'_>> {
    let Assignment { key, value, .. } = line;
    let allowed = check(key, value);
    let Some(taken) = taken(key, value) else {
        let allowed = allowed.err().map(|allowed| format!(", which takes {allowed}")).unwrap_or_default();
        return Some(BadValue {
            line,
            severity: Severity::Warn,
            what: format!("the kernel refuses it{allowed}"),
        });
    };
    let is_octal =
        value.len() > 1 && value.starts_with('0') && value.bytes().all(|byte| byte.is_ascii_digit());
    let what = match (allowed.is_err(), is_octal) {
        (true, _) => format!("the kernel takes {taken} of it and passes over the rest"),
        (_, true) => format!("a number that begins with 0 is octal: the kernel reads {taken}"),
        _ => return None,
    };
    Some(BadValue { line, severity: Severity::Info, what })
}

fn told_nonsense(nonsense: &[(Place, String)]) -> Diagnosis {
    let Some((place, text)) = nonsense.first() else {
        return Diagnosis::ok("the kernel takes every vm.* value as it is written");
    };
    let title = format!("{} is no assignment and says nothing: {}", shown(place), shortened(text));
    let evidence = |diagnosis: Diagnosis, (place, text): &(Place, String)| {
        diagnosis.evidence(shown(place), "line", shortened(text))
    };
    let diagnosis = nonsense.iter().take(MOST_SHOWN).fold(Diagnosis::info(title), evidence);
    with_fix(diagnosis, nonsense.iter().map(|(place, _)| place))
}

fn with_fix<'p>(diagnosis: Diagnosis, places: impl Iterator<Item = &'p Place>) -> Diagnosis {
    let fix: Option<Fix> = comment_out(places.take(MOST_SHOWN));
    match fix {
        Some(fix) => diagnosis.fix(fix),
        None => diagnosis,
    }
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const KNOBS: (&str, &str) = ("/proc/sys/vm/swappiness", "60\n");

    fn examined(id: &str, text: &str) -> Finding {
        examine_tree(id, &[KNOBS, ("/etc/sysctl.d/a.conf", text)])
    }

    #[test]
    fn a_knob_that_is_not_there_is_told() {
        let finding = examined("S04", "vm.swappiness = 10\nvm.swapiness = 10\nnet.x = 1\nvm.* = 1\n");
        assert_eq!(finding.severity, Severity::Info);
        assert_eq!(finding.title, "The kernel has no knob vm.swapiness, which /etc/sysctl.d/a.conf:2 sets");
        assert_eq!(finding.fix.unwrap().commands, ["sudo sed -i '2s/^/# /' /etc/sysctl.d/a.conf"]);
        assert!(examined("S04", "vm.block_dump = 1\n").workings[0].contains("5.13"));
        assert_eq!(examined("S04", "vm.swappiness = 10\n").severity, Severity::Ok);
        // In an image no knob can be seen.
        assert_eq!(examine_tree("S04", &[("/etc/sysctl.d/a.conf", "vm.x = 1\n")]).severity, Severity::Ok);
    }

    #[test]
    fn a_refused_value_is_worse_than_one_that_is_read_otherwise() {
        let cases = [
            ("vm.swappiness = 10\n", Severity::Ok),
            ("vm.swappiness = 0x10\n", Severity::Ok),
            ("vm.swappiness = 200\n", Severity::Ok),
            ("vm.swappiness = 201\n", Severity::Warn),
            ("vm.swappiness = 10#why\n", Severity::Warn),
            ("vm.swappiness =\n", Severity::Warn),
            ("vm.swappiness = 10 # why\n", Severity::Info),
            ("vm.swappiness = 010\n", Severity::Info),
            ("swappiness\n", Severity::Info),
            ("-vm.swappiness\n", Severity::Ok),
            ("vm.unknown = text\n", Severity::Ok),
        ];
        for (text, severity) in cases {
            assert_eq!(examined("S05", text).severity, severity, "{text}");
        }
    }

    #[test]
    fn only_lines_without_effect_are_proposed_to_go() {
        let finding = examined("S05", "vm.dirty_ratio = 10 # why\nvm.swappiness = 201\n");
        assert_eq!(finding.fix.unwrap().commands, ["sudo sed -i '2s/^/# /' /etc/sysctl.d/a.conf"]);
        assert!(finding.title.contains("0 to 200"), "{}", finding.title);
        let tolerated = examined("S05", "vm.dirty_ratio = 10 # why\n");
        assert_eq!(tolerated.fix.unwrap().commands, ["memtune tune status vm.dirty_ratio"]);
    }
}
