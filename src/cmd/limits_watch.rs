//! Watches a unit for a while, until Ctrl-C or until it has stopped for good.

use std::thread;
use std::time::{Duration, Instant};

use crate::cli::Global;
use crate::exit::{Exit, Fault};
use crate::host::Host;
use crate::limits::setting::current;
use crate::limits::setting::manager::Manager;
use crate::limits::suggestion::observation::{Ending, Observation, Samples};
use crate::limits::suggestion::sample;
use crate::limits::suggestion::target::Target;
use crate::limits::unit_name::UnitName;
use crate::sys::interruption::Interruption;
use crate::ui::progress;
use crate::ui::terminal::show_beside;

use super::attendant;

/// Of a short time more is seen.
const SHORT: Duration = Duration::from_secs(30);
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
const BETWEEN_QUICK_LOOKS: Duration = Duration::from_millis(250);

/// Ctrl-C is heard as soon.
const STEP: Duration = Duration::from_millis(100);

/// What has not come back by then is not about to.
const LONGEST_AWAY: Duration = Duration::from_secs(30);

/// Looks at it again and again.
///
/// # Errors
/// Says why there is nothing to look at.
pub(super) fn watch(
    target: &Target,
    manager: &Manager,
    time: Duration,
    global: &Global,
    host: &Host,
) -> Result<Observation, Fault> {
    if !host.is_live() {
        return Err(Fault::new(Exit::Usage, "watching a unit needs a running machine, not a tree"));
    }
    let unit = &target.entry.unit;
    let gone = || Fault::new(Exit::Refused, format!("`{unit}` does not run: there is nothing to watch"));
    let (folder, version) = target.folder().ok_or_else(gone)?;
    if !global.quiet {
        announce(unit, time, global)?;
    }
    let started = starts(target, manager, host);
    let interruption = Interruption::catch(attendant::hangup(host)).ok();
    let is_interrupted = || interruption.as_ref().is_some_and(Interruption::has_come);
    let between = if time <= SHORT { BETWEEN_QUICK_LOOKS } else { BETWEEN_LOOKS };
    let begin = Instant::now();
    let mut samples = Samples::default();
    let ending = loop {
        let at = begin.elapsed();
        samples.add(at, sample::take(host, &folder, version, at));
        let left = time.saturating_sub(at);
        progress::tell(&line(unit, &samples, left));
        if is_interrupted() {
            break Ending::Interrupted;
        }
        if left.is_zero() {
            break Ending::Complete;
        }
        if samples.away_since().is_some_and(|since| at.saturating_sub(since) >= LONGEST_AWAY) {
            break Ending::Stopped;
        }
        pause(begin, at + between.min(left), is_interrupted);
    };
    progress::tell("");
    let ended = starts(target, manager, host);
    let restarts = started.as_ref().zip(ended.as_ref()).map(|(before, now)| started_anew(before, now));
    let is_gone = samples.away_since().is_some() && ending == Ending::Complete;
    let ending = if is_gone { Ending::Stopped } else { ending };
    samples.end(begin.elapsed(), ending, restarts).ok_or_else(gone)
}

/// Whoever has no terminal gets one line, and the rest of the time silence.
fn announce(unit: &str, time: Duration, global: &Global) -> Result<(), Fault> {
    let text = format!("watching {unit} for {}; Ctrl-C ends it early\n", progress::duration(time.as_secs()));
    show_beside(&text, global.color).map_err(|error| Fault::new(Exit::Failed, error.to_string()))
}

/// How often systemd has started it again, and what tells this start from others; `None` where it cannot be asked.
fn starts(target: &Target, manager: &Manager, host: &Host) -> Option<(u64, String)> {
    let unit = UnitName::parse(&target.entry.unit).ok()?;
    let all = current::read(host, manager, &unit).ok()?;
    all.into_iter().next().map(|one| (one.restarts, one.invocation))
}

/// By hand it is started without being counted.
fn started_anew((before, former): &(u64, String), (now, present): &(u64, String)) -> u64 {
    let is_other = !former.is_empty() && !present.is_empty() && former != present;
    now.saturating_sub(*before).max(u64::from(is_other))
}

fn line(unit: &str, samples: &Samples, left: Duration) -> String {
    let left = progress::duration(left.as_secs_f64().ceil() as u64);
    match (samples.last(), samples.away_since()) {
        (Some(last), None) => {
            format!(
                "{unit} holds {}, {} of it its own; {left} left, Ctrl-C ends it early",
                last.current, last.anon
            )
        }
        _ => format!("{unit} is not there; {left} left, Ctrl-C ends it early"),
    }
}

/// Until `until` after `begin`.
fn pause(begin: Instant, until: Duration, is_over: impl Fn() -> bool) {
    while let Some(left) = until.checked_sub(begin.elapsed()).filter(|left| !left.is_zero() && !is_over()) {
        thread::sleep(left.min(STEP));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_by_hand_is_one_too() {
        let at = |restarts: u64, invocation: &str| (restarts, invocation.to_owned());
        assert_eq!(started_anew(&at(1, "a"), &at(1, "a")), 0);
        assert_eq!(started_anew(&at(1, "a"), &at(1, "b")), 1);
        assert_eq!(started_anew(&at(1, "a"), &at(4, "b")), 3);
        assert_eq!(started_anew(&at(1, "a"), &at(0, "")), 0, "it has ended");
    }
}
