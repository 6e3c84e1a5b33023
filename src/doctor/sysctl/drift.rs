//! S01: knobs that run with another value than the next boot will set.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::doctor::wording::plural;
use crate::facts::malformed::shortened;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sysctl::bounds::same;
use crate::sysctl::names::path_of;
use crate::sysctl::{Forecast, Model};

use super::own_lines::{is_memory, look, place_of};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "S01",
    name: "sysctl-drift",
    group: Group::Sysctl,
    question: "Do the memory knobs run with the values that the next boot will set?",
    thresholds: "warn where a vm.* knob that some file sets would have another value after a boot",
    why: "A value that somebody set by hand is gone after the next boot, and a file that was edited and never applied changes the machine then, when nobody expects it. Either way the machine that was tested is not the one that comes up.",
    sources: &[
        "https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html",
        "systemd src/sysctl/sysctl.c",
        "https://github.com/confluentinc/cp-ansible/issues/1362",
    ],
    examine: drift,
}];

/// A knob that differs: its value now, and then.
struct Change {
    now: String,
    then: String,
    forecast: Forecast,
}

fn drift(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let model = Model::of(readings)?;
    let keys: Vec<String> = model.keys().into_iter().filter(|key| is_memory(key)).collect();
    let changes: Vec<Change> = keys.iter().filter_map(|key| change(model.forecast(readings, key))).collect();
    let [first, rest @ ..] = changes.as_slice() else {
        return Ok(Diagnosis::ok(match keys.len() {
            0 => "no file sets a vm.* knob".to_owned(),
            count => format!(
                "{} set by files, and none will change at the next boot",
                plural(count as u64, "vm.* knob")
            ),
        }));
    };
    let Change { now, then, forecast } = first;
    let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
    let (key, now, then) = (&forecast.key, shortened(now), shortened(then));
    let title = format!("{key} is {now} now and will be {then} after the next boot{more}");
    let diagnosis = changes.iter().fold(Diagnosis::warn(title), shown);
    let keys = changes.iter().map(|change| change.forecast.key.as_str());
    Ok(diagnosis.fix(look(keys)))
}

fn change(forecast: Forecast) -> Option<Change> {
    let (now, then) = (forecast.running.clone()?, forecast.next_boot.clone()?);
    let is_changed =
        !same(&forecast.key, &now, &then) && !is_changed_by_the_kernel(&forecast.key, &now, &then);
    is_changed.then_some(Change { now, then, forecast })
}

/// Transparent huge pages raise the reserve when they are switched on; of huge pages there may be fewer than were wished for.
fn is_changed_by_the_kernel(key: &str, now: &str, then: &str) -> bool {
    let number = |text: &str| text.parse::<u64>().ok();
    match key {
        "vm.min_free_kbytes" => number(now) > number(then),
        "vm.nr_hugepages" => number(now) < number(then),
        _ => false,
    }
}

fn shown(diagnosis: Diagnosis, change: &Change) -> Diagnosis {
    let Change { now, then, forecast } = change;
    let key = forecast.key.as_str();
    let diagnosis = diagnosis.evidence(path_of(key), "value", shortened(now));
    let diagnosis = match &forecast.winner {
        Some(winner) => diagnosis.evidence(place_of(winner), winner.key.as_str(), shortened(&winner.value)),
        None => diagnosis,
    };
    let who = forecast.winner.as_ref().map_or_else(String::new, |winner| format!(" by {}", place_of(winner)));
    let diagnosis = diagnosis.working(format!(
        "{key}: {} now; set to {} at the next boot{who}",
        shortened(now),
        shortened(then)
    ));
    forecast.remarks.iter().fold(diagnosis, |diagnosis, remark| diagnosis.working(remark.as_str()))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    #[test]
    fn what_runs_is_compared_with_what_the_next_boot_sets() {
        let file = ("/etc/sysctl.d/50-a.conf", "vm.swappiness = 0xa\n");
        for (now, severity) in [("10\n", Severity::Ok), ("60\n", Severity::Warn)] {
            assert_eq!(
                examine_tree("S01", &[file, ("/proc/sys/vm/swappiness", now)]).severity,
                severity,
                "{now}"
            );
        }
        let finding = examine_tree("S01", &[file, ("/proc/sys/vm/swappiness", "60\n")]);
        assert_eq!(finding.title, "vm.swappiness is 60 now and will be 10 after the next boot");
        assert_eq!(finding.fix.unwrap().commands, ["memtune tune status vm.swappiness"]);
        assert!(finding.evidence.iter().any(|one| one.source == "/etc/sysctl.d/50-a.conf:1"));
    }

    #[test]
    fn what_the_kernel_changes_by_itself_is_no_drift() {
        let files = [
            ("/etc/sysctl.d/50-a.conf", "vm.min_free_kbytes = 1024\nkernel.x = 1\nvm.none = 1\n"),
            ("/proc/sys/vm/min_free_kbytes", "67584\n"),
            ("/proc/sys/kernel/x", "2\n"),
        ];
        assert_eq!(examine_tree("S01", &files).severity, Severity::Ok);
        let lowered = [files[0], ("/proc/sys/vm/min_free_kbytes", "1000\n")];
        assert_eq!(examine_tree("S01", &lowered).severity, Severity::Warn);
        assert_eq!(examine_tree("S01", &[]).severity, Severity::Ok);
    }
}
