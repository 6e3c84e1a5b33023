//! S06: both knobs of a pair set, of which the kernel keeps one.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::malformed::shortened;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sysctl::bounds::taken;
use crate::sysctl::{Assignment, Forecast, Model, coupled};

use super::own_lines::{comment_out, look, place_of, told};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "S06",
    name: "sysctl-pair",
    group: Group::Sysctl,
    question: "Is of each pair of knobs, such as vm.dirty_bytes and vm.dirty_ratio, only one set?",
    thresholds: "warn where lines set both of a pair to values other than 0",
    why: "The knobs of a pair say the same, once as an amount and once as a share. The kernel keeps the one that was written last and sets the other to 0, so one of the lines has no effect, and which one depends on the order of the files.",
    sources: &[
        "https://docs.kernel.org/admin-guide/sysctl/vm.html",
        "https://github.com/redhat-performance/tuned/pull/688",
        "https://github.com/systemd/systemd/issues/10521",
    ],
    examine: pairs,
}];

/// A line that another one undoes, on the other side of a pair.
struct Undone {
    lost: Vec<Assignment>,
    winner: Assignment,
}

fn pairs(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let model = Model::of(readings)?;
    let undone: Vec<Undone> = coupled::pairs()
        .filter_map(|(amount, share)| {
            undone(model.forecast(readings, amount), model.forecast(readings, share))
        })
        .collect();
    let first = undone.first().and_then(|one| one.lost.first().map(|lost| (lost, &one.winner)));
    let Some((lost, winner)) = first else {
        return Ok(Diagnosis::ok("of no pair of knobs both are set"));
    };
    let title = format!("{} is undone by {}: the kernel keeps only one of the two", told(lost), told(winner));
    let diagnosis = undone.iter().fold(Diagnosis::warn(title), shown);
    let places = undone.iter().flat_map(|one| &one.lost).map(|line| &line.place);
    Ok(diagnosis.fix(comment_out(places).unwrap_or_else(|| look([lost.key.as_str(), winner.key.as_str()]))))
}

/// Of two knobs that lines set to something, the one that loses.
fn undone(amount: Forecast, share: Forecast) -> Option<Undone> {
    let (lost_amount, lost_share) = (meant(&amount), meant(&share));
    if lost_amount.is_empty() || lost_share.is_empty() {
        return None;
    }
    let is_amount_undone = amount.winner.as_ref().is_some_and(|winner| winner.key != amount.key);
    match is_amount_undone {
        true => Some(Undone { lost: lost_amount, winner: amount.winner? }),
        false => Some(Undone { lost: lost_share, winner: amount.winner? }),
    }
}

/// The lines that set a knob to something.
fn meant(forecast: &Forecast) -> Vec<Assignment> {
    let lines = forecast.losers.iter().chain(&forecast.winner);
    let is_meant = |line: &&Assignment| {
        line.key == forecast.key && taken(&line.key, &line.value).is_some_and(|value| value != "0")
    };
    lines.filter(is_meant).cloned().collect()
}

fn shown(diagnosis: Diagnosis, undone: &Undone) -> Diagnosis {
    let winner = &undone.winner;
    let evidence = |diagnosis: Diagnosis, line: &Assignment| {
        diagnosis.evidence(place_of(line), line.key.as_str(), shortened(&line.value))
    };
    let diagnosis = undone.lost.iter().chain([winner]).fold(diagnosis, evidence);
    undone.lost.iter().fold(diagnosis, |diagnosis, line| {
        diagnosis.working(format!(
            "{} is written last and sets {} to 0; {} is lost",
            told(winner),
            line.key,
            told(line)
        ))
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    fn examined(text: &str) -> Finding {
        examine_tree("S06", &[("/etc/sysctl.d/a.conf", text)])
    }

    #[test]
    fn the_line_that_is_undone_is_told() {
        let finding = examined("vm.dirty_bytes = 16777216\nvm.dirty_ratio = 30\n");
        assert_eq!(finding.severity, Severity::Warn);
        assert_eq!(
            finding.title,
            "vm.dirty_bytes = 16777216 (/etc/sysctl.d/a.conf:1) is undone by vm.dirty_ratio = 30 (/etc/sysctl.d/a.conf:2): the kernel keeps only one of the two"
        );
        assert_eq!(finding.fix.unwrap().commands, ["sudo sed -i '1s/^/# /' /etc/sysctl.d/a.conf"]);
        let other = examined("vm.overcommit_ratio = 70\nvm.overcommit_kbytes = 1000000\n");
        assert!(other.title.starts_with("vm.overcommit_ratio = 70"), "{}", other.title);
    }

    #[test]
    fn one_alone_or_a_zero_is_no_conflict() {
        for text in [
            "vm.dirty_bytes = 16777216\n",
            "vm.dirty_ratio = 0\nvm.dirty_bytes = 16777216\n",
            "vm.dirty_bytes = 0\nvm.dirty_ratio=5\n",
            "",
        ] {
            assert_eq!(examined(text).severity, Severity::Ok, "{text}");
        }
    }
}
