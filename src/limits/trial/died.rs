//! Which limit of a process it died of, as far as that can be told from outside.

use rustix::process::Signal;

use super::report::{Ending, Held};
use super::resource::{Counts, Resource};
use super::rlimit::Rlimit;

/// A request that is refused leaves the process below its limit, so that most of it is enough to suspect it.
const SUSPICIOUS: f64 = 0.9;

/// What the loader ends a program with whose libraries it cannot map; a shell, where it finds no program.
const NOT_LOADED: u8 = 127;

/// The doing of whoever sits at the terminal, reads what it writes, or asked it to end.
const OF_NO_LIMIT: [Signal; 5] = [Signal::HUP, Signal::INT, Signal::QUIT, Signal::PIPE, Signal::TERM];

/// The limit, and how sure that is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Died {
    pub(super) of: Option<String>,
    pub(super) because: String,
}

/// Judges a run that ended badly: by its signal first, which the kernel sends for three limits alone, then by what was seen.
pub(super) fn judge(ending: Ending, rlimits: &[Rlimit], held: &[Held]) -> Died {
    if let Some(name) = told_by_signal(ending.any_signal(), rlimits, held) {
        return Died { of: Some(name.to_owned()), because: format!("the limit of {name} was reached") };
    }
    if OF_NO_LIMIT.iter().any(|signal| ending.any_signal() == Some(signal.as_raw())) {
        return Died { of: None, because: "no limit sends that".to_owned() };
    }
    let was_killed = ending.any_signal() == Some(Signal::KILL.as_raw());
    let suspects = rlimits.iter().zip(held).filter_map(|(rlimit, held)| {
        // What is over its hard limit of processor time is killed, and nothing else becomes of it.
        if rlimit.resource.name == "cpu" && !was_killed {
            return None;
        }
        let (most, limit) = (held.most? as f64, rlimit.most? as f64);
        let share = if limit > 0.0 { most / limit } else { 1.0 };
        (share >= SUSPICIOUS).then_some((share, rlimit, held.most?))
    });
    match suspects.max_by(|one, other| one.0.total_cmp(&other.0)) {
        Some((_, rlimit, most)) => {
            let Resource { name, about, .. } = rlimit.resource;
            let (most, limit) = (rlimit.resource.amount(most), rlimit.amount());
            Died {
                of: Some((*name).to_owned()),
                because: format!("most likely for want of {name} ({about}): {most} of {limit} were in use"),
            }
        }
        None => Died { of: None, because: unseen(ending, rlimits) },
    }
}

/// SIGXCPU is sent for two limits: where both are set, the seconds that were seen tell which it was.
fn told_by_signal(signal: Option<i32>, rlimits: &[Rlimit], held: &[Held]) -> Option<&'static str> {
    let limited =
        |name: &str| rlimits.iter().position(|rlimit| rlimit.resource.name == name && rlimit.most.is_some());
    let sent = |wanted: Signal| signal == Some(wanted.as_raw());
    match (limited("cpu"), limited("rttime")) {
        _ if sent(Signal::XFSZ) => limited("fsize").map(|_| "fsize"),
        _ if !sent(Signal::XCPU) => None,
        (Some(cpu), Some(_)) => {
            let seen = held.get(cpu).and_then(|held| held.most);
            Some(if seen >= rlimits.get(cpu)?.most { "cpu" } else { "rttime" })
        }
        (Some(_), None) => Some("cpu"),
        (None, real_time) => real_time.map(|_| "rttime"),
    }
}

/// What can be said where nothing that was seen came near: one large request that is refused is never seen, and much is not told at all.
fn unseen(ending: Ending, rlimits: &[Rlimit]) -> String {
    let mut limited = rlimits.iter().filter(|rlimit| rlimit.most.is_some()).map(|rlimit| rlimit.resource);
    let has_stack = limited.clone().any(|resource| resource.name == "stack");
    let of_memory = limited.clone().find(|resource| matches!(resource.name, "as" | "data"));
    let untold = limited.find(|resource| resource.counts == Counts::Pieces && resource.name != "nofile");
    if has_stack && ending.any_signal() == Some(Signal::SEGV.as_raw()) {
        return "a stack that may not grow ends so, and so does a fault of its own: a larger limit tells"
            .to_owned();
    }
    match (of_memory, untold) {
        (Some(resource), _) if ending.status == NOT_LOADED => {
            format!(
                "its libraries may have found no room in {}: a program ends so that cannot be loaded",
                resource.name
            )
        }
        (Some(resource), _) => format!(
            "nothing that was seen came near a limit; a single large request may have been refused for {}, or it failed by itself: a larger limit tells",
            resource.name
        ),
        (None, Some(resource)) => format!(
            "whether it was the limit of {} cannot be seen from outside: what it said itself tells",
            resource.name
        ),
        (None, None) => "nothing that was seen came near a limit: it may have failed by itself".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Ended, Stop};

    fn judged(ended: Ended, limits: &[(&str, Option<u64>)]) -> Died {
        let rlimits: Vec<Rlimit> = limits.iter().map(|(text, _)| text.parse().unwrap()).collect();
        let held: Vec<Held> = limits
            .iter()
            .zip(&rlimits)
            .map(|((_, most), rlimit)| Held {
                name: rlimit.resource.name.to_owned(),
                limit: rlimit.exact(),
                most: *most,
            })
            .collect();
        judge(Ending::of(ended, Stop::Own), &rlimits, &held)
    }

    const XCPU: Ended = Ended::Signal(24);
    const FAILED: Ended = Ended::Status(1);

    #[test]
    fn the_signal_speaks_first() {
        let of = |ended, limits| judged(ended, limits).of;
        assert_eq!(of(XCPU, &[("as=100M", Some(100 << 20)), ("cpu=1", None)]).as_deref(), Some("cpu"));
        assert_eq!(of(Ended::Status(128 + 25), &[("fsize=1K", None)]).as_deref(), Some("fsize"));
        // The program has sent it to itself: nothing limits its processor time.
        assert_eq!(of(XCPU, &[("data=100M", Some(1))]), None);
        assert_eq!(of(XCPU, &[("cpu=unlimited", Some(9))]), None);
    }

    #[test]
    fn of_two_limits_with_one_signal_the_one_that_was_reached_is_told() {
        let of = |limits| judged(XCPU, limits).of;
        assert_eq!(of(&[("rttime=1s", None)]).as_deref(), Some("rttime"));
        assert_eq!(of(&[("cpu=5", Some(1)), ("rttime=1s", None)]).as_deref(), Some("rttime"));
        assert_eq!(of(&[("cpu=5", Some(5)), ("rttime=1s", None)]).as_deref(), Some("cpu"));
    }

    #[test]
    fn the_fullest_is_suspected() {
        let died = judged(FAILED, &[("as=100M", Some(95 << 20)), ("nofile=10", Some(10))]);
        assert_eq!(died.of.as_deref(), Some("nofile"));
        assert!(died.because.contains("10 of 10"), "{}", died.because);
        let died = judged(Ended::Signal(11), &[("stack=1M", Some(1 << 20)), ("as=1G", Some(5))]);
        assert_eq!(died.of.as_deref(), Some("stack"));
        // Killed a second after a signal that it did not listen to.
        assert_eq!(judged(Ended::Signal(9), &[("cpu=2", Some(2))]).of.as_deref(), Some("cpu"));
        assert_eq!(judged(FAILED, &[("memlock=0", Some(0))]).of.as_deref(), Some("memlock"));
    }

    #[test]
    fn what_is_not_known_is_not_claimed() {
        for (ended, limits, because) in [
            (FAILED, ("as=100M", Some(89 << 20)), "refused for as"),
            (FAILED, ("as=unlimited", Some(89 << 20)), "failed by itself"),
            (Ended::Signal(11), ("stack=1M", Some(4096)), "a stack that may not grow"),
            (Ended::Status(127), ("as=4M", Some(4096)), "cannot be loaded"),
            (FAILED, ("nproc=4", None), "cannot be seen"),
            (FAILED, ("core=0", None), "failed by itself"),
            (FAILED, ("cpu=1", Some(1)), "failed by itself"),
            (Ended::Signal(2), ("as=1M", Some(1 << 20)), "no limit sends that"),
        ] {
            let died = judged(ended, &[limits]);
            assert!(died.of.is_none() && died.because.contains(because), "{limits:?}: {}", died.because);
        }
    }
}
