//! The plan of `memtune swap zram off`.

use crate::change::{Area, Plan};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::swap::generator;
use crate::swap::settings::Held;
use crate::sysctl::first_process;

use super::maker::Maker;
use super::{bars, by_generator, by_unit, drop_in, in_front, maker, unit};

/// Plans that there is no compressed swap, now and at any boot. What the active profile holds is in `held`.
///
/// # Errors
/// Says which file cannot be read, or is a link.
pub fn plan(readings: &Readings, held: &Held) -> Result<Plan, Fault> {
    let mut plan = Plan::new("give compressed swap in memory up", Area::Swap);
    if let Some(bar) = bars::everywhere(readings, "zramSwap.enable = false;") {
        plan.refuse(maker::PATH, bar);
        return Ok(plan);
    }
    let host = readings.host();
    if let Some(bar) = bars::of_a_stranger(readings) {
        plan.refuse(maker::PATH, bar);
    }
    for (name, reason) in bars::other_managers(host)? {
        plan.refuse(name, reason);
    }
    if !first_process::is_systemd(host) && makers(readings)?.is_some() {
        let by_hand = format!(
            "systemd does not run this machine: `swapoff {path} && zramctl --reset {path}`",
            path = maker::PATH
        );
        plan.refuse(maker::PATH, by_hand);
    }
    if plan.refused().is_empty() {
        add(&mut plan, readings, held)?;
    }
    Ok(plan)
}

fn add(plan: &mut Plan, readings: &Readings, held: &Held) -> Result<(), Fault> {
    match makers(readings)? {
        Some(Maker::Unit) => by_unit::off(plan, readings)?,
        Some(Maker::Generator) => by_generator::off(plan, readings)?,
        None => {}
    }
    in_front::take_back(plan, readings, held)?;
    if plan.is_empty() {
        plan.note("there is no compressed swap in memory here, and nothing makes any at boot");
    }
    Ok(())
}

/// Who makes the device, now or at the next boot.
fn makers(readings: &Readings) -> Result<Option<Maker>, Fault> {
    let failed = |lacking: Lacking| Fault::new(Exit::Failed, lacking.to_string());
    let host = readings.host();
    if host.has(unit::PATH) {
        return Ok(Some(Maker::Unit));
    }
    let memory = generator::memory(readings).map_err(failed)?;
    let is_asked_for = drop_in::is_asked_for_elsewhere(host, memory).map_err(failed)?;
    let is_there = is_asked_for || host.has(drop_in::PATH) || maker::of_present(host).is_some();
    Ok(is_there.then_some(Maker::Generator))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::swap::zram::limit;
    use crate::swap::zram::on::tests::{MEMORY, steps};

    fn added(files: &[(&str, &str)]) -> Plan {
        let (_folder, host) = made_tree(&[files, &[MEMORY]].concat());
        let mut plan = Plan::new("test", Area::Swap);
        add(&mut plan, &Readings::new(&host, None), &Held::new()).unwrap();
        plan
    }

    fn text(plan: &Plan, path: &str) -> Option<String> {
        let (_, content) = plan.files().find(|(one, _)| *one == path).unwrap();
        content.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[test]
    fn our_drop_in_goes_where_nothing_else_asks_for_the_device() {
        let ours = (drop_in::PATH, "[zram0]\nzram-size = 100\n");
        let on = ("/proc/swaps", "/dev/zram0 partition 1000 10 100\n");
        let limit = (limit::PATH, "[Service]\n");
        let plan = added(&[ours, limit, on]);
        assert_eq!(
            steps(&plan),
            [
                "systemctl stop systemd-zram-setup@zram0.service",
                "systemctl daemon-reload",
                drop_in::PATH,
                limit::PATH,
                "systemctl daemon-reload",
            ]
        );
        assert_eq!((text(&plan, drop_in::PATH), text(&plan, limit::PATH)), (None, None));
    }

    #[test]
    fn another_file_of_the_generator_is_overruled() {
        let main = ("/usr/lib/systemd/zram-generator.conf", "[zram0]\n");
        let plan = added(&[main]);
        assert!(text(&plan, drop_in::PATH).unwrap().ends_with("host-memory-limit = 0\n"));
        // Once more, nothing is left to do.
        let again = added(&[main, (drop_in::PATH, &drop_in::text_for_none())]);
        assert!(again.is_empty(), "{:?}", steps(&again));
    }

    #[test]
    fn an_argument_of_the_kernel_is_overruled_by_a_section() {
        let argument = ("/proc/cmdline", "systemd.zram=1\n");
        for files in [vec![argument], vec![argument, (drop_in::PATH, "[zram0]\nzram-size = 100\n")]] {
            let plan = added(&files);
            assert!(text(&plan, drop_in::PATH).unwrap().ends_with("host-memory-limit = 0\n"), "{files:?}");
        }
    }

    #[test]
    fn our_unit_is_disabled_and_removed() {
        let files = [(unit::PATH, "[Unit]\n"), (unit::LINK, "->../memtune-zram.service")];
        let plan = added(&files);
        assert_eq!(
            steps(&plan),
            ["systemctl disable memtune-zram.service", unit::PATH, "systemctl daemon-reload"]
        );
    }

    #[test]
    fn where_there_is_nothing_that_is_said() {
        let plan = added(&[]);
        assert!(plan.is_empty() && plan.notes()[0].contains("there is no compressed swap"));
    }
}
