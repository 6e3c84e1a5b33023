//! The device by a unit of memtune's own.

use crate::change::{Plan, Why};
use crate::exit::Fault;
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::swap::settings;

use super::on::Wanted;
use super::{maker, steps, unit};

/// Adds the steps that make the device as `wanted` says.
pub(super) fn on(plan: &mut Plan, readings: &Readings, wanted: &Wanted) -> Result<(), Fault> {
    let host = readings.host();
    let programs = match unit::Programs::find(host) {
        Ok(programs) => programs,
        Err(name) => {
            plan.refuse(
                maker::PATH,
                format!("`{name}` is not installed: `sudo apt-get install util-linux kmod`, or your distribution's packages of them"),
            );
            return Ok(());
        }
    };
    let text = unit::text(&wanted.request, wanted.algorithm, wanted.priority, &programs);
    if host.read(unit::PATH).is_ok_and(|now| now == text) && wanted.is_there(readings) && is_enabled(host) {
        return Ok(());
    }
    let area = maker::area(readings);
    if let Some(area) = area {
        steps::drain(plan, readings, area, steps::ANEW)?;
        steps::stop(plan, unit::NAME, unit::NAME);
    }
    let why = Why::new(
        "it makes the device at every boot, since zram-generator is not installed",
        "systemd.service(5)",
    );
    plan.file(host, unit::PATH, Some(&text), why)?;
    steps::reload(plan);
    if !is_enabled(host) {
        let why = Why::new("it is started at every boot", "systemctl(1)");
        plan.command(&["systemctl", "enable", unit::NAME], Some(&["systemctl", "disable", unit::NAME]), why);
    }
    // Started it may be, with a device that somebody turned off.
    let why = Why::new("the device is made and turned on now", "systemctl(1)");
    plan.command(&["systemctl", "restart", unit::NAME], Some(&["systemctl", "stop", unit::NAME]), why);
    steps::prove(plan, readings, wanted, area.is_some())?;
    steps::reload_afterwards(plan);
    Ok(())
}

/// Adds the steps after which the unit is gone.
pub(super) fn off(plan: &mut Plan, readings: &Readings) -> Result<(), Fault> {
    let host = readings.host();
    if let Some(area) = maker::area(readings) {
        steps::drain(plan, readings, area, steps::GIVEN_UP)?;
        steps::stop(plan, unit::NAME, unit::NAME);
    }
    if is_enabled(host) {
        let why = Why::new("it is not started at the next boot", "systemctl(1)");
        plan.command(&["systemctl", "disable", unit::NAME], Some(&["systemctl", "enable", unit::NAME]), why);
    }
    plan.file(host, unit::PATH, None, Why::new("it is not wanted any more", "memtune"))?;
    steps::reload_afterwards(plan);
    settings::keep(plan, readings, maker::KEPT, std::iter::empty())
}

fn is_enabled(host: &Host) -> bool {
    host.link(unit::LINK).is_ok()
}
