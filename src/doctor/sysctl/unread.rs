//! S03: /etc/sysctl.conf where nothing reads it at boot.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::wording::plural;
use crate::facts::malformed::shortened;
use crate::facts::readings::Readings;
use crate::host::{Host, Lacking};
use crate::sysctl::bounds::same;
use crate::sysctl::{Assignment, Model};

use super::own_lines::{look, place_of};

/// The link that distributions had as long as they honoured the file.
const LINK: &str = "/etc/sysctl.d/99-sysctl.conf";

/// What was copied from a page may stand in that file, and these can keep a machine from coming up.
const DANGEROUS: [&str; 3] = ["vm.min_free_kbytes", "vm.overcommit_memory", "vm.nr_hugepages"];

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "S03",
    name: "sysctl-conf-unread",
    group: Group::Sysctl,
    question: "Are the settings in /etc/sysctl.conf read at boot?",
    thresholds: "warn where systemd brings the machine up, no link in a sysctl.d folder leads to the file, and it sets a knob to a value that nothing else sets",
    why: "systemd stopped reading /etc/sysctl.conf in 2013. Distributions kept it alive with a link in /etc/sysctl.d; Debian 13, Arch and others no longer have it. sysctl --system still reads the file, so its settings hold until the next boot and are gone then.",
    sources: &[
        "https://www.debian.org/releases/trixie/release-notes/issues.en.html#etc-sysctl-conf-is-no-longer-honored",
        "https://github.com/systemd/systemd/pull/26604",
        "https://github.com/dev-sec/ansible-collection-hardening/issues/905",
    ],
    examine: unread,
}];

fn unread(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let model = Model::of(readings)?;
    let lines = model.sysctl_conf();
    if lines.is_empty() {
        return Ok(Diagnosis::ok("/etc/sysctl.conf sets nothing"));
    }
    if model.reads_sysctl_conf() {
        return Ok(Diagnosis::ok("/etc/sysctl.conf is read at boot"));
    }
    let is_dead = |line: &&Assignment| {
        let then = model.forecast(readings, &line.key).next_boot;
        then.is_none_or(|then| !same(&line.key, &then, &line.value))
    };
    let dead: Vec<&Assignment> = lines.iter().filter(is_dead).collect();
    let [first, ..] = dead.as_slice() else {
        return Ok(Diagnosis::ok("/etc/sysctl.conf is not read at boot, and other files set the same"));
    };
    let title = format!(
        "/etc/sysctl.conf is not read at boot: {} in it will be gone, such as {} = {}",
        plural(dead.len() as u64, "setting"),
        first.key,
        shortened(&first.value)
    );
    let evidence = |diagnosis: Diagnosis, line: &&Assignment| {
        diagnosis.evidence(place_of(line), line.key.as_str(), shortened(&line.value))
    };
    let diagnosis = dead.iter().take(MOST_SHOWN).fold(Diagnosis::warn(title), evidence);
    Ok(diagnosis
        .working("no file in a sysctl.d folder leads to /etc/sysctl.conf, and systemd-sysctl reads those folders alone")
        .fix(fix(readings.host(), &dead)))
}

/// More would help nobody.
const MOST_SHOWN: usize = 64;

fn fix(host: &Host, dead: &[&Assignment]) -> Fix {
    let is_safe = !dead.iter().any(|line| DANGEROUS.contains(&line.key.as_str()));
    match is_safe && !host.has(LINK) && host.link(LINK).is_err() {
        true => Fix::commands([format!("sudo ln -s ../sysctl.conf {LINK}")]).after_reboot(),
        false => look(dead.iter().map(|line| line.key.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    const CONF: (&str, &str) = ("/etc/sysctl.conf", "# x\nvm.swappiness = 10\n");

    #[test]
    fn a_link_keeps_the_file_alive() {
        let finding = examine_tree("S03", &[CONF]);
        assert_eq!(finding.severity, Severity::Warn);
        assert_eq!(finding.fix.unwrap().commands, [format!("sudo ln -s ../sysctl.conf {LINK}")]);
        assert_eq!(finding.evidence[0].source, "/etc/sysctl.conf:2");
        for other in [
            (LINK, "->../sysctl.conf"),
            ("/proc/1/comm", "init\n"),
            ("/etc/sysctl.d/a.conf", "vm.swappiness=10\n"),
        ] {
            assert_eq!(examine_tree("S03", &[CONF, other]).severity, Severity::Ok, "{other:?}");
        }
        assert_eq!(examine_tree("S03", &[("/etc/sysctl.conf", "# vm.x = 1\n")]).severity, Severity::Ok);
    }

    #[test]
    fn what_could_hurt_is_not_brought_to_life() {
        let finding = examine_tree("S03", &[("/etc/sysctl.conf", "vm.min_free_kbytes = 1153434\n")]);
        assert_eq!(finding.fix.unwrap().commands, ["memtune tune status vm.min_free_kbytes"]);
        let other = [CONF, (LINK, "->/nowhere")];
        assert_eq!(examine_tree("S03", &other).fix.unwrap().commands, ["memtune tune status vm.swappiness"]);
    }
}
