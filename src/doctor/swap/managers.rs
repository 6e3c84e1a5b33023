//! W11: several programs that each believe the swap to be theirs.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::swap::managers;

use super::commands::affair_of_host;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "W11",
    name: "swap-managers",
    group: Group::Swap,
    question: "Does only one program manage the swap?",
    thresholds: "warn where two managers of one kind, zram or swap files, are enabled; info where one of each kind is",
    why: "Each of these programs makes its areas as if it were alone. Two that make zram devices fight for the same /dev/zram0, and whoever comes second fails or throws away what the first has made; together they promise more memory than there is. Which one wins can change from boot to boot.",
    sources: &[
        "https://github.com/systemd/zram-generator",
        "https://github.com/raspberrypi/rpi-swap",
        "https://manpages.debian.org/zramswap",
        "https://manpages.debian.org/dphys-swapfile",
        "https://github.com/Tookmund/Swapspace",
    ],
    examine: swap_managers,
}];

fn swap_managers(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let managers = managers::enabled(readings.host())?;
    let clash = managers.iter().enumerate().find_map(|(place, first)| {
        let second =
            managers.get(place + 1..)?.iter().find(|second| first.makes.clashes_with(second.makes))?;
        Some((first, second))
    });
    let diagnosis = match (&managers[..], clash) {
        ([], _) => Diagnosis::ok("No program manages the swap"),
        ([one], _) => Diagnosis::ok(format!("Only {} manages the swap", one.name)),
        (_, Some((first, second))) => {
            Diagnosis::warn(format!("{} and {} both manage the swap", first.name, second.name))
        }
        ([first, second, ..], None) => Diagnosis::info(format!(
            "{} and {} manage swap of different kinds, each without knowing of the other",
            first.name, second.name
        )),
    };
    let diagnosis = managers
        .iter()
        .fold(diagnosis, |diagnosis, manager| diagnosis.evidence(&manager.evidence, "enables", manager.name));
    // The first stays; swap that is in use now is given back only at the next boot, when it is safe.
    let commands = managers
        .iter()
        .skip(1)
        .filter_map(|manager| Some(format!("sudo systemctl disable {}", manager.service?)));
    let commands: Vec<String> = commands.collect();
    Ok(match clash.is_some() && !commands.is_empty() {
        true => diagnosis.fix(Fix::commands(commands).after_reboot()),
        false => diagnosis,
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    const GENERATOR: (&str, &str) = ("/etc/systemd/zram-generator.conf", "[zram0]\n");
    const TOOLS: (&str, &str) = (
        "/etc/systemd/system/multi-user.target.wants/zramswap.service",
        "->/lib/systemd/system/zramswap.service",
    );
    const DPHYS: (&str, &str) = (
        "/etc/systemd/system/multi-user.target.wants/dphys-swapfile.service",
        "->/lib/systemd/system/dphys-swapfile.service",
    );
    const SWAPSPACE: (&str, &str) = (
        "/etc/systemd/system/multi-user.target.wants/swapspace.service",
        "->/lib/systemd/system/swapspace.service",
    );
    const PI: (&str, &str) = ("/etc/rpi/swap.conf", "[Main]\n#Mechanism=none\n");

    #[test]
    fn managers_of_one_kind_clash() {
        for (files, severity) in [
            (vec![], Severity::Ok),
            (vec![GENERATOR], Severity::Ok),
            (vec![GENERATOR, TOOLS], Severity::Warn),
            (vec![DPHYS, SWAPSPACE], Severity::Warn),
            (vec![TOOLS, DPHYS], Severity::Info),
            (vec![PI, GENERATOR], Severity::Ok),
            (vec![PI, DPHYS], Severity::Warn),
            (vec![("/etc/rpi/swap.conf", "Mechanism = none\n"), DPHYS], Severity::Ok),
            (vec![("/etc/systemd/zram-generator.conf", "# nothing\n"), TOOLS], Severity::Ok),
            (vec![GENERATOR, TOOLS, ("/etc/systemd/system/zramswap.service", "->/dev/null")], Severity::Ok),
            (vec![GENERATOR, TOOLS, ("/.dockerenv", "")], Severity::Ok),
        ] {
            assert_eq!(examine_tree("W11", &files).severity, severity, "{files:?}");
        }
    }

    #[test]
    fn the_one_that_systemd_brings_up_is_kept() {
        let fix = examine_tree("W11", &[TOOLS, GENERATOR]).fix.unwrap();
        assert_eq!(fix.commands, ["sudo systemctl disable zramswap.service"]);
        assert!(fix.needs_reboot);
    }
}
