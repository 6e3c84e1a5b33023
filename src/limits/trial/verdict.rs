//! A run in a scope, in a sentence or two.

use rustix::process::Signal;

use crate::sys::bytes::Bytes;

use super::report::{Ending, Used};

/// What is to be told.
pub(super) struct Shown<'s> {
    pub(super) ending: Ending,
    pub(super) used: &'s Used,
    pub(super) properties: &'s [(String, String)],
    /// Whether it was ever seen in its scope.
    pub(super) has_begun: bool,
    /// Whether what held its scope open was killed as well.
    pub(super) was_killed: bool,
    /// Whether the kernel counts its memory.
    pub(super) counts_memory: bool,
    pub(super) left_behind: u64,
    /// Why systemd ends all of it for one process that is killed, if it does.
    pub(super) stops_all: Option<String>,
}

/// The limit that it died of: MemoryMax where that was set and reached, or want of memory elsewhere.
pub(super) fn died_of(shown: &Shown<'_>) -> Option<String> {
    let kills = shown.used.oom_kills.unwrap_or_default();
    if kills == 0 && !(shown.was_killed && is_set(shown, "MemoryMax")) {
        return None;
    }
    let was_reached = shown.was_killed || shown.used.reached != Some(0);
    let is_own = is_set(shown, "MemoryMax") && was_reached;
    Some(if is_own { "MemoryMax" } else { "memory" }.to_owned())
}

pub(super) fn of(shown: &Shown<'_>) -> String {
    if !shown.has_begun {
        return format!(
            "{} before it could begin: no program starts in so little memory",
            shown.ending.words()
        );
    }
    let mut sentence = shown.ending.words();
    sentence += &killed(shown).unwrap_or_default();
    sentence += &held(shown).unwrap_or_default();
    if let Some(refused) = shown.used.tasks_refused.filter(|&refused| refused > 0) {
        sentence += &format!("; TasksMax refused it a process or thread {}", times(refused));
    }
    match shown.left_behind {
        0 => {}
        1 => sentence += "; a process that it left behind was ended",
        left => sentence += &format!("; {left} processes that it left behind were ended"),
    }
    sentence + &advice(shown).unwrap_or_default() + ineffective(shown).unwrap_or_default()
}

fn killed(shown: &Shown<'_>) -> Option<String> {
    let of = died_of(shown)?;
    let at = match of.as_str() {
        "MemoryMax" => "at its limit, MemoryMax",
        _ => "for want of memory, by no limit of its own",
    };
    let words = match shown.used.oom_kills.unwrap_or_default() {
        0 => format!(": all of it was killed at once, most likely {at}"),
        1 => format!(": a process of it was killed {at}"),
        kills => format!(": {kills} processes of it were killed {at}"),
    };
    Some(words + &stopped(shown).unwrap_or_default())
}

/// What was ended by SIGTERM was not what the kernel had killed.
fn stopped(shown: &Shown<'_>) -> Option<String> {
    let is_asked = shown.ending.any_signal() == Some(Signal::TERM.as_raw());
    let why = shown.stops_all.as_deref().filter(|_| is_asked || shown.was_killed)?;
    Some(format!(", and systemd ended what was left, {why}"))
}

fn held(shown: &Shown<'_>) -> Option<String> {
    let mut words = format!("; it held {} at most", shown.used.peak?);
    if let Some(slowed) = shown.used.slowed.filter(|&slowed| slowed > 0) {
        words += &format!(", and was slowed down {} at MemoryHigh", times(slowed));
    }
    Some(words)
}

/// Of what ran to its end: whether less would do, or how much it should have.
fn advice(shown: &Shown<'_>) -> Option<String> {
    let peak = shown.used.peak.filter(|_| shown.ending.status == 0 && died_of(shown).is_none())?;
    Some(match shown.used.reached.filter(|&reached| reached > 0) {
        Some(reached) => {
            format!("; it came up against MemoryMax {}, and lived with it", times(reached))
        }
        None => format!("; a MemoryMax of {} leaves a tenth of room", with_room(peak)),
    })
}

/// What was asked for and counts for nothing here.
fn ineffective(shown: &Shown<'_>) -> Option<&'static str> {
    if !shown.counts_memory && shown.properties.iter().any(|(property, _)| property.starts_with("Memory")) {
        return Some("; the kernel counts no memory of groups here, so that limits of it mean nothing");
    }
    let has_high = shown.used.slowed.is_some();
    (is_set(shown, "MemoryHigh") && !has_high)
        .then_some("; MemoryHigh means nothing here, on control groups of version 1")
}

fn is_set(shown: &Shown<'_>, wanted: &str) -> bool {
    shown.properties.iter().any(|(property, value)| property == wanted && value != "infinity")
}

fn times(number: u64) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}

/// A tenth more, in whole MiB.
fn with_room(peak: Bytes) -> Bytes {
    let more = peak + peak.percent(10.0);
    Bytes::from_mib(more.0.div_ceil(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Ended, Stop};

    fn used(mib: u64, reached: u64, oom_kills: u64) -> Used {
        Used {
            peak: Some(Bytes::from_mib(mib)),
            reached: Some(reached),
            oom_kills: Some(oom_kills),
            slowed: Some(0),
            ..Used::default()
        }
    }

    fn shown<'s>(ended: Ended, used: &'s Used, properties: &'s [(String, String)]) -> Shown<'s> {
        Shown {
            ending: Ending::of(ended, Stop::Gate),
            used,
            properties,
            has_begun: true,
            was_killed: ended == Ended::Signal(9),
            counts_memory: true,
            left_behind: 0,
            stops_all: None,
        }
    }

    fn max() -> [(String, String); 1] {
        [("MemoryMax".to_owned(), "64M".to_owned())]
    }

    const KILLED: Ended = Ended::Status(137);

    #[test]
    fn what_its_limit_killed_is_told_from_what_others_did() {
        let (own, others) = (used(64, 5, 1), used(30, 0, 2));
        let properties = max();
        let at_limit = shown(KILLED, &own, &properties);
        assert_eq!(at_limit.ending.signal, Some(9));
        assert_eq!(died_of(&at_limit).as_deref(), Some("MemoryMax"));
        assert_eq!(
            of(&at_limit),
            "it ended with status 137, which stands for SIGKILL: a process of it was killed at its limit, MemoryMax; it held 64 MiB at most"
        );
        for shown in [shown(KILLED, &others, &properties), shown(KILLED, &own, &[])] {
            assert_eq!(died_of(&shown).as_deref(), Some("memory"));
            assert!(of(&shown).contains("by no limit of its own"), "{}", of(&shown));
        }
        let none = used(30, 0, 0);
        assert_eq!(died_of(&shown(KILLED, &none, &properties)), None);
    }

    #[test]
    fn what_was_killed_as_a_whole_is_told() {
        let (used, properties) = (used(30, 0, 0), max());
        let mut shown = shown(Ended::Signal(9), &used, &properties);
        assert_eq!(died_of(&shown).as_deref(), Some("MemoryMax"));
        assert!(
            of(&shown).contains("all of it was killed at once, most likely at its limit"),
            "{}",
            of(&shown)
        );
        shown.has_begun = false;
        assert_eq!(
            of(&shown),
            "it was ended by SIGKILL before it could begin: no program starts in so little memory"
        );
        shown.properties = &[];
        assert_eq!(died_of(&shown), None);
    }

    #[test]
    fn what_systemd_ended_for_it_is_told() {
        let (used, properties) = (used(64, 5, 1), max());
        let mut shown = shown(Ended::Status(143), &used, &properties);
        assert!(!of(&shown).contains("systemd"), "{}", of(&shown));
        shown.stops_all = Some("as it is".to_owned());
        assert!(
            of(&shown).contains("MemoryMax, and systemd ended what was left, as it is; it held"),
            "{}",
            of(&shown)
        );
        shown.ending = Ending::of(KILLED, Stop::Gate);
        assert!(!of(&shown).contains("systemd"), "{}", of(&shown));
    }

    #[test]
    fn a_run_to_the_end_says_how_much_it_should_have() {
        let mut used = used(100, 0, 0);
        used.slowed = Some(3);
        assert_eq!(
            of(&shown(Ended::Status(0), &used, &[])),
            "it ran to its end; it held 100 MiB at most, and was slowed down 3 times at MemoryHigh; a MemoryMax of 110 MiB leaves a tenth of room"
        );
        used.reached = Some(1);
        assert!(of(&shown(Ended::Status(0), &used, &[])).ends_with("MemoryMax once, and lived with it"));
        assert!(of(&shown(Ended::Status(1), &used, &[])).ends_with("at MemoryHigh"));
    }

    #[test]
    fn what_counts_for_nothing_and_what_is_left_is_said() {
        let (nothing, properties) = (Used::default(), max());
        let mut shown = shown(Ended::Status(0), &nothing, &properties);
        shown.counts_memory = false;
        shown.left_behind = 2;
        assert_eq!(
            of(&shown),
            "it ran to its end; 2 processes that it left behind were ended; the kernel counts no memory of groups here, so that limits of it mean nothing"
        );
        shown.counts_memory = true;
        let high = [("MemoryHigh".to_owned(), "1G".to_owned())];
        shown.properties = &high;
        assert!(of(&shown).ends_with("on control groups of version 1"));
        let refused = Used { tasks_refused: Some(1), ..Used::default() };
        shown.used = &refused;
        assert!(of(&shown).contains("TasksMax refused it a process or thread once"));
    }
}
