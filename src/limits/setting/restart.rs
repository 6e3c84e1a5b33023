//! A unit that is started anew with its limits, and whether it stays up.

use crate::change::{self, Plan, Why};
use crate::exit::{Exit, Fault};

use super::current::Current;
use super::manager::Manager;
use super::set::needs_machine;
use super::steps;
use super::subject::Subject;

/// systemd forgets a unit that is not up and that nothing asks for, and with it what kept it from its start.
const NOT_STARTED: &str =
    "systemd did not start it: a condition of it may not be met, or something that it needs not be there";

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

/// What is known of a unit from before the look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before<'b> {
    /// What told its former start; empty where there was none.
    pub invocation: &'b str,
    /// Whether the new start was seen.
    pub has_started: bool,
    /// How often it had been started after failures when the new start was first seen up.
    pub restarts: Option<u64>,
}

impl Before<'_> {
    /// Whether `now` is of another start than the former one.
    pub fn is_over(&self, now: &Current) -> bool {
        !now.invocation.is_empty() && now.invocation != self.invocation
    }
}

/// How `now` is doing, which was asked to start anew.
pub fn health(now: &Current, before: &Before<'_>) -> Health {
    match (now.active.as_str(), now.sub.as_str()) {
        _ if !before.is_over(now) => without_a_start(now, before),
        ("failed", _) => Health::Down(ended(now)),
        ("activating", sub) if sub.starts_with("auto-restart") => Health::Down(ended(now)),
        _ if before.restarts.is_some_and(|before| now.restarts > before) => Health::Down(ended(now)),
        ("active" | "reloading" | "refreshing", _) => Health::Up,
        ("inactive", _) if now.result == "success" => Health::Ended,
        ("inactive", _) => Health::Down(ended(now)),
        _ => Health::Starting,
    }
}

fn ended(now: &Current) -> String {
    if now.result.is_empty() { now.active.clone() } else { now.result.clone() }
}

/// How a unit is doing that shows no start but the former one. A start that systemd refuses gives no new one: neither where it was started
/// too often, nor where a condition or what it depends on does not hold.
fn without_a_start(now: &Current, before: &Before<'_>) -> Health {
    let refused = || Health::Down(NOT_STARTED.to_owned());
    match (now.active.as_str(), now.sub.as_str()) {
        // A failure before this start is over; what systemd did not answer is unknown.
        _ if now.has_job || now.active.is_empty() => Health::Starting,
        ("failed", _) => Health::Down(ended(now)),
        ("inactive", _) if now.is_unmet => Health::Down("a condition for its start is not met".to_owned()),
        // systemd forgets what has ended and what nothing asks for, and its starts along.
        ("inactive", _) if now.invocation.is_empty() && (before.has_started || now.is_oneshot) => {
            Health::Ended
        }
        ("inactive" | "active" | "reloading" | "refreshing", _) => refused(),
        ("activating", sub) if sub.starts_with("auto-restart") => refused(),
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
        // It only looks, and succeeds in every state: what crashes again and again is in need of a limit, too.
        let look = manager.words("systemctl", &["show", "--property=ActiveState", "--", unit]);
        let back = manager.words("systemctl", &["restart", "--no-block", "--", unit]);
        let why = Why::new("it runs; the way back starts it as it was before", "systemctl(1)");
        plan.command(&slices(&look), Some(&slices(&back)), why);
        forget_failures(plan, subject);
        steps::reload_on_the_way_back(plan, manager);
    }
}

/// Starts the unit anew. What did not run before does not run after the way back.
pub(super) fn after(plan: &mut Plan, subject: &Subject<'_, '_>) {
    let (manager, unit) = (subject.manager, subject.unit.as_str());
    if subject.current.first().is_some_and(|one| one.active == "failed") {
        forget_failures(plan, subject);
    }
    let start = manager.words("systemctl", &["restart", "--no-block", "--", unit]);
    let stop = manager.words("systemctl", &["stop", "--", unit]);
    let ran = subject.current.first().is_some_and(Current::is_active);
    let stop = slices(&stop);
    let back = (!ran).then_some(stop.as_slice());
    plan.command(&slices(&start), back, Why::new("it starts anew, with all of its limits", "systemctl(1)"));
}

/// Has systemd forget the starts that failed: it refuses one more after too many, also that of the way back.
fn forget_failures(plan: &mut Plan, subject: &Subject<'_, '_>) {
    let forget = subject.manager.words("systemctl", &["reset-failed", "--", subject.unit.as_str()]);
    // What systemd has not loaded has no failed starts, and that is no failure.
    let script = format!("{} 2>/dev/null || :", change::typed(&slices(&forget)));
    let words = ["sh", "-c", &script];
    let why = "systemd forgets the starts that failed, and does not refuse one more for them";
    plan.command(&words, Some(&words), Why::new(why, "systemctl(1)"));
}

fn slices(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::unit_name::UnitName;
    use super::*;
    use crate::change::{Area, Change, CommandChange};
    use crate::facts::readings::Readings;
    use crate::host::made_tree::made_tree;

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

    const OLD: Before<'_> = Before { invocation: "old", has_started: false, restarts: None };

    #[test]
    fn a_start_is_told_from_the_one_before() {
        let now = |invocation| health(&seen("active", "running", "success", invocation), &OLD);
        assert_eq!(now("new"), Health::Up);
        assert_eq!(health(&seen("activating", "start", "success", "new"), &OLD), Health::Starting);
        assert_eq!(health(&seen("deactivating", "stop", "success", "old"), &OLD), Health::Starting);
        assert_eq!(health(&seen("inactive", "dead", "success", "new"), &OLD), Health::Ended);
        for (active, sub) in [("active", "running"), ("failed", "failed"), ("inactive", "dead")] {
            let waiting = Current { has_job: true, ..seen(active, sub, "oom-kill", "old") };
            assert_eq!(health(&waiting, &OLD), Health::Starting, "{active}");
        }
        assert_eq!(health(&Current::default(), &OLD), Health::Starting, "nothing was answered");
    }

    #[test]
    fn how_it_ended_is_told() {
        let down = |text: &str| Health::Down(text.to_owned());
        assert_eq!(health(&seen("failed", "failed", "oom-kill", "new"), &OLD), down("oom-kill"));
        assert_eq!(health(&seen("activating", "auto-restart", "oom-kill", "new"), &OLD), down("oom-kill"));
        let again = seen("active", "running", "oom-kill", "newer");
        assert_eq!(health(&again, &Before { restarts: Some(1), ..OLD }), down("oom-kill"));
        assert_eq!(health(&again, &Before { restarts: Some(2), ..OLD }), Health::Up);
    }

    #[test]
    fn a_start_that_systemd_refuses_is_no_start_that_takes_long() {
        let down = |now: &Current| matches!(health(now, &OLD), Health::Down(_));
        assert_eq!(
            health(&seen("failed", "failed", "start-limit-hit", "old"), &OLD),
            Health::Down("start-limit-hit".to_owned())
        );
        for (active, sub) in [("inactive", "dead"), ("active", "running"), ("activating", "auto-restart")] {
            assert!(down(&seen(active, sub, "success", "old")), "{active}");
        }
        let unmet = Current { is_unmet: true, ..seen("inactive", "dead", "success", "") };
        assert_eq!(health(&unmet, &OLD), Health::Down("a condition for its start is not met".to_owned()));
    }

    #[test]
    fn what_systemd_has_forgotten_may_have_done_its_work() {
        let gone = seen("inactive", "dead", "success", "");
        assert!(matches!(health(&gone, &OLD), Health::Down(_)));
        assert_eq!(health(&gone, &Before { has_started: true, ..OLD }), Health::Ended);
        let never_ran = Before { invocation: "", ..OLD };
        assert_eq!(health(&Current { is_oneshot: true, ..gone }, &never_ran), Health::Ended);
    }

    fn steps_around(current: Current) -> Vec<CommandChange> {
        let (_folder, host) = made_tree(&[]);
        let readings = Readings::new(&host, None);
        let unit = UnitName::parse("llama").unwrap();
        let path = "/etc/x.conf".to_owned();
        let subject = Subject {
            readings: &readings,
            manager: &Manager::System,
            unit,
            current: vec![current],
            path,
            memory: None,
        };
        let mut plan = Plan::new("x", Area::Limits);
        before(&mut plan, &subject);
        after(&mut plan, &subject);
        let command = |step: &Change| match step {
            Change::Command(command) => Some(command.clone()),
            _ => None,
        };
        plan.steps().iter().filter_map(command).collect()
    }

    #[test]
    fn no_step_asks_for_more_than_that_it_is_there() {
        for (active, sub) in [("active", "running"), ("activating", "auto-restart"), ("activating", "start")]
        {
            let steps = steps_around(seen(active, sub, "oom-kill", "old"));
            assert!(steps.iter().all(|step| !step.words.contains(&"is-active".to_owned())), "{steps:?}");
            let first = steps.first().unwrap();
            assert_eq!(first.words.join(" "), "systemctl show --property=ActiveState -- llama.service");
            assert!(first.undo.as_ref().unwrap().contains(&"restart".to_owned()));
        }
    }

    #[test]
    fn failed_starts_are_forgotten_before_one_more_in_both_directions() {
        let forgets = |step: &&CommandChange| step.words.iter().any(|word| word.contains("reset-failed"));
        let place = |current| steps_around(current).iter().position(|step| forgets(&step));
        assert_eq!(place(seen("failed", "failed", "start-limit-hit", "old")), Some(0));
        assert_eq!(place(seen("inactive", "dead", "success", "")), None);
        // The way back goes through the steps in reverse, and starts the unit last.
        let steps = steps_around(seen("active", "running", "success", "old"));
        let undo = |wanted: &str| {
            let has = |step: &CommandChange| step.undo.iter().flatten().any(|word| word.contains(wanted));
            steps.iter().rposition(has)
        };
        assert!(undo("restart") < undo("reset-failed"), "{steps:?}");
    }
}
