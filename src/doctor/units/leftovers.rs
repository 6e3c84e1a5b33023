//! U08: what `systemctl set-property` left beside limits of memtune's own.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::facts::malformed::shortened;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::limits::setting::leftovers::{self, Contradiction};

use super::judged::{MOST_SHOWN, RESOURCE_CONTROL};
use super::limit::{prescribe, set};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "U08",
    name: "control-leftover",
    group: Group::Units,
    question: "Did systemctl set-property leave limits that contradict those of memtune?",
    thresholds: "info where a file 50-*.conf in system.control says something else than memtune's own drop-in of the unit",
    why: "set-property takes effect at once and writes a file for each property. By its name that file loses against memtune's at the next reload of any unit, so the limit changes then without a word; and once memtune's drop-in is gone, it counts again.",
    sources: &[
        "https://www.freedesktop.org/software/systemd/man/latest/systemctl.html#set-property%20UNIT%20PROPERTY=VALUE%E2%80%A6",
        RESOURCE_CONTROL,
    ],
    examine: left,
}];

#[expect(clippy::unnecessary_wraps, reason = "the shape of a check")]
fn left(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let found = leftovers::contradictions(readings.host());
    let Some(first) = found.first() else {
        return Ok(Diagnosis::ok("systemctl set-property left nothing that contradicts memtune"));
    };
    let more = if found.len() > 1 { format!(", and {} more", found.len() - 1) } else { String::new() };
    let title = format!(
        "systemctl set-property left {} of {}, where memtune sets {}{more}",
        shortened(&first.leftover.says),
        first.unit.as_str(),
        shortened(&first.ours.value)
    );
    let diagnosis = found.iter().take(MOST_SHOWN).fold(Diagnosis::info(title), |diagnosis, one| {
        let ours = &one.ours;
        diagnosis
            .evidence(one.leftover.path.as_str(), one.unit.as_str(), shortened(&one.leftover.says))
            .evidence(format!("{}:{}", ours.file, ours.line), ours.key.as_str(), shortened(&ours.value))
    });
    let commands: Vec<String> = found.iter().take(MOST_SHOWN).flat_map(settle).collect();
    Ok(prescribe(diagnosis, commands))
}

/// Setting the same once more takes the leftover away in the same plan, and can be undone; a profile's lines are the profile's.
/// `systemctl revert` would take memtune's drop-in away as well.
fn settle(one: &Contradiction) -> Vec<String> {
    let Contradiction { unit, leftover, ours } = one;
    if !leftover.is_spent || ![unit.as_str(), &leftover.path, &ours.value].into_iter().all(can_be_typed) {
        return Vec::new();
    }
    match ours.file.ends_with("-profile.conf") {
        true => {
            vec![format!("sudo rm {}", quoted(&leftover.path)), "sudo systemctl daemon-reload".to_owned()]
        }
        false => vec![set(unit.as_str(), &[&quoted_value(&ours.key, &ours.value)])],
    }
}

fn quoted_value(key: &str, value: &str) -> String {
    let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".%:".contains(&byte));
    if plain { format!("{key}={value}") } else { quoted(&format!("{key}={value}")) }
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    fn examined(name: &str, left: &str) -> Finding {
        let ours = format!("/etc/systemd/system/a.service.d/{name}");
        examine_tree(
            "U08",
            &[
                (&ours, "[Service]\nMemoryMax=2G\n"),
                ("/etc/systemd/system.control/a.service.d/50-MemoryMax.conf", left),
            ],
        )
    }

    #[test]
    fn only_what_contradicts_our_own_is_told() {
        for (name, left, severity) in [
            ("90-memtune.conf", "[Service]\nMemoryMax=3221225472\n", Severity::Info),
            ("90-memtune.conf", "[Service]\nMemoryMax=2147483648\n", Severity::Ok),
            ("90-memtune.conf", "[Service]\nMemoryHigh=1\n", Severity::Ok),
            ("95-own.conf", "[Service]\nMemoryMax=3221225472\n", Severity::Ok),
        ] {
            assert_eq!(examined(name, left).severity, severity, "{name} {left}");
        }
        assert_eq!(examine_tree("U08", &[]).severity, Severity::Ok);
    }

    #[test]
    fn what_goes_depends_on_whose_line_wins() {
        let left = "[Service]\nMemoryMax=3221225472\n";
        let commands = |name: &str| examined(name, left).fix.unwrap().commands;
        assert_eq!(commands("90-memtune.conf"), ["sudo memtune limits set a.service MemoryMax=2G"]);
        assert_eq!(
            commands("90-memtune-profile.conf")[0],
            "sudo rm /etc/systemd/system.control/a.service.d/50-MemoryMax.conf"
        );
        assert_eq!(examined("90-memtune.conf", "[Service]\nMemoryMax=5G\nNice=1\n").fix, None);
    }
}
