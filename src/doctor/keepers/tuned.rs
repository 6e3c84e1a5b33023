//! K04: tuned, and files of sysctl that want other values than its profile.

use std::collections::{BTreeMap, BTreeSet};

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::sysctl::own_lines::{comment_out, is_own};
use crate::doctor::wording::plural;
use crate::facts::malformed::shortened;
use crate::facts::process_program::program_of;
use crate::facts::readings::Readings;
use crate::facts::tuned::{self, TunedSetting};
use crate::host::{Host, Lacking};
use crate::sysctl::bounds::same;
use crate::sysctl::names::dotted;
use crate::sysctl::{Assignment, Forecast, Model, Origin, Place};

/// More would help nobody.
const MOST_SHOWN: usize = 64;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "K04",
    name: "tuned",
    group: Group::Keepers,
    question: "Does tuned's active profile set memory knobs that are set elsewhere, too?",
    thresholds: "warn where the same vm.* knob has another value in a file of sysctl; info where the profile sets any vm.* knob",
    why: "tuned sets its knobs when its daemon starts, which is after systemd set those of the sysctl files, and then reads some of these files again. So which value counts depends on the folder that a line stands in, and may change when tuned is restarted.",
    sources: &[
        "https://github.com/redhat-performance/tuned/issues/409",
        "https://github.com/redhat-performance/tuned/blob/master/tuned/plugins/plugin_sysctl.py",
    ],
    examine: profile,
}];

fn profile(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let host = readings.host();
    let profiles = tuned::active(host)?;
    if profiles.is_empty() {
        return Ok(Diagnosis::ok("tuned has no active profile here"));
    }
    let name = shortened(&profiles.join(" "));
    if !is_running(readings) {
        let title = format!("tuned does not run: its profile {name} has no effect");
        return Ok(Diagnosis::ok(title).evidence(tuned::ACTIVE, "profile", name));
    }
    let settings = tuned::settings(host, &profiles);
    let own: Vec<(String, &TunedSetting)> =
        settings.iter().filter_map(|one| Some((knob_of(one)?, one))).collect();
    let model = Model::of(readings)?;
    let lines = file_lines(&model);
    let contrary: Vec<(&TunedSetting, &Assignment)> = own
        .iter()
        .flat_map(|(key, one)| {
            lines
                .iter()
                .filter(move |line| line.key == *key && differ(key, &one.value, &line.value))
                .map(move |line| (*one, *line))
        })
        .take(MOST_SHOWN)
        .collect();
    let diagnosis = judge(host, &name, &settings, &own, &contrary);
    let keys: BTreeSet<&str> = contrary.iter().map(|(_, line)| line.key.as_str()).collect();
    let winners = keys.into_iter().filter_map(|key| winner(&model.forecast(readings, key)));
    Ok(winners.fold(diagnosis, Diagnosis::working))
}

/// The lines of sysctl's files, each once, though tuned reads some of them again.
fn file_lines(model: &Model) -> Vec<&Assignment> {
    let is_of_file = |one: &&Assignment| matches!(one.origin, Origin::SysctlFile | Origin::TunedAgain);
    let lines = model.assignments().filter(is_of_file).map(|one| ((&one.place, one.key.as_str()), one));
    lines.collect::<BTreeMap<_, _>>().into_values().collect()
}

fn winner(forecast: &Forecast) -> Option<String> {
    let Assignment { place, value, .. } = forecast.winner.as_ref()?;
    let (key, value) = (&forecast.key, shortened(value));
    Some(format!("{key}: at the next boot {}:{} wins with {value}", place.file, place.line))
}

/// Whether the daemon is there; a capture without processes does not tell, and then the file counts.
fn is_running(readings: &Readings) -> bool {
    match readings.processes() {
        Ok(processes) => processes.iter().any(|process| program_of(readings, process) == "tuned"),
        Err(_) => true,
    }
}

/// The sysctl knob behind a setting; the `vm` plugin has names of its own for some.
fn knob_of(setting: &TunedSetting) -> Option<String> {
    let key = dotted(&setting.key);
    match setting.plugin.as_str() {
        "sysctl" => key.starts_with("vm.").then_some(key),
        _ => key.starts_with("dirty_").then(|| format!("vm.{key}")),
    }
}

/// Values that tuned computes, from variables or as `>` or `<` of what is there, are not compared.
fn differ(key: &str, profile: &str, file: &str) -> bool {
    let profile = profile.trim_matches(['"', ' ']);
    let is_computed = profile.contains(['$', '>', '<', '%']);
    !is_computed && !same(key, profile, file)
}

fn judge(
    host: &Host,
    name: &str,
    settings: &[TunedSetting],
    own: &[(String, &TunedSetting)],
    contrary: &[(&TunedSetting, &Assignment)],
) -> Diagnosis {
    let diagnosis = match (own.len(), contrary) {
        (0, _) => Diagnosis::ok(format!("tuned's profile {name} sets no vm.* knob")),
        (_, [(one, line), ..]) => Diagnosis::warn(format!(
            "{} of tuned's profile {name} {} a file of sysctl, such as {} = {} here and {} there",
            plural(contrary.len() as u64, "value"),
            if contrary.len() == 1 { "contradicts" } else { "contradict" },
            line.key,
            shortened(&one.value),
            shortened(&line.value)
        )),
        (count, []) => {
            Diagnosis::info(format!("tuned's profile {name} sets {}", plural(count as u64, "vm.* knob")))
        }
    };
    let mut diagnosis = diagnosis.evidence(tuned::ACTIVE, "profile", name);
    for setting in settings.iter().take(MOST_SHOWN) {
        let place = format!("{}:{}", setting.file, setting.line);
        diagnosis = diagnosis.evidence(place, shortened(&setting.key), shortened(&setting.value));
    }
    for (_, line) in contrary.iter() {
        let place = format!("{}:{}", line.place.file, line.place.line);
        diagnosis = diagnosis.evidence(place, line.key.as_str(), shortened(&line.value));
    }
    let order = match tuned::applies_sysctl_again(host) {
        true => {
            "order at boot: all sysctl files, then the profile, then /run and /etc/sysctl.d and /etc/sysctl.conf once more, which win over the profile; /usr/lib/sysctl.d loses"
        }
        false => "order at boot: all sysctl files, then the profile, which wins (reapply_sysctl = 0)",
    };
    let diagnosis = diagnosis.working(order);
    match contrary_fix(contrary) {
        Some(fix) => diagnosis.fix(fix),
        None => diagnosis,
    }
}

/// Comments out the administrator's own lines, so that the profile alone counts. What packages brought stays.
fn contrary_fix(contrary: &[(&TunedSetting, &Assignment)]) -> Option<Fix> {
    let own: BTreeSet<&Place> =
        contrary.iter().map(|(_, line)| &line.place).filter(|place| is_own(place)).collect();
    let mut fix = comment_out(own)?;
    fix.commands.push("sudo systemctl restart tuned.service".to_owned());
    Some(fix)
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const PROFILE: &str =
        "[sysctl]\nvm.swappiness=10\nkernel.x=1\nvm.max_map_count=>100000\n[vm]\ndirty_ratio=40\n";

    fn examined(files: &[(&str, &str)]) -> Finding {
        let mut all = vec![("/etc/tuned/active_profile", "own\n"), ("/etc/tuned/own/tuned.conf", PROFILE)];
        all.extend(files);
        examine_tree("K04", &all)
    }

    #[test]
    fn another_value_in_a_sysctl_file_is_a_contradiction() {
        let finding = examined(&[(
            "/etc/sysctl.d/50-a.conf",
            "# vm.swappiness = 5\nvm.dirty_ratio = 40\nvm/swappiness = 60\n",
        )]);
        assert_eq!(finding.severity, Severity::Warn);
        assert!(finding.title.contains("vm.swappiness = 10 here and 60 there"));
        assert_eq!(finding.fix.unwrap().commands[0], "sudo sed -i '3s/^/# /' /etc/sysctl.d/50-a.conf");
        let place = "/etc/sysctl.d/50-a.conf:3";
        assert!(finding.evidence.iter().any(|evidence| evidence.source == place));
        let vendors = examined(&[("/usr/lib/sysctl.d/50-a.conf", "vm.dirty_ratio=10\n")]);
        assert_eq!((vendors.severity, vendors.fix), (Severity::Warn, None));
    }

    #[test]
    fn the_same_value_is_only_told() {
        let files = [
            ("/etc/sysctl.conf", "vm.swappiness = 0xa\nvm.max_map_count=5\n"),
            ("/etc/sysctl.d/10-a.conf", "vm.dirty_ratio=40\n"),
            ("/usr/lib/sysctl.d/10-a.conf", "vm.dirty_ratio=1\n"),
        ];
        assert_eq!(examined(&files).severity, Severity::Info);
        assert_eq!(examined(&[]).title, "tuned's profile own sets 3 vm.* knobs");
    }

    #[test]
    fn tuned_must_be_at_work() {
        let stat = "9 (sh) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3";
        let idle = examined(&[("/proc/9/stat", stat)]);
        assert_eq!(
            (idle.severity, idle.title.as_str()),
            (Severity::Ok, "tuned does not run: its profile own has no effect")
        );
        let python = stat.replace("sh", "python3");
        let running = examined(&[
            ("/proc/9/stat", &python),
            ("/proc/9/cmdline", "/usr/bin/python3\0-Es\0/usr/sbin/tuned\0-l\0-P\0"),
        ]);
        assert_eq!(running.severity, Severity::Info);
        assert_eq!(examine_tree("K04", &[]).severity, Severity::Ok);
        let other = [("/etc/tuned/active_profile", "own\n"), ("/etc/tuned/own/tuned.conf", "[disk]\na=1\n")];
        assert_eq!(examine_tree("K04", &other).severity, Severity::Ok);
    }

    #[test]
    fn the_order_depends_on_tuned() {
        let told = |files: &[(&str, &str)]| examined(files).workings[0].contains("once more");
        assert!(told(&[]));
        assert!(!told(&[("/etc/tuned/tuned-main.conf", "reapply_sysctl = 0\n")]));
    }
}
