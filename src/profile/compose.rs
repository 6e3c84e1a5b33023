//! Several profiles as one.

use crate::exit::{Exit, Fault};

use super::agree::{Candidate, agree, subject};
use super::conflict;
use super::inherit::joined;
use super::model::{Amount, Profile, Setting, SwapWish};
use super::swap_size;

/// Puts `profiles` together, in their order. What contradicts itself on every machine is refused here; what only some
/// machines bring to light (scaled values, conditions) is refused by [`size()`](super::size()), when it is known.
///
/// # Errors
/// Says which profiles insist on what, and why; that none was named, or two of one name. One that is
/// named twice counts once.
pub fn compose(profiles: Vec<Profile>) -> Result<Profile, Fault> {
    let mut whole: Option<Profile> = None;
    let mut seen = Vec::new();
    for profile in profiles {
        let origin = (profile.names.clone(), profile.file.clone());
        if seen.contains(&origin) {
            continue;
        }
        seen.push(origin);
        whole = Some(match whole {
            None => profile,
            Some(whole) => join(whole, profile)?,
        });
    }
    let whole = whole.ok_or_else(|| {
        Fault::new(Exit::Usage, "no profile was named").hint("`memtune tune list` shows which there are")
    })?;
    refuse_contradictions(&whole)?;
    Ok(whole)
}

fn join(mut whole: Profile, next: Profile) -> Result<Profile, Fault> {
    if next.names.iter().any(|name| whole.names.contains(name)) {
        return Err(Fault::new(
            Exit::Usage,
            format!("two profiles are called `{}`", next.names.join("`, `")),
        )
        .hint("a profile needs a name of its own to be put beside another"));
    }
    whole.names.extend(next.names);
    whole.title = format!("{}; {}", whole.title, next.title);
    whole.about = format!("{}\n\n{}", whole.about, next.about);
    whole.source = format!("{}, {}", whole.source, next.source);
    whole.file = None;
    whole.ancestors = joined(whole.ancestors, next.ancestors);
    whole.checks = joined(whole.checks, next.checks);
    whole.settings.extend(next.settings);
    whole.unit.extend(next.unit);
    whole.swap.extend(next.swap);
    whole.watch.extend(next.watch);
    whole.advice.extend(next.advice);
    whole.documented.extend(next.documented);
    Ok(whole)
}

fn refuse_contradictions(whole: &Profile) -> Result<(), Fault> {
    let everywhere: Vec<&SwapWish> = whole.swap.iter().filter(|wish| wish.when.is_empty()).collect();
    swap_size::refuse_contradiction(&everywhere)?;
    let conflicts: Vec<String> =
        [&whole.settings, &whole.unit].into_iter().flat_map(|list| conflicts(list)).collect();
    if conflicts.is_empty() { Ok(()) } else { Err(conflict::fault(&conflicts)) }
}

fn conflicts(settings: &[Setting]) -> Vec<String> {
    let fixed: Vec<Candidate<'_>> =
        settings.iter().filter_map(|one| fixed_everywhere(one, settings)).collect();
    let mut subjects: Vec<&str> = fixed.iter().map(|one| subject(&one.setting.target)).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let of = |name: &str| fixed.iter().filter(|one| subject(&one.setting.target) == name).cloned().collect();
    subjects
        .into_iter()
        .filter_map(|name| agree(of(name)).err())
        .map(|insisting| conflict::of_settings(&insisting))
        .collect()
}

/// A setting that has the same value on every machine, and no other of its profile in front of it.
fn fixed_everywhere<'p>(one: &'p Setting, settings: &[Setting]) -> Option<Candidate<'p>> {
    let Amount::Fixed(value) = &one.amount else { return None };
    let is_sibling =
        |other: &&Setting| other.profile == one.profile && subject(&other.target) == subject(&one.target);
    let is_alone = settings.iter().filter(is_sibling).count() == 1;
    (is_alone && one.when.is_empty()).then(|| Candidate {
        setting: one,
        value: value.clone(),
        workings: Vec::new(),
        is_literal: false,
    })
}

#[cfg(test)]
mod tests {
    use super::super::made::{made, property, recorded_hosts, setting, shipped};
    use super::super::{Numbers, names, size};
    use super::*;
    use crate::facts::readings::Readings;
    use crate::host::Host;
    use crate::profile::Places;

    fn refusal(profiles: Vec<Profile>) -> String {
        let fault = compose(profiles).unwrap_err();
        assert_eq!(fault.exit, Exit::Refused);
        assert!(fault.hint.is_some());
        fault.to_string()
    }

    #[test]
    fn a_conflict_names_both_with_value_and_reason() {
        let one = made("one", &setting("vm.swappiness", "value = 1"));
        let two = made("two", &setting("vm.swappiness", "value = 100"));
        let message = refusal(vec![one.clone(), two]);
        assert!(
            message.contains("`one` wants vm.swappiness = 1 (because of vm.swappiness), but `two` wants"),
            "{message}"
        );
        let soft = made("soft", &setting("vm.swappiness", "value = 100\ngives-way = true"));
        assert_eq!(compose(vec![one.clone(), soft]).unwrap().names, ["one", "soft"]);
        assert_eq!(compose(vec![one.clone(), one.clone()]).unwrap().settings.len(), 1);
        let other = Profile { file: Some("other/one.toml".to_owned()), ..one.clone() };
        assert_eq!(compose(vec![one, other]).unwrap_err().to_string(), "two profiles are called `one`");
        assert_eq!(compose(Vec::new()).unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn limits_of_a_unit_conflict_likewise() {
        let one = made("one", &property("OOMPolicy", "value = \"kill\""));
        let two = made("two", &property("OOMPolicy", "value = \"continue\""));
        assert!(refusal(vec![one, two]).contains("`OOMPolicy`"));
    }

    #[test]
    fn a_knob_conflicts_with_its_twin() {
        let one = made("one", &setting("vm.dirty_bytes", "value = 268435456"));
        let two = made("two", &setting("vm.dirty_ratio", "value = 20"));
        assert!(refusal(vec![one, two]).contains("vm.dirty_ratio = 20"));
    }

    /// Whether a pair can be applied to a machine together.
    fn fits(one: &str, two: &str, host: &Host) -> Result<(), Fault> {
        let whole = compose(vec![shipped(one), shipped(two)])?;
        size(&whole, &Readings::new(host, None), Numbers::Scaled).map(drop)
    }

    fn host_named(part: &str) -> Host {
        recorded_hosts().into_iter().find(|(name, _)| name.contains(part)).unwrap().1
    }

    #[test]
    fn the_known_conflicts_are_refused() {
        let host = host_named("server-hydrus");
        for (one, two, what) in [
            ("redis", "postgresql", "vm.overcommit_memory"),
            ("clickhouse", "postgresql", "vm.overcommit_memory"),
            ("k8s-node", "postgresql", "vm.overcommit_memory"),
            ("redis", "mongodb", "transparent_hugepage/enabled"),
            ("postgresql", "mongodb", "vm.overcommit_memory"),
            ("cassandra", "redis", "swap"),
            ("cassandra", "hydrus", "swap"),
            ("k8s-node", "redis", "swap"),
            ("k8s-node", "hydrus", "swap"),
        ] {
            let fault = fits(one, two, &host).map(|()| panic!("{one} and {two} fit")).unwrap_err();
            assert_eq!(fault.exit, Exit::Refused);
            let message = fault.to_string();
            assert!([one, two, what].iter().all(|part| message.contains(part)), "{one} and {two}: {message}");
        }
    }

    /// What the documents contradict each other in: which profiles want no swap, which mode of overcommit, which huge pages.
    #[test]
    fn all_other_pairs_fit() {
        let host = host_named("server-hydrus");
        let names = names(&Places::new(&host, None, false));
        let readings = Readings::new(&host, None);
        for (index, one) in names.iter().enumerate() {
            for two in &names[index + 1..] {
                let wants = [one, two].map(|name| Wants::of(name, &readings));
                let answer = fits(one, two, &host);
                match wants[0].contradicts(&wants[1]) {
                    true => assert!(answer.is_err(), "{one} and {two} fit"),
                    false => assert!(answer.is_ok(), "{one} and {two}: {}", answer.unwrap_err()),
                }
            }
        }
    }

    /// What one profile comes to in the matters that the documents are known to differ in.
    struct Wants {
        overcommit: Option<String>,
        at_most: bool,
        huge_pages: Option<String>,
        swap: Option<bool>,
    }

    impl Wants {
        fn of(name: &str, readings: &Readings<'_>) -> Self {
            let profile = shipped(name);
            let sized = size(&profile, readings, Numbers::Scaled).unwrap();
            let find = |wanted: &str| {
                let firm = |target: &str| {
                    profile.settings.iter().any(|one| one.target.name() == target && !one.gives_way)
                };
                let found = sized.settings.iter().find(|one| one.target.name() == wanted);
                found.filter(|one| firm(one.target.name())).map(|one| one.value.clone())
            };
            Self {
                overcommit: find("vm.overcommit_memory"),
                at_most: name == "clickhouse",
                huge_pages: find("/sys/kernel/mm/transparent_hugepage/enabled"),
                swap: sized.swap.first().map(|one| one.kind != crate::profile::SwapKind::None),
            }
        }

        fn contradicts(&self, other: &Self) -> bool {
            let differ = |one: &Option<String>, other: &Option<String>| {
                one.is_some() && other.is_some() && one != other
            };
            // ClickHouse takes 0 and 1.
            let is_small = |value: &Option<String>| value.as_deref() != Some("2");
            let both_small =
                (self.at_most || other.at_most) && is_small(&self.overcommit) && is_small(&other.overcommit);
            (differ(&self.overcommit, &other.overcommit) && !both_small)
                || differ(&self.huge_pages, &other.huge_pages)
                || (self.swap.is_some() && other.swap.is_some() && self.swap != other.swap)
        }
    }
}
