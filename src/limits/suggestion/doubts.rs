//! What makes a suggestion less sure than it looks, and what else is worth knowing.

use super::super::shown::kind::Kind;
use super::basis::{YOUNG, is_killed, is_young};
use super::case::Case;
use super::observation::Ending;
use super::role::Role;
use super::seen::Source;

/// More looks than this make an observation worth its name, in seconds.
const LONG: f64 = 60.0;

/// A larger part of what it holds is worth a word, in per cent.
const MUCH: f64 = 10.0;

/// In sentences, the gravest first.
pub(super) fn about(case: &Case<'_>, is_running: bool) -> Vec<String> {
    let found = [
        killed(case),
        (!is_running).then(|| {
            "it does not run now, or holds nothing: its numbers are those of its last run".to_owned()
        }),
        young(case),
        unknown_peak(case),
        guessed_cache(case),
        at_its_limit(case),
        observed(case),
        cut_short(case),
        restart(case),
        weights(case),
        locked(case),
        passing(case),
    ];
    found.into_iter().flatten().collect()
}

fn killed(case: &Case<'_>) -> Option<String> {
    is_killed(case.seen, case.observation).then(|| {
        "one of its processes was killed for want of memory: all that it held is only a lower bound of what it needs".to_owned()
    })
}

fn young(case: &Case<'_>) -> Option<String> {
    let seconds = case.seen.seconds?;
    is_young(case.seen, case.observation).then(|| {
        format!(
            "it has run for {} only: what it needs under load may not have been seen; `--observe 10m` while it works tells more",
            span(seconds)
        )
    })
}

fn unknown_peak(case: &Case<'_>) -> Option<String> {
    let is_watched = case.observation.is_some_and(|one| one.seconds >= YOUNG as f64);
    (case.seen.peak_from == Source::Now && !is_watched).then(|| {
        "nothing tells the most that it has held: half as much again is left for that, and `--observe 10m` while it works tells more".to_owned()
    })
}

fn guessed_cache(case: &Case<'_>) -> Option<String> {
    let cache = case.seen.cache;
    case.basis.is_guessed.then(|| {
        format!("nobody knows whether the {cache} that are cache now were so at its peak: `--observe 10m` over its busiest hour tells")
    })
}

fn at_its_limit(case: &Case<'_>) -> Option<String> {
    let hits = case.seen.at_max.filter(|&hits| hits > 0)?;
    (!is_killed(case.seen, case.observation) && case.own_max().is_some_and(|max| case.seen.peak >= max)).then(|| {
        format!("it came to its MemoryMax {hits} times and gave memory back each time: its peak is that of its limit, and without one it might hold more")
    })
}

fn observed(case: &Case<'_>) -> Option<String> {
    let seen = case.observation?;
    (seen.seconds < LONG && is_young(case.seen, case.observation))
        .then(|| "what was watched is short, and says little about other hours".to_owned())
}

fn cut_short(case: &Case<'_>) -> Option<String> {
    let seen = case.observation?;
    let restarts = match seen.restarts {
        0 => None,
        1 => Some("it was started anew while it was watched".to_owned()),
        count => Some(format!("it was started anew {count} times while it was watched")),
    };
    match (seen.ending, restarts) {
        (Ending::Stopped, _) => Some("it stopped while it was watched, and did not come back".to_owned()),
        (_, restarts) => restarts,
    }
}

fn restart(case: &Case<'_>) -> Option<String> {
    (case.entry.kind == Kind::Service && case.entry.restart.as_deref() == Some("no") && case.seen.role != Role::Keeper).then(|| {
        "systemd does not start it again when it was killed (Restart=no): `Restart=on-failure RestartSec=5s` behind the same command changes that".to_owned()
    })
}

fn weights(case: &Case<'_>) -> Option<String> {
    (case.seen.role == Role::Model).then(|| {
        "what its GPU holds is not counted here, nor by any limit of a unit; of the files of its model only what is mapped now is, which is all of it once it has answered".to_owned()
    })
}

fn locked(case: &Case<'_>) -> Option<String> {
    let locked = case.seen.locked;
    (locked.percent_of(case.seen.current.unwrap_or_default()) >= MUCH).then(|| {
        format!("{locked} of it are locked in memory: neither swap nor any limit but the end takes them back")
    })
}

fn passing(case: &Case<'_>) -> Option<String> {
    match case.entry.kind {
        Kind::Container => Some(
            "it is a container: give the limits to who made it, such as `docker run --memory`, for its scope has another name after each start".to_owned(),
        ),
        Kind::Scope => Some("it is a scope, which ends with its last process: a slice or service keeps its limits".to_owned()),
        Kind::Service | Kind::Slice | Kind::Group => None,
    }
}

/// A span of time as people say it.
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::super::basis::tests::{entry, usual};
    use super::super::case::tests::Parts;
    use super::super::seen::Seen;
    use super::*;
    use crate::limits::shown::entry::Entry;

    fn about_it(parts: &Parts) -> String {
        parts.ask(|case| about(case, true)).join("\n")
    }

    #[test]
    fn a_unit_in_good_order_raises_no_doubt() {
        let seen = Seen { cache: crate::sys::bytes::Bytes(0), ..usual() };
        assert_eq!(about_it(&Parts { seen, ..Parts::default() }), "");
    }

    #[test]
    fn doubts_are_said() {
        let of = |seen| about_it(&Parts { seen, ..Parts::default() });
        assert!(of(Seen { seconds: Some(40), ..usual() }).contains("run for 40 s only"));
        assert!(of(Seen { oom_kills: Some(1), ..usual() }).contains("lower bound"));
        assert!(of(Seen { result: Some("oom-kill".to_owned()), ..usual() }).contains("lower bound"));
        assert!(of(Seen { peak_from: Source::Now, ..usual() }).contains("--observe 10m"));
        assert!(of(usual()).contains("were so at its peak"));
        assert!(of(Seen { role: Role::Model, ..usual() }).contains("GPU"));
        assert!(of(Seen { locked: usual().current.unwrap(), ..usual() }).contains("locked in memory"));
        let no_restart = Entry { restart: Some("no".to_owned()), ..entry() };
        assert!(about_it(&Parts { entry: no_restart, ..Parts::default() }).contains("RestartSec=5s"));
        assert!(Parts::default().ask(|case| about(case, false)).concat().contains("does not run now"));
    }

    #[test]
    fn spans_are_said_in_the_unit_that_fits() {
        assert_eq!((span(119), span(120), span(7200)), ("119 s".into(), "2 min".into(), "2 h".into()));
    }
}
