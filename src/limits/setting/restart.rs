//! A unit that is started anew with its limits, and whether it stays up.

use crate::change::{self, Plan, Why};
use crate::exit::{Exit, Fault};

use super::current::Current;
use super::manager::Manager;
use super::set::needs_machine;
use super::steps;
use super::subject::Subject;

/// How a unit that was started anew is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It is not up yet.
    Starting,
    /// It runs.
    Up,
    /// It has done its work and ended well.
    Ended,
    /// It ended, and how.
    Down(String),
}

/// What is typed to start units anew.
pub fn typed(manager: &Manager, units: &[&str]) -> String {
    const MOST_NAMED: usize = 8;
    let privilege = if *manager == Manager::System { "sudo " } else { "" };
    let units: Vec<&str> = units.iter().copied().take(MOST_NAMED).collect();
    format!("{privilege}systemctl {}restart {}", manager.option(), change::typed(&units))
}

/// How `now` is doing; `invocation` tells its former start, and `restarts` how often it had been started after failures when the new one was
/// first seen.
pub fn health(now: &Current, invocation: &str, restarts: Option<u64>) -> Health {
    let ended = || if now.result.is_empty() { now.active.clone() } else { now.result.clone() };
    match (now.active.as_str(), now.sub.as_str()) {
        // A failure before this start is over.
        _ if now.invocation == invocation => Health::Starting,
        ("failed", _) => Health::Down(ended()),
        ("activating", sub) if sub.starts_with("auto-restart") => Health::Down(ended()),
        _ if restarts.is_some_and(|before| now.restarts > before) => Health::Down(ended()),
        ("active" | "reloading" | "refreshing", _) => Health::Up,
        ("inactive", _) if now.result == "success" => Health::Ended,
        ("inactive", _) => Health::Down(ended()),
        _ => Health::Starting,
    }
}

/// Refuses what cannot be started anew.
pub(super) fn refuse(subject: &Subject<'_, '_>) -> Result<(), Fault> {
    let unit = subject.unit.as_str();
    if !subject.host().is_live() {
        return Err(needs_machine("`--restart`"));
    }
    if subject.unit.stands_for_many() {
        return Err(Fault::new(
            Exit::Usage,
            format!("`{unit}` stands for many units, and `--restart` is for one"),
        )
        .hint(format!(
            "leave it out, and restart those that shall have it: `{}`",
            typed(subject.manager, &[&subject.unit.pattern()])
        )));
    }
    if subject.unit.kind() != "service" {
        return Err(Fault::new(Exit::Usage, format!("`--restart` is for services, and `{unit}` is none"))
            .hint("leave it out: limits of memory and processors count at once"));
    }
    if !subject.manager.can_be_told(subject.host()) {
        return Err(Fault::new(
            Exit::Usage,
            format!("`{unit}` cannot be restarted: its manager does not run"),
        )
        .hint("leave `--restart` out; it counts from the next login on"));
    }
    Ok(())
}

/// The steps in front of all others, which on the way back start the unit with what was there before. The first only looks.
pub(super) fn before(plan: &mut Plan, subject: &Subject<'_, '_>) {
    let (manager, unit) = (subject.manager, subject.unit.as_str());
    if subject.current.first().is_some_and(Current::is_active) {
        let look = manager.words("systemctl", &["--no-pager", "is-active", "--", unit]);
        let back = manager.words("systemctl", &["restart", "--no-block", "--", unit]);
        let why = Why::new("it runs; the way back starts it as it was before", "systemctl(1)");
        plan.command(&slices(&look), Some(&slices(&back)), why);
        steps::reload_on_the_way_back(plan, manager);
    }
}

/// Starts the unit anew. What did not run before does not run after the way back.
pub(super) fn after(plan: &mut Plan, subject: &Subject<'_, '_>) {
    let (manager, unit) = (subject.manager, subject.unit.as_str());
    let start = manager.words("systemctl", &["restart", "--no-block", "--", unit]);
    let stop = manager.words("systemctl", &["stop", "--", unit]);
    let ran = subject.current.first().is_some_and(Current::is_active);
    let stop = slices(&stop);
    let back = (!ran).then_some(stop.as_slice());
    plan.command(&slices(&start), back, Why::new("it starts anew, with all of its limits", "systemctl(1)"));
}

fn slices(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(active: &str, sub: &str, result: &str, invocation: &str) -> Current {
        let owned = str::to_owned;
        Current {
            active: owned(active),
            sub: owned(sub),
            result: owned(result),
            invocation: owned(invocation),
            restarts: 2,
            ..Current::default()
        }
    }

    #[test]
    fn a_start_is_told_from_the_one_before() {
        let now = |invocation| health(&seen("active", "running", "success", invocation), "old", None);
        assert_eq!((now("old"), now("new")), (Health::Starting, Health::Up));
        assert_eq!(health(&seen("activating", "start", "success", "new"), "old", None), Health::Starting);
        assert_eq!(health(&seen("deactivating", "stop", "success", "old"), "old", None), Health::Starting);
        assert_eq!(health(&seen("inactive", "dead", "success", "new"), "old", None), Health::Ended);
    }

    #[test]
    fn how_it_ended_is_told() {
        let down = |text: &str| Health::Down(text.to_owned());
        assert_eq!(health(&seen("failed", "failed", "oom-kill", "new"), "old", None), down("oom-kill"));
        assert_eq!(
            health(&seen("activating", "auto-restart", "oom-kill", "new"), "old", None),
            down("oom-kill")
        );
        let again = seen("active", "running", "oom-kill", "newer");
        assert_eq!(health(&again, "old", Some(1)), down("oom-kill"));
        assert_eq!(health(&again, "old", Some(2)), Health::Up);
        assert_eq!(health(&seen("failed", "failed", "oom-kill", "old"), "old", None), Health::Starting);
    }
}
