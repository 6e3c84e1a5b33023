//! Which limits a unit should have, for people.

use crate::doctor::finding::Severity;
use crate::limits::suggestion::advice::{Omitted, Suggested};
use crate::limits::suggestion::observation::{Ending, Observation};
use crate::limits::suggestion::seen::Seen;
use crate::limits::suggestion::whole::Suggestion;
use crate::sys::bytes::Bytes;
use crate::ui::look::{FAINT, HEADING, Look, harmless, style_of, styled};
use crate::ui::{paragraph, progress};

use super::overview::notes;

/// Renders the command alone, without `sudo`, for scripts; nothing where there is nothing to set.
pub fn command(suggestion: &Suggestion, program: &str) -> String {
    suggestion.command.as_ref().map(|command| format!("{program} {command}\n")).unwrap_or_default()
}

/// Renders all of it; `program` is how memtune is called for the same machine.
pub fn render(suggestion: &Suggestion, program: &str, look: Look) -> String {
    let mut text = heading(&headline(suggestion), look) + "\n";
    text.extend(facts(&suggestion.seen).iter().map(|(label, fact)| labelled(look, label, fact)));
    text.extend(
        suggestion.observation.iter().flat_map(watched).map(|(label, fact)| labelled(look, label, &fact)),
    );
    if !suggestion.suggested.is_empty() {
        text += &format!("\n{}\n", styled(HEADING, "Suggested"));
        text.extend(suggestion.suggested.iter().map(|one| suggested(one, look)));
    }
    if !suggestion.omitted.is_empty() {
        text += &format!("\n{}\n", styled(HEADING, "Not suggested"));
        text.extend(suggestion.omitted.iter().map(|one| omitted(one, look)));
    }
    if !suggestion.obstacles.is_empty() {
        text += "\n";
        text.extend(suggestion.obstacles.iter().map(|obstacle| stands_in_the_way(obstacle, look)));
    }
    text += &notes(&suggestion.remarks, look);
    match &suggestion.command {
        Some(command) => {
            let typed = format!("sudo {program} {command}");
            text + &format!("\n{}\n{}", styled(FAINT, "To set it:"), paragraph::command(look, 2, &typed))
        }
        None => text,
    }
}

fn headline(suggestion: &Suggestion) -> String {
    let unit = harmless(&suggestion.unit);
    let of = suggestion.instance.as_ref().map(|name| format!(" (by {}, its largest)", harmless(name)));
    let of = of.unwrap_or_default();
    let max = suggestion.suggested.iter().find(|one| one.property == "MemoryMax");
    match (max, suggestion.suggested.is_empty()) {
        (Some(max), _) => {
            let left = suggestion.budget.as_ref().filter(|sum| sum.fits);
            let left = left.map(|sum| format!(", which leaves {} of {} to others", sum.left, sum.total));
            format!("{unit}{of}: a MemoryMax of {}{}", max.value, left.unwrap_or_default())
        }
        (None, false) => format!("{unit}{of}: no new MemoryMax, but something else"),
        (None, true) => format!("{unit}{of}: nothing is to be changed"),
    }
}

fn heading(text: &str, look: Look) -> String {
    let lines = paragraph::indented(look, 0, text);
    lines.lines().map(|line| styled(HEADING, line) + "\n").collect()
}

/// What is known of it, each fact with its label.
fn facts(seen: &Seen) -> Vec<(&'static str, String)> {
    let parts = match (seen.needed.filter(|needed| needed.0 > 0), seen.cache) {
        (Some(needed), cache) if cache.0 > 0 => {
            format!(": {needed} that it needs, {cache} of cache that can go")
        }
        (Some(needed), _) => format!(": {needed} that it needs"),
        (None, _) => String::new(),
    };
    let holds = seen.current.map(|current| format!("{current}{parts}"));
    let swapped = Some(seen.swapped).filter(|swapped| swapped.0 > 0);
    let waits = seen.pressure.map(|waits| {
        format!("for memory in {:.1} % of the last minute, all of it in {:.1} %", waits.some, waits.full)
    });
    let facts = [
        ("holds", holds),
        ("peak", (seen.current != Some(seen.peak)).then(|| seen.peak.to_string())),
        ("swap", swapped.map(|swapped| swapped.to_string())),
        ("runs", runs(seen)),
        ("waits", waits),
        (
            "killed",
            seen.oom_kills
                .filter(|&kills| kills > 0)
                .map(|kills| format!("{kills} processes for want of memory")),
        ),
        ("restarts", seen.restarts.filter(|&restarts| restarts > 0).map(|restarts| restarts.to_string())),
        ("ended", seen.result.as_ref().map(|result| format!("its last run by {result}"))),
    ];
    facts.into_iter().filter_map(|(label, fact)| Some((label, fact?))).collect()
}

fn runs(seen: &Seen) -> Option<String> {
    let since = seen.seconds.map(|seconds| format!("for {}", progress::duration(seconds)));
    let processes = seen
        .processes
        .map(|count| if count == 1 { "one process".to_owned() } else { format!("{count} processes") });
    match (since, processes) {
        (None, None) => None,
        (Some(since), Some(processes)) => Some(format!("{since}, {processes}")),
        (since, processes) => since.or(processes),
    }
}

fn watched(seen: &Observation) -> Vec<(&'static str, String)> {
    let time = progress::duration(seen.seconds.round() as u64);
    let ending = match seen.ending {
        Ending::Complete => "",
        Ending::Interrupted => ", cut short",
        Ending::Stopped => ", until it stopped",
    };
    let away =
        if seen.away > 0.0 { format!(", not there for {:.0} s of it", seen.away) } else { String::new() };
    let spread = seen.anon;
    let own = format!(
        "{} half of the time, {} at most in 95 %, {} at the peak; all that it held {}",
        spread.p50, spread.p95, spread.peak, seen.current.peak
    );
    let waited = seen.waited_some.zip(seen.waited_full).map(|(some, full)| {
        format!("for memory in {some:.1} % of the time, all of it in {full:.1} %{}", events(seen))
    });
    let looks = if seen.samples == 1 { "one look".to_owned() } else { format!("{} looks", seen.samples) };
    let mut facts = vec![("watched", format!("for {time}{ending}{away}, {looks}")), ("its own", own)];
    facts.extend(waited.map(|waited| ("waited", waited)));
    facts
}

fn events(seen: &Observation) -> String {
    let of =
        |count: u64, what: &str| if count > 0 { format!("; {count} times {what}") } else { String::new() };
    of(seen.slowed, "slowed down at its MemoryHigh")
        + &of(seen.at_max, "at its MemoryMax")
        + &of(seen.oom_kills, "a process of it was killed")
}

/// The label counts as text, so that the first line is not too long, and is made faint when the lines stand.
fn labelled(look: Look, label: &str, fact: &str) -> String {
    const WIDEST: usize = 8;
    let first = format!("  {}{} ", styled(FAINT, label), " ".repeat(WIDEST.saturating_sub(label.len())));
    paragraph::hanging(look, &first, 2 + WIDEST + 1, fact)
}

fn suggested(one: &Suggested, look: Look) -> String {
    let amount = one.bytes.filter(|bytes| bytes.0 > 0).map(readable(&one.value)).unwrap_or_default();
    let first = paragraph::indented(look, 2, &format!("{}={}{amount}", one.property, one.value));
    first + &paragraph::indented(look, 6, &one.reason)
}

/// What the value comes to, where that is another text.
fn readable(value: &str) -> impl Fn(Bytes) -> String {
    let digits = value.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()).len();
    // `1G` says as much as `1 GiB`.
    move |bytes| if digits > 3 { format!(" ({bytes})") } else { String::new() }
}

fn omitted(one: &Omitted, look: Look) -> String {
    paragraph::hanging(look, "  ", 6, &format!("{}: {}", one.property, one.reason))
}

fn stands_in_the_way(obstacle: &str, look: Look) -> String {
    let mark = styled(style_of(Severity::Warn), look.mark(Severity::Warn));
    paragraph::hanging(
        look,
        &format!("{mark} "),
        2,
        &format!("`memtune limits set` would refuse it: {obstacle}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::readings::Readings;
    use crate::facts::unit_listing;
    use crate::host::made_tree::made_tree;
    use crate::limits::setting::manager::Manager;
    use crate::limits::suggestion::target::Target;
    use crate::limits::suggestion::whole::Request;
    use textwrap::core::display_width;

    const HELD: (&str, &str) = ("/sys/fs/cgroup/system.slice/shop.service/memory.current", "1073741824\n");

    fn suggestion(more: &[(&str, &str)], observation: Option<Observation>) -> Suggestion {
        let files = [
            ("/proc/meminfo", "MemTotal: 8388608 kB\nSwapTotal: 0 kB\n"),
            ("/proc/swaps", ""),
            ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("/etc/systemd/system/shop.service", "[Service]\nExecStart=/bin/shop\n"),
            HELD,
        ];
        let (_folder, host) = made_tree(&[&files, more].concat());
        let readings = Readings::new(&host, None);
        let asked = unit_listing::Manager::System;
        let target = Target::find(&readings, asked, "shop").unwrap();
        Suggestion::of(&readings, &target, Request { asked, told: Manager::System, observation }).unwrap()
    }

    fn shown(suggestion: &Suggestion, width: usize) -> String {
        let look = Look { width, has_unicode: false, is_root: false };
        anstream::adapter::strip_str(&render(suggestion, "memtune", look)).to_string()
    }

    #[test]
    fn each_value_has_its_reason_and_the_command_comes_last() {
        let text = shown(&suggestion(&[], None), 100);
        for piece in [
            "shop.service: a MemoryMax of 1536M",
            "  MemoryMax=1536M (1.5 GiB)\n      it holds 1 GiB now, and nothing tells",
            "  MemoryHigh: without swap",
            "note: nothing tells the most",
            "To set it:\n  $ sudo memtune limits set shop.service MemoryMax=1536M\n",
        ] {
            assert!(text.contains(piece), "{piece}\n{text}");
        }
        assert_eq!(
            command(&suggestion(&[], None), "memtune"),
            "memtune limits set shop.service MemoryMax=1536M\n"
        );
    }

    #[test]
    fn what_set_would_refuse_is_said_in_place_of_the_command() {
        let rival = ("/etc/systemd/system/shop.service.d/99-own.conf", "[Service]\nMemoryMax=1G\n");
        let refused = suggestion(&[rival], None);
        let text = shown(&refused, 100);
        assert!(text.contains("would refuse it: MemoryMax:") && text.contains("99-own.conf"), "{text}");
        assert!(!text.contains("To set it"), "{text}");
        assert_eq!(command(&refused, "memtune"), "");
    }

    #[test]
    fn what_was_watched_is_told_and_nothing_is_wider_than_the_terminal() {
        let seen = Observation {
            seconds: 30.0,
            samples: 120,
            ending: Ending::Interrupted,
            anon: Default::default(),
            needed: Default::default(),
            current: Default::default(),
            peak: None,
            waited_some: Some(12.5),
            waited_full: Some(3.0),
            slowed: 2,
            at_max: 0,
            oom_kills: 0,
            restarts: 1,
            away: 4.0,
        };
        let text = shown(&suggestion(&[], Some(seen)), 40);
        let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for piece in [
            "watched for 30 s, cut short, not there for 4 s of it, 120 looks",
            "12.5 % of the time",
            "2 times slowed down",
            "started anew",
        ] {
            assert!(flat.contains(piece), "{piece}\n{text}");
        }
        let wide = text.lines().filter(|line| display_width(line) > 40 && !line.contains("$ "));
        assert_eq!(wide.count(), 0, "{text}");
    }
}
