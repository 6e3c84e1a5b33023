//! From a profile to values for one machine.

use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::unit_property;
use crate::host::{Lacking, Reason};

use super::agree::{Agreement, Candidate, agree};
use super::choose::{Failure, choose};
use super::condition::first_missing;
use super::conflict;
use super::model::{Advice, Keep, Profile, Setting, Target};
use super::setting_check::check_value;
use super::sized::{LeftOut, Numbers, Sized, SizedSetting};
use super::{order, running, swap_size, watch};

/// Sizes `profile` to the machine that `readings` tell of.
///
/// # Errors
/// Names the file that does not tell what a value depends on. Refuses where profiles insist on different values here, or
/// where a value comes to something that the kernel does not take.
pub fn size(profile: &Profile, readings: &Readings<'_>, numbers: Numbers) -> Result<Sized, Fault> {
    let mut left_out = Vec::new();
    let settings = sized(&profile.settings, readings, numbers, &mut left_out)?;
    let unit = sized(&profile.unit, readings, numbers, &mut left_out)?;
    let swap = swap_size::size(&profile.swap, readings, numbers, &mut left_out)?;
    Ok(Sized {
        names: profile.names.clone(),
        title: profile.title.clone(),
        settings,
        unit,
        left_out,
        advice: advice(&profile.advice, readings)?,
        documented: profile.documented.clone(),
        swap,
        watch: watch::most_careful(&profile.watch),
        checks: profile.checks.clone(),
    })
}

fn sized(
    settings: &[Setting],
    readings: &Readings<'_>,
    numbers: Numbers,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<SizedSetting>, Fault> {
    let failed = |failure: Failure<'_>| lacking_fact(failure.setting.target.name(), &failure.lacking);
    let choice = choose(settings, readings, numbers).map_err(failed)?;
    left_out.extend(choice.left_out);
    let mut sized = Vec::new();
    let mut conflicts = Vec::new();
    for candidates in choice.subjects {
        match agree(candidates) {
            Ok(Some(agreement)) => sized.push(decided(agreement, readings, left_out)?),
            Ok(None) => {}
            Err(insisting) => conflicts.push(conflict::of_settings(&insisting)),
        }
    }
    if conflicts.is_empty() { Ok(sized) } else { Err(conflict::fault(&conflicts)) }
}

fn decided(
    agreement: Agreement<'_>,
    readings: &Readings<'_>,
    left_out: &mut Vec<LeftOut>,
) -> Result<SizedSetting, Fault> {
    let Agreement { winner, gave_way } = agreement;
    let setting = winner.setting;
    left_out.extend(gave_way.iter().filter(|one| one.value != winner.value).map(|one| LeftOut {
        target: one.setting.target.to_string(),
        why: format!("{} gives way to {} of `{}`", one.value, winner.value, setting.profile),
        profile: one.setting.profile.clone(),
    }));
    let (value, workings) = kept(&winner, readings);
    check_value(&setting.target, &value).map_err(|what| {
        let steps = workings.join("; ");
        Fault::new(Exit::Refused, format!("`{}` of the profile `{}`: {what} ({steps})", setting.target, setting.profile))
            .hint("write a profile of your own that inherits this one and sets a value that fits: see memtune-profile(5)")
    })?;
    Ok(SizedSetting {
        target: setting.target.clone(),
        value,
        workings,
        reason: setting.reason.clone(),
        source: setting.source.clone(),
        effect: setting.effect.clone(),
        profile: setting.profile.clone(),
        is_literal: winner.is_literal,
        keep: setting.keep,
    })
}

/// A running value that is as good stays. The source document's own number is written as it stands.
fn kept(winner: &Candidate<'_>, readings: &Readings<'_>) -> (String, Vec<String>) {
    let Candidate { setting, value, workings, is_literal } = winner.clone();
    let is_as_good = |running: &str| {
        let (running, own) = (order::of(&setting.target, running)?, order::of(&setting.target, &value)?);
        match setting.keep {
            Keep::AtLeast => Some(running > own),
            Keep::AtMost => Some(running < own),
            Keep::Exactly => None,
        }
    };
    let running = running::value(&setting.target, readings).filter(|_| !is_literal);
    match running.filter(|running| is_as_good(running) == Some(true)) {
        Some(running) => {
            let relation = if setting.keep == Keep::AtLeast { "more than" } else { "less than" };
            let mut workings = workings;
            workings.push(format!("{running} runs already, {relation} the {value} that is wanted: it stays"));
            (running, workings)
        }
        None => (value, workings),
    }
}

fn advice(advice: &[Advice], readings: &Readings<'_>) -> Result<Vec<Advice>, Fault> {
    let mut applying = Vec::new();
    for one in advice {
        let missing =
            first_missing(&one.when, readings).map_err(|lacking| lacking_fact("advice", &lacking))?;
        if missing.is_none() {
            applying.push(one.clone());
        }
    }
    Ok(applying)
}

/// What a value depends on, and cannot be learned here.
pub(super) fn lacking_fact(name: &str, lacking: &Lacking) -> Fault {
    let exit = if lacking.reason == Reason::Denied { Exit::Privilege } else { Exit::Failed };
    Fault::new(exit, format!("cannot size `{name}` to this machine: {lacking}"))
        .hint("a profile is sized by what the machine's /proc and /sys say: run it there, or on a capture that has them")
}

impl Sized {
    /// The same without what concerns a unit: where no unit was named, nothing is written to any.
    pub fn without_unit(mut self) -> Self {
        self.left_out.retain(|one| unit_property::check(&one.target).is_err());
        self.unit.clear();
        self
    }

    /// The value of a sysctl that is set; `None` of every other.
    pub(super) fn sysctl(&self, key: &str) -> Option<&SizedSetting> {
        self.settings.iter().find(|one| matches!(&one.target, Target::Sysctl(name) if name == key))
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::{made, property, recorded_hosts, setting, shipped};
    use super::super::{Places, names};
    use super::*;
    use crate::host::made_tree::made_tree;

    const SMALL: (&str, &str) =
        ("/proc/meminfo", "MemTotal: 4194304 kB\nMemAvailable: 2097152 kB\nSwapTotal: 0 kB\n");
    const NO_SWAP: (&str, &str) = ("/proc/swaps", "Filename Type Size Used Priority\n");

    fn on_tree(profile: &Profile, numbers: Numbers, files: &[(&str, &str)]) -> Result<Sized, Fault> {
        let (_folder, host) = made_tree(files);
        size(profile, &Readings::new(&host, None), numbers)
    }

    fn values(sized: &Sized) -> Vec<(&str, &str)> {
        sized.settings.iter().map(|one| (one.target.name(), one.value.as_str())).collect()
    }

    #[test]
    fn the_first_setting_whose_conditions_hold_counts() {
        let tables = setting("vm.swappiness", "value = 180\nwhen = { swap = \"zram\" }")
            + &setting("vm.swappiness", "value = 20\nwhen = { memory-below = \"8GiB\" }")
            + &setting("vm.swappiness", "value = 60");
        let profile = made("x", &tables);
        let small = on_tree(&profile, Numbers::Scaled, &[SMALL, NO_SWAP]).unwrap();
        assert_eq!(values(&small), [("vm.swappiness", "20")]);
        assert!(small.left_out.is_empty());
        let zram = ("/proc/swaps", "/dev/zram0 partition 100 0 100\n");
        assert_eq!(
            values(&on_tree(&profile, Numbers::Scaled, &[SMALL, zram]).unwrap()),
            [("vm.swappiness", "180")]
        );
        let only_zram = made("x", &setting("vm.swappiness", "value = 180\nwhen = { swap = \"zram\" }"));
        let none = on_tree(&only_zram, Numbers::Scaled, &[SMALL, NO_SWAP]).unwrap();
        assert!(none.settings.is_empty() && none.left_out[0].why.contains("no swap is on zram here"));
    }

    #[test]
    fn documented_numbers_are_written_only_literally() {
        let fields = "literal = 7200\neffect = \"Does nothing.\"";
        let tables = setting("vm.dirtytime_expire_seconds", fields)
            + &setting("vm.swappiness", "value = 30\nliteral = 70\neffect = \"Hurts.\"");
        let profile = made("x", &tables);
        let scaled = on_tree(&profile, Numbers::Scaled, &[SMALL]).unwrap();
        assert_eq!(values(&scaled), [("vm.swappiness", "30")]);
        assert_eq!(scaled.left_out[0].why, "7200, as documented: Does nothing. `--literal` writes it");
        let literal = on_tree(&profile, Numbers::Literal, &[SMALL]).unwrap();
        assert_eq!(values(&literal), [("vm.dirtytime_expire_seconds", "7200"), ("vm.swappiness", "70")]);
        assert!(literal.left_out.is_empty() && literal.settings.iter().all(|one| one.is_literal));
        assert_eq!(literal.settings[1].effect.as_deref(), Some("Hurts."));
    }

    #[test]
    fn the_documents_own_twin_of_a_knob_takes_its_place() {
        let tables = setting("vm.dirty_bytes", "value = 268435456")
            + &setting("vm.dirty_ratio", "literal = 80\neffect = \"Much.\"");
        let profile = made("x", &tables);
        assert_eq!(
            values(&on_tree(&profile, Numbers::Scaled, &[SMALL]).unwrap()),
            [("vm.dirty_bytes", "268435456")]
        );
        assert_eq!(
            values(&on_tree(&profile, Numbers::Literal, &[SMALL]).unwrap()),
            [("vm.dirty_ratio", "80")]
        );
    }

    #[test]
    fn a_running_value_that_is_as_good_stays() {
        let profile = made("x", &setting("vm.max_map_count", "value = 262144\nkeep = \"at-least\""));
        for (running, value) in [("65530\n", "262144"), ("1048576\n", "1048576")] {
            let sized =
                on_tree(&profile, Numbers::Scaled, &[("/proc/sys/vm/max_map_count", running)]).unwrap();
            assert_eq!(values(&sized), [("vm.max_map_count", value)]);
            assert_eq!(sized.settings[0].workings.is_empty(), value == "262144");
        }
        let least = made("x", &setting("vm.swappiness", "value = 10\nkeep = \"at-most\""));
        let sized = on_tree(&least, Numbers::Scaled, &[("/proc/sys/vm/swappiness", "1\n")]).unwrap();
        assert_eq!(values(&sized), [("vm.swappiness", "1")]);
    }

    #[test]
    fn a_knob_that_this_kernel_lacks_is_left_out() {
        let profile = made("x", &setting("vm.compaction_proactiveness", "value = 0"));
        let sized = on_tree(&profile, Numbers::Scaled, &[("/proc/sys/vm/overcommit_memory", "0\n")]).unwrap();
        assert_eq!(sized.left_out[0].why, "this kernel has no such knob");
        assert_eq!(values(&on_tree(&profile, Numbers::Scaled, &[SMALL]).unwrap()).len(), 1);
    }

    #[test]
    fn what_a_value_depends_on_and_is_lacking_is_named() {
        let scale = "scale = { of = \"memory\", percent = 1, unit = \"bytes\" }";
        let profile = made("x", &setting("vm.dirty_bytes", scale));
        let fault = on_tree(&profile, Numbers::Scaled, &[("/etc/hostname", "x")]).unwrap_err();
        assert_eq!(
            (fault.exit, fault.to_string().as_str()),
            (Exit::Failed, "cannot size `vm.dirty_bytes` to this machine: `/proc/meminfo` is not there")
        );
        let swap = made("x", &property("MemoryMax", "scale = { of = \"swap\", percent = 50 }"));
        let fault = on_tree(&swap, Numbers::Scaled, &[SMALL]).unwrap_err();
        assert_eq!(fault.exit, Exit::Refused);
        assert!(
            fault.to_string().contains("`MemoryMax` of the profile `x`: `MemoryMax` cannot be `0`"),
            "{fault}"
        );
    }

    #[test]
    fn without_a_unit_nothing_of_units_is_left() {
        let tables = property("MemoryMax", "value = \"1G\"")
            + &property("MemoryHigh", "value = \"900M\"\nwhen = { swap = \"any\" }")
            + &setting("vm.swappiness", "value = 1");
        let sized = on_tree(&made("x", &tables), Numbers::Scaled, &[SMALL, NO_SWAP]).unwrap();
        assert_eq!((sized.unit.len(), sized.left_out.len(), sized.settings.len()), (1, 1, 1));
        let without = sized.without_unit();
        assert_eq!((without.unit.len(), without.left_out.len(), without.settings.len()), (0, 0, 1));
    }

    #[test]
    fn every_shipped_profile_is_sized_on_every_recorded_host() {
        for (name, host) in recorded_hosts() {
            if !host.has("/proc/meminfo") {
                continue;
            }
            let readings = Readings::new(&host, None);
            for profile in names(&Places::new(&host, None, false)) {
                match size(&shipped(&profile), &readings, Numbers::Scaled) {
                    Ok(sized) => is_sound(&sized, &format!("{profile} on {name}")),
                    // A file that was cut off is named.
                    Err(fault) => assert!(
                        name == "12-truncated" && fault.to_string().contains("` line "),
                        "{profile} on {name}: {fault}"
                    ),
                }
            }
        }
    }

    fn is_sound(sized: &Sized, what: &str) {
        assert!(!sized.settings.is_empty() || !sized.unit.is_empty() || !sized.left_out.is_empty(), "{what}");
        for one in sized.settings.iter().chain(&sized.unit) {
            assert_eq!(check_value(&one.target, &one.value), Ok(()), "{what}");
            assert!(!one.reason.is_empty() && !one.source.is_empty() && !one.is_literal, "{what}");
        }
    }
}
