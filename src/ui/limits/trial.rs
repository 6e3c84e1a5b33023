//! What a run under limits has shown.

use crate::limits::trial::ladder::{Ladder, Rung};
use crate::limits::trial::report::{Held, Report};
use crate::limits::trial::resource::Resource;
use crate::sys::bytes::Bytes;
use crate::ui::look::{HEADING, Look, harmless, styled};
use crate::ui::{paragraph, table};

/// What stands in front of what is ours, beside what the program wrote.
const MARK: &str = "limits: ";

/// Limits of processes do not add up, which is told where there was more than one.
const EACH: &str = "Each of its processes had these limits for itself. What all of them hold together is limited by `memtune limits try`.";

/// Renders what is tried next.
pub fn rung(of: &str, size: Bytes) -> String {
    format!("{}trying {of} {size}\n", styled(HEADING, MARK))
}

/// Renders one line, for -q.
pub fn verdict(verdict: &str) -> String {
    format!("{MARK}{}\n", harmless(verdict))
}

/// Renders what would be run, each ready to be typed.
pub fn commands(commands: &[String], look: Look) -> String {
    commands.iter().map(|command| paragraph::command(look, 0, command)).collect()
}

/// Renders one run: the verdict, then the numbers.
pub fn report(report: &Report, look: Look) -> String {
    let text = opening(&report.verdict, look) + &table::columns(look, 2, numbers(report));
    text + &each_for_itself([report].into_iter(), look)
}

/// Renders all of them.
pub fn ladder(ladder: &Ladder, look: Look) -> String {
    let rows = ladder.rungs.iter().enumerate().map(|(place, rung)| {
        let is_broken_off = ladder.interrupted && place + 1 == ladder.rungs.len();
        row(rung, if is_broken_off { "broken off" } else { outcome(&rung.report) })
    });
    let text = opening(&ladder.verdict, look) + &table::columns(look, 2, rows);
    text + &each_for_itself(ladder.rungs.iter().map(|rung| &rung.report), look)
}

/// Whatever the program wrote last, this begins a line.
fn opening(verdict: &str, look: Look) -> String {
    format!("\n{}", paragraph::hanging(look, &styled(HEADING, MARK), MARK.len(), verdict))
}

fn outcome(report: &Report) -> &'static str {
    if report.survived() { "survived" } else { "did not" }
}

fn row(rung: &Rung, outcome: &str) -> Vec<String> {
    let report = &rung.report;
    let most = report.limits.iter().filter_map(|held| Some((held, held.most?))).next_back();
    let seen = most.map(|(held, most)| amount(held, most));
    vec![rung.size.to_string(), outcome.to_owned(), seconds(report.seconds), seen.unwrap_or_default()]
}

fn each_for_itself<'r>(mut reports: impl Iterator<Item = &'r Report>, look: Look) -> String {
    let has_several = reports.any(|report| report.used.processes > Some(1));
    if has_several { paragraph::indented(look, 2, EACH) } else { String::new() }
}

fn numbers(report: &Report) -> Vec<Vec<String>> {
    let used = &report.used;
    let mut rows: Vec<Vec<String>> = report.limits.iter().map(|held| limit(held, report)).collect();
    let mut row = |name: &str, value: Option<String>| {
        rows.extend(value.map(|value| vec![name.to_owned(), value, String::new()]));
    };
    let some = |number: Option<u64>| number.filter(|&number| number > 0).map(|number| number.to_string());
    let time = |time: Option<f64>| time.filter(|&time| time > 0.0).map(seconds);
    row("memory, at most", used.peak.map(|peak| peak.to_string()));
    row("swap, at most", used.swap_peak.filter(|swap| swap.0 > 0).map(|swap| swap.to_string()));
    row("killed for memory", some(used.oom_kills));
    row("came up against MemoryMax", some(used.reached));
    row("slowed down at MemoryHigh", some(used.slowed));
    row("refused by TasksMax", some(used.tasks_refused));
    row("waited for memory", time(used.some_pressure));
    row("all waited for memory", time(used.full_pressure));
    row("throttled by CPUQuota", time(used.throttled));
    row("processor time", used.processor.map(seconds));
    row("time", Some(seconds(report.seconds)));
    rows
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.1} s")
}

/// The kernel remembers the most that a group held. Of a process that is only known which was looked at in time.
fn amount(held: &Held, most: u64) -> String {
    match Resource::named(&held.name) {
        Some(resource) => format!("{} seen", resource.amount(most)),
        None => format!("{} at most", Bytes(most)),
    }
}

fn limit(held: &Held, report: &Report) -> Vec<String> {
    let most = held.most.map_or_else(String::new, |most| amount(held, most));
    let mark = if report.died_of.as_deref() == Some(held.name.as_str()) { "died of it" } else { "" };
    vec![format!("{}={}", held.name, held.limit), most, mark.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::trial::report::Used;
    use anstream::adapter::strip_str;

    const LOOK: Look = Look { width: 40, has_unicode: true, is_root: true };

    fn made(processes: u64) -> Report {
        let held = Held { name: "as".to_owned(), limit: "64 MiB".to_owned(), most: Some(60 << 20) };
        Report {
            command: vec!["x".to_owned()],
            limits: vec![held],
            status: 1,
            signal: None,
            seconds: 1.26,
            used: Used { processes: Some(processes), throttled: Some(0.5), ..Used::default() },
            left_behind: None,
            died_of: Some("as".to_owned()),
            verdict: "it ended with status 1: most likely for want of as".to_owned(),
        }
    }

    #[test]
    fn a_run_fits_a_narrow_terminal() {
        let text = strip_str(&report(&made(2), LOOK)).to_string();
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
        assert!(text.starts_with("\nlimits: it ended"), "{text}");
        for wanted in ["died of it", "0.5 s", "1.3 s", "for itself"] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        assert!(!report(&made(1), LOOK).contains("for itself"));
    }

    #[test]
    fn a_run_that_was_broken_off_neither_survived_nor_not() {
        let rung = |size| Rung { size: Bytes::from_mib(size), report: made(1) };
        let mut told = Ladder {
            of: "as".to_owned(),
            rungs: vec![rung(2), rung(1)],
            smallest: None,
            interrupted: true,
            verdict: "interrupted".to_owned(),
        };
        let text = strip_str(&ladder(&told, LOOK)).to_string();
        assert!(text.contains("did not") && text.contains("broken off"), "{text}");
        told.interrupted = false;
        assert!(!ladder(&told, LOOK).contains("broken off"));
    }

    #[test]
    fn nothing_that_is_told_steers_the_terminal() {
        assert_eq!(verdict("a\u{1b}[2J"), "limits: a\u{fffd}[2J\n");
        assert!(rung("as", Bytes(4096)).contains("trying as 4 KiB"));
    }
}
