//! S02: lines of the administrator that come to nothing, since another file wins.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, SYSCTL_FILE, Severity};
use crate::doctor::group::Group;
use crate::doctor::wording::plural;
use crate::facts::malformed::shortened;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sysctl::bounds::{same, taken};
use crate::sysctl::{Assignment, Forecast, Model, Origin};

use super::own_lines::{comment_out, is_memory, is_own, look, place_of, told};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "S02",
    name: "sysctl-shadowed",
    group: Group::Sysctl,
    question: "Does every memory setting under /etc win over the other files?",
    thresholds: "warn where a line under /etc loses to a file of a package, to udev, tmpfiles.d or tuned; info where it loses to another file of sysctl under /etc",
    why: "Files of sysctl are read in the order of their names, whatever their folders: a file p.conf of a package wins over the administrator's own 99-mine.conf. What udev, tmpfiles.d and tuned set comes later still. The line that lost looks as if it counted.",
    sources: &[
        "https://github.com/systemd/systemd/issues/20919",
        "https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html",
        "https://github.com/MichaIng/DietPi/issues/6511",
    ],
    examine: shadowed,
}];

/// A line that loses, and the line that wins over it.
struct Defeat {
    loser: Assignment,
    winner: Assignment,
}

impl Defeat {
    /// Whether the winner is no line that the owner put there to win.
    fn is_unexpected(&self) -> bool {
        !is_own(&self.winner.place) || !matches!(self.winner.origin, Origin::SysctlFile | Origin::TunedAgain)
    }
}

fn shadowed(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let model = Model::of(readings)?;
    let keys = model.keys().into_iter().filter(|key| is_memory(key));
    let mut defeats: Vec<Defeat> = keys.flat_map(|key| defeats(model.forecast(readings, &key))).collect();
    // The worst first: the title tells of one.
    defeats.sort_by_key(|defeat| !defeat.is_unexpected());
    let Some(first) = defeats.first() else {
        return Ok(Diagnosis::ok("no setting under /etc loses to another file"));
    };
    let severity = if first.is_unexpected() { Severity::Warn } else { Severity::Info };
    let more = match defeats.len() {
        1 => String::new(),
        count => format!(" ({} in all)", plural(count as u64, "such line")),
    };
    let title = format!("{} comes to nothing: {} wins{more}", told(&first.loser), told(&first.winner));
    let fix = fix(readings, &model, first, &defeats);
    Ok(defeats.iter().fold(Diagnosis::of(severity, title), shown).fix(fix))
}

/// The own lines among the losers; of a pair of knobs, and of lines that the kernel refuses, other checks tell.
fn defeats(forecast: Forecast) -> Vec<Defeat> {
    let Some(winner) = forecast.winner.filter(|winner| winner.key == forecast.key) else { return Vec::new() };
    let is_defeat = |loser: &Assignment| {
        let differs =
            !same(&forecast.key, &loser.value, &winner.value) && taken(&loser.key, &loser.value).is_some();
        differs && is_own(&loser.place) && loser.place.file != winner.place.file
    };
    let mut losers: Vec<Assignment> = forecast.losers.into_iter().filter(is_defeat).collect();
    // tuned reads some lines again.
    losers.sort_by(|one, other| one.place.cmp(&other.place));
    losers.dedup_by(|one, other| one.place == other.place);
    losers.into_iter().map(|loser| Defeat { loser, winner: winner.clone() }).collect()
}

/// Where the owner's later line wins, the earlier one can go. Otherwise the setting moves to a file that wins, if there is one.
fn fix(readings: &Readings, model: &Model, first: &Defeat, all: &[Defeat]) -> Fix {
    if !first.is_unexpected()
        && let Some(fix) = comment_out(all.iter().map(|defeat| &defeat.loser.place))
    {
        return fix;
    }
    let Assignment { key, value, .. } = &first.loser;
    let value = taken(key, value).unwrap_or_default();
    let text = readings.host().read(SYSCTL_FILE).unwrap_or_default();
    let with_line = model.with_file(SYSCTL_FILE, Some(&format!("{text}{key} = {value}\n")));
    let is_plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    match with_line.forecast(readings, key).next_boot {
        Some(then) if is_plain && same(key, &then, &value) => Fix::knob(key, &value),
        _ => look([key.as_str()]),
    }
}

fn shown(diagnosis: Diagnosis, defeat: &Defeat) -> Diagnosis {
    let Defeat { loser, winner } = defeat;
    diagnosis
        .evidence(place_of(loser), loser.key.as_str(), shortened(&loser.value))
        .evidence(place_of(winner), winner.key.as_str(), shortened(&winner.value))
        .working(format!("{} loses to {}, set by {}", told(loser), told(winner), winner.origin.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::on_tree::examine_tree;

    const OWN: (&str, &str) = ("/etc/sysctl.d/50-a.conf", "vm.swappiness = 10\n");

    #[test]
    fn a_package_that_wins_is_told_and_a_file_that_would_win_is_proposed() {
        let finding = examine_tree("S02", &[OWN, ("/usr/lib/sysctl.d/60-p.conf", "\nvm.swappiness = 60\n")]);
        assert_eq!(finding.severity, Severity::Warn);
        assert_eq!(
            finding.title,
            "vm.swappiness = 10 (/etc/sysctl.d/50-a.conf:1) comes to nothing: vm.swappiness = 60 (/usr/lib/sysctl.d/60-p.conf:2) wins"
        );
        assert!(finding.fix.unwrap().commands.join("\n").contains(SYSCTL_FILE));
        let late = examine_tree("S02", &[OWN, ("/usr/lib/sysctl.d/z.conf", "vm.swappiness = 60\n")]);
        assert_eq!(
            late.fix.unwrap().commands,
            ["memtune tune status vm.swappiness"],
            "no file of ours would win"
        );
    }

    #[test]
    fn an_own_file_that_wins_is_only_worth_knowing() {
        let finding = examine_tree("S02", &[OWN, ("/etc/sysctl.d/60-b.conf", "vm.swappiness = 60\n")]);
        assert_eq!(finding.severity, Severity::Info);
        assert_eq!(finding.fix.unwrap().commands, ["sudo sed -i '1s/^/# /' /etc/sysctl.d/50-a.conf"]);
        let tmpfiles =
            examine_tree("S02", &[OWN, ("/etc/tmpfiles.d/b.conf", "w /proc/sys/vm/swappiness - - - - 60\n")]);
        assert_eq!(tmpfiles.severity, Severity::Warn);
    }

    #[test]
    fn equal_values_and_other_knobs_do_not_matter() {
        for text in ["vm.swappiness = 0xa\n", "vm.dirty_ratio = 5\n"] {
            assert_eq!(
                examine_tree("S02", &[OWN, ("/usr/lib/sysctl.d/z.conf", text)]).severity,
                Severity::Ok,
                "{text}"
            );
        }
        let kernel =
            [("/etc/sysctl.d/a.conf", "kernel.panic=1\n"), ("/usr/lib/sysctl.d/z.conf", "kernel.panic=2\n")];
        assert_eq!(examine_tree("S02", &kernel).severity, Severity::Ok);
    }
}
