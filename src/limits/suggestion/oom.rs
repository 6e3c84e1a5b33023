//! What happens when memory is gone: OOMPolicy and OOMScoreAdjust.

use super::super::rescuers;
use super::advice::Advice;
use super::case::Case;
use super::role::{Role, is_parent, stem};

const POLICY: &str = "OOMPolicy";
const SCORE: &str = "OOMScoreAdjust";

/// A process of 1000 is killed before all others; the pages of a GPU are not among those that are counted for one.
const SOONER: i64 = 500;
const LATER: i64 = -500;

/// What systemd does when one of its processes was killed.
pub(super) fn policy(case: &Case<'_>) -> Advice {
    let told = case.says(POLICY).or(case.entry.oom_policy.as_deref()).filter(|policy| *policy != "stop");
    if !case.is_version_two() {
        return Advice::leave(POLICY, "with control groups of version 1 systemd does not hear of kills");
    }
    if let Some(told) = told {
        return Advice::leave(POLICY, format!("it is {told} already"));
    }
    match (is_parent(&case.entry.unit), case.seen.processes) {
        (true, _) => Advice::word(
            POLICY,
            "continue",
            "it starts other programs and outlives them: by default systemd stops all of it when one of them is killed",
        ),
        (false, None) => Advice::leave(
            POLICY,
            "nothing tells how many processes it has; by default systemd stops the rest when one is killed",
        ),
        (false, Some(0 | 1)) => Advice::leave(
            POLICY,
            "it is one process: what is killed is all of it, and systemd's default is right",
        ),
        (false, Some(count)) => Advice::word(
            POLICY,
            "kill",
            format!(
                "it has {count} processes: with this the kernel ends all of them at once where it would kill one, and nothing is left half alive"
            ),
        ),
    }
}

/// How much sooner or later than others it is killed.
pub(super) fn score(case: &Case<'_>) -> Advice {
    let told = case.says(SCORE).and_then(|text| text.parse().ok()).or(case.entry.oom_score_adjust);
    if let Some(own) = told.filter(|&own| own != 0) {
        return Advice::leave(SCORE, format!("it is {own} already"));
    }
    match case.seen.role {
        Role::Model => Advice::word(
            SCORE,
            SOONER.to_string(),
            "what a GPU holds for it does not count when the kernel chooses whom to kill: without this it chooses somebody small in its place",
        ),
        Role::Keeper => spared(case),
        Role::Database => Advice::leave(
            SCORE,
            "its MemoryMax ends it before the machine runs out; whoever would rather lose others first sets it below 0",
        ),
        Role::Ordinary => Advice::leave(
            SCORE,
            "a unit with a MemoryMax is ended by that alone, before the kernel has to choose among all",
        ),
    }
}

/// As its makers ship it, where a value that its unit gives does not reach all that it starts.
fn spared(case: &Case<'_>) -> Advice {
    let rescuer = rescuers::of_unit(stem(&case.entry.unit));
    if rescuer.is_some_and(|rescuer| rescuer.passes_it_on) {
        return Advice::leave(
            SCORE,
            "it spares itself when it starts; set by its unit, the value would reach every login and all that is started there, and everything else would be killed first",
        );
    }
    Advice::word(
        SCORE,
        rescuer.map_or(LATER, |rescuer| i64::from(rescuer.adjustment)).to_string(),
        "when all memory is gone others go first: without it nobody gets at the machine any more",
    )
}

#[cfg(test)]
mod tests {
    use super::super::basis::tests::{entry, usual};
    use super::super::case::tests::Parts;
    use super::super::seen::Seen;
    use super::*;
    use crate::facts::cgroup_memory::Version;
    use crate::limits::shown::entry::Entry;

    fn value(advice: Advice) -> Option<String> {
        match advice {
            Advice::Set(suggested) => Some(suggested.value),
            Advice::Leave(_) => None,
        }
    }

    #[test]
    fn what_has_several_processes_ends_as_a_whole() {
        let of =
            |processes| value(Parts { seen: Seen { processes, ..usual() }, ..Parts::default() }.ask(policy));
        assert_eq!((of(None), of(Some(1)), of(Some(2)).as_deref()), (None, None, Some("kill")));
        let parent = Entry { unit: "ollama.service".to_owned(), ..entry() };
        assert_eq!(
            value(Parts { entry: parent, ..Parts::default() }.ask(policy)).as_deref(),
            Some("continue")
        );
        let chosen = Entry { oom_policy: Some("continue".to_owned()), ..entry() };
        assert_eq!(value(Parts { entry: chosen, ..Parts::default() }.ask(policy)), None);
        assert_eq!(value(Parts { version: Some(Version::One), ..Parts::default() }.ask(policy)), None);
    }

    #[test]
    fn who_is_killed_first_depends_on_what_it_is_for() {
        let of = |role| value(Parts { seen: Seen { role, ..usual() }, ..Parts::default() }.ask(score));
        assert_eq!((of(Role::Model).as_deref(), of(Role::Keeper).as_deref()), (Some("500"), Some("-500")));
        assert_eq!((of(Role::Ordinary), of(Role::Database)), (None, None));
        let keeper = |unit: &str| {
            let (unit, seen) = (unit.to_owned(), Seen { role: Role::Keeper, ..usual() });
            value(Parts { entry: Entry { unit, ..entry() }, seen, ..Parts::default() }.ask(score))
        };
        // What sshd's unit sets, every login has.
        assert_eq!((keeper("ssh.service"), keeper("sshd.service")), (None, None));
        assert_eq!(keeper("dbus.service").as_deref(), Some("-900"));
        assert_eq!(keeper("NetworkManager.service").as_deref(), Some("-500"));
        let own = Entry { oom_score_adjust: Some(-900), ..entry() };
        let seen = Seen { role: Role::Keeper, ..usual() };
        assert_eq!(value(Parts { entry: own, seen, ..Parts::default() }.ask(score)), None);
    }
}
