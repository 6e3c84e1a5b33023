//! The plan that takes the service away.

use crate::change::{Area, Plan, Why};
use crate::exit::Fault;
use crate::facts::readings::Readings;

use super::install::is_enabled;
use super::{bars, unit};

/// Plans that the service is gone. What the owner wrote stays.
///
/// # Errors
/// Says what cannot be read.
pub fn plan(readings: &Readings) -> Result<Plan, Fault> {
    let mut plan = Plan::new("take memtune's watchdog away", Area::Watch);
    if let Some(why) = bars::find(readings) {
        plan.refuse(unit::NAME, why);
        return Ok(plan);
    }
    steps(&mut plan, readings)?;
    Ok(plan)
}

fn steps(plan: &mut Plan, readings: &Readings) -> Result<(), Fault> {
    let host = readings.host();
    if !host.has(unit::PATH) {
        return Ok(());
    }
    let why = || Why::new("it is not wanted any more", "systemctl(1)");
    plan.command(&["systemctl", "stop", unit::NAME], Some(&["systemctl", "start", unit::NAME]), why());
    if is_enabled(host) {
        plan.command(
            &["systemctl", "disable", unit::NAME],
            Some(&["systemctl", "enable", unit::NAME]),
            why(),
        );
    }
    // On the way back systemd has to know the unit again before it is enabled and started.
    let reload = ["systemctl", "daemon-reload"];
    plan.command(&reload, Some(&reload), Why::new("so that the way back finds the unit", "systemctl(1)"));
    plan.file(host, unit::PATH, None, why())?;
    plan.announce(&reload, Why::new("systemd reads its units anew", "systemctl(1)"));
    plan.note("/etc/memtune/watch.toml stays as it is");
    plan.note("where another watchdog gave way when this one was installed, `memtune history` names that change, and `memtune undo` with its number brings it back");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn it_is_stopped_before_its_file_goes() {
        let link = (unit::LINK, "->/etc/systemd/system/memtune-watchd.service");
        let (_folder, host) = made_tree(&[(unit::PATH, "[Unit]\n"), link]);
        let mut plan = Plan::new("x", Area::Watch);
        steps(&mut plan, &Readings::new(&host, None)).unwrap();
        let targets: Vec<&str> = plan.steps().iter().map(|step| step.target()).collect();
        assert_eq!(
            targets,
            [
                "systemctl stop memtune-watchd.service",
                "systemctl disable memtune-watchd.service",
                "systemctl daemon-reload",
                unit::PATH,
                "systemctl daemon-reload",
            ]
        );
    }

    #[test]
    fn nothing_is_done_where_it_is_not_there() {
        let (_folder, host) = made_tree(&[("/etc/hostname", "x")]);
        let mut plan = Plan::new("x", Area::Watch);
        steps(&mut plan, &Readings::new(&host, None)).unwrap();
        assert!(plan.is_empty());
    }
}
