//! One unit in full.

use crate::doctor::finding::Severity;
use crate::facts::cgroup_memory::Limit;
use crate::limits::shown::entry::Entry;
use crate::limits::shown::overview::Overview;
use crate::limits::shown::sources::Source;
use crate::ui::look::{FAINT, HEADING, Look, harmless, style_of, styled};
use crate::ui::paragraph;

use super::columns::{amount, name};
use super::overview::{commands, notes};

/// Renders the units that were asked for; `next` are commands that tell more.
pub fn render(overview: &Overview, next: &[String], look: Look) -> String {
    let units: Vec<String> = overview.units.iter().map(|unit| one(unit, look)).collect();
    units.join("\n") + &notes(&overview.remarks, look) + &commands(next, look)
}

fn one(unit: &Entry, look: Look) -> String {
    let mut text: String =
        paragraph::indented(look, 0, &title(unit)).lines().map(|line| styled(HEADING, line) + "\n").collect();
    text.push('\n');
    text.extend(facts(unit).into_iter().map(|(label, fact)| labelled(look, label, &fact)));
    if !unit.settings.is_empty() {
        text += &format!("\n{}\n", styled(FAINT, "  Set by its files:"));
        text.extend(unit.settings.iter().map(|source| set(source, look)));
    }
    if !unit.remarks.is_empty() {
        text.push('\n');
        text.extend(unit.remarks.iter().map(|remark| odd(remark, look)));
    }
    text
}

fn title(unit: &Entry) -> String {
    let slice = unit.slice.as_ref().map(|slice| format!(" in {slice}")).unwrap_or_default();
    let state = unit.state.as_ref().map(|state| format!(", {state}")).unwrap_or_default();
    format!("{}: {}{slice}{state}", name(unit), unit.kind.name())
}

/// What is known, each fact with its label.
fn facts(unit: &Entry) -> Vec<(&'static str, String)> {
    let facts = [
        ("holds", holds(unit)),
        ("peak", unit.peak.map(|peak| format!("{peak}, the cache of files included"))),
        ("swap", swap(unit)),
        ("limits", limits(unit)),
        ("allowed", allowed(unit)),
        ("killed", unit.oom_kills.map(|kills| format!("{kills} processes for want of memory"))),
        ("waits", waits(unit)),
        ("restarts", restarts(unit)),
        ("when killed", when_killed(unit)),
        ("tasks", unit.tasks_max.map(|tasks| format!("at most {tasks}"))),
        ("processors", unit.cpu_quota.map(|quota| format!("at most {quota} % of one"))),
    ];
    facts.into_iter().filter_map(|(label, fact)| Some((label, fact?))).collect()
}

fn holds(unit: &Entry) -> Option<String> {
    let current = unit.current?;
    let parts = match (unit.anon, unit.file) {
        (Some(anon), Some(file)) => {
            let shared = unit.shmem.filter(|shmem| shmem.0 > 0);
            let shared =
                shared.map(|shmem| format!(" ({shmem} of it shared memory and tmpfs)")).unwrap_or_default();
            format!(": {anon} of its own, {file} of files{shared}")
        }
        _ => String::new(),
    };
    Some(format!("{current}{parts}"))
}

fn swap(unit: &Entry) -> Option<String> {
    let limit = match unit.swap_max {
        Some(Limit::At(bytes)) => format!(" of at most {bytes}"),
        _ => String::new(),
    };
    unit.swap.map(|swap| format!("{swap}{limit}"))
}

/// Protections that are not set are the ordinary case.
fn limits(unit: &Entry) -> Option<String> {
    let known = [("MemoryMax", unit.max), ("MemoryHigh", unit.high)];
    let known = known.into_iter().filter_map(|(name, limit)| Some((name, limit?)));
    let protected = [("MemoryLow", unit.low), ("MemoryMin", unit.min)];
    let protected = protected.into_iter().filter_map(|(name, limit)| Some((name, limit?)));
    let is_set = |limit: &Limit| limit.bytes().is_none_or(|bytes| bytes.0 > 0);
    let all = known.chain(protected.filter(|(_, limit)| is_set(limit)));
    let all: Vec<String> = all.map(|(name, limit)| format!("{name} {limit}")).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn allowed(unit: &Entry) -> Option<String> {
    let by = match unit.effective_by.as_deref()? {
        "memory" => "the memory of the machine".to_owned(),
        by if by == unit.unit => "its own limit".to_owned(),
        by => format!("the limit of {by}"),
    };
    Some(format!("{}: {by}", amount(unit.effective_max)))
}

fn waits(unit: &Entry) -> Option<String> {
    let pressure = unit.pressure?;
    let slowed = unit.slowed.filter(|&slowed| slowed > 0);
    let slowed =
        slowed.map(|count| format!("; slowed down {count} times at its MemoryHigh")).unwrap_or_default();
    Some(format!(
        "for memory in {:.1} % of the last minute, all of it in {:.1} %{slowed}",
        pressure.some, pressure.full
    ))
}

fn restarts(unit: &Entry) -> Option<String> {
    let restarts = unit.restarts?;
    let policy = unit.restart.as_ref().map(|policy| format!(", Restart={policy}")).unwrap_or_default();
    let result = unit.result.as_ref().filter(|result| *result != "success");
    let result = result.map(|result| format!(", its last run ended by {result}")).unwrap_or_default();
    Some(format!("{restarts}{policy}{result}"))
}

fn when_killed(unit: &Entry) -> Option<String> {
    let policy = unit.oom_policy.as_deref()?;
    let what = match policy {
        "continue" => "the rest of it goes on",
        "stop" => "systemd stops the rest of it",
        "kill" => "the kernel kills the rest of it",
        _ => "systemd does something else",
    };
    let adjust = unit.oom_score_adjust.filter(|&adjust| adjust != 0);
    let adjust = adjust.map(|adjust| format!("; OOMScoreAdjust {adjust}")).unwrap_or_default();
    Some(format!("{what} (OOMPolicy={policy}){adjust}"))
}

/// The label counts as text, so that the first line is not too long, and is made faint when the lines stand.
fn labelled(look: Look, label: &str, fact: &str) -> String {
    const WIDEST: usize = 11;
    let first = format!("  {}{} ", styled(FAINT, label), " ".repeat(WIDEST.saturating_sub(label.len())));
    paragraph::hanging(look, &first, 2 + WIDEST + 1, fact)
}

fn set(source: &Source, look: Look) -> String {
    let value = if source.value.is_empty() { "(taken back)" } else { &source.value };
    let text = format!("{}={value}  {}:{}", source.key, source.file, source.line);
    let loses = source.loses.iter().map(|loser| {
        let text = format!("instead of {}  {}:{}", loser.value, loser.file, loser.line);
        paragraph::hanging(look, "      ", 6, &harmless(&text))
    });
    paragraph::hanging(look, "    ", 6, &text) + &loses.collect::<String>()
}

fn odd(remark: &str, look: Look) -> String {
    let mark = styled(style_of(Severity::Warn), look.mark(Severity::Warn));
    paragraph::hanging(look, &format!("{mark} "), 2, remark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::readings::Readings;
    use crate::facts::unit_listing::Manager;
    use crate::host::made_tree::made_tree;
    use textwrap::core::display_width;

    fn shown(width: usize) -> String {
        let (_folder, host) = made_tree(&[
            ("/proc/meminfo", "MemTotal: 33554432 kB\nSwapTotal: 0 kB\n"),
            ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("/sys/fs/cgroup/system.slice/brain.service/memory.current", "3221225472\n"),
            ("/sys/fs/cgroup/system.slice/brain.service/memory.max", "53687091200\n"),
            ("/sys/fs/cgroup/system.slice/brain.service/memory.stat", "anon 2147483648\nfile 1073741824\n"),
            ("/sys/fs/cgroup/system.slice/brain.service/memory.events", "high 3\noom_kill 2\n"),
            (
                "/sys/fs/cgroup/system.slice/brain.service/memory.pressure",
                "some avg10=0.00 avg60=1.50 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.50 avg300=0.00 total=0\n",
            ),
            ("/etc/systemd/system/brain.service", "[Service]\nMemoryMax=20G\n"),
            ("/etc/systemd/system/brain.service.d/90-memtune.conf", "[Service]\nMemoryMax=50G\n"),
        ]);
        let overview = Overview::of_unit(&Readings::new(&host, None), Manager::System, "brain").unwrap();
        let look = Look { width, has_unicode: false, is_root: false };
        let text = render(&overview, &["memtune limits budget".to_owned()], look);
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn each_limit_is_shown_with_what_set_it() {
        let text = shown(110);
        for piece in [
            "brain.service: service in system.slice",
            "3 GiB: 2 GiB of its own, 1 GiB of files",
            "MemoryMax=50G  /etc/systemd/system/brain.service.d/90-memtune.conf:2",
            "instead of 20G  /etc/systemd/system/brain.service:2",
            "allowed     32 GiB: the memory of the machine",
            "1.5 % of the last minute, all of it in 0.5 %; slowed down 3 times",
            "! 2 of its processes were killed",
            "! its MemoryMax of 50 GiB does not protect the machine",
            "$ memtune limits budget",
        ] {
            assert!(text.contains(piece), "{piece}\n{text}");
        }
    }

    #[test]
    fn only_paths_are_wider_than_the_terminal() {
        let text = shown(40);
        let wide = text.lines().filter(|line| display_width(line) > 40);
        assert!(wide.clone().all(|line| line.contains("/etc/")), "{text}");
        assert_eq!(wide.count(), 2, "{text}");
    }
}
