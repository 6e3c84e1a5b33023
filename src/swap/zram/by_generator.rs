//! The device by zram-generator.

use crate::change::{Plan, Why};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::swap::{generator, settings};

use super::on::Wanted;
use super::{drop_in, limit, maker, steps};

/// The generator's manual.
const MANUAL: &str = "https://github.com/systemd/zram-generator/blob/main/man/zram-generator.conf.md";

/// The unit that makes the device, and the one that turns it on.
pub(super) const SETUP: &str = "systemd-zram-setup@zram0.service";
pub(super) const SWAP: &str = "dev-zram0.swap";

/// Adds the steps that make the device as `wanted` says.
pub(super) fn on(plan: &mut Plan, readings: &Readings, wanted: &Wanted) -> Result<(), Fault> {
    let host = readings.host();
    let text = drop_in::text(&wanted.request, wanted.algorithm, wanted.priority);
    for reason in bars(readings, &text, wanted)? {
        plan.refuse("zram-generator", reason);
    }
    let limit = limit::text();
    let holds = |path: &str, text: &str| host.read(path).is_ok_and(|now| now == text);
    if holds(drop_in::PATH, &text) && holds(limit::PATH, &limit) && wanted.is_there(readings) {
        return Ok(());
    }
    let area = maker::area(readings);
    if let Some(area) = area {
        steps::drain(plan, readings, area, steps::ANEW)?;
        steps::settle(plan, host);
        steps::stop(plan, SETUP, SWAP);
    }
    let why = Why::new("zram-generator makes the device at every boot", MANUAL);
    plan.file(host, drop_in::PATH, Some(&text), why)?;
    let why = Why::new("it is given the most memory that it may take", steps::ZRAM);
    plan.file(host, limit::PATH, Some(&limit), why)?;
    steps::reload(plan);
    let why = Why::new("the device is made and turned on now", "systemctl(1)");
    plan.command(&["systemctl", "start", SWAP], Some(&["systemctl", "stop", SETUP]), why);
    // Before the way back stops it, too, for systemd lets the device go in the same moment in which it turns it off.
    steps::settle(plan, host);
    steps::prove(plan, readings, wanted, area.is_some())?;
    steps::reload_afterwards(plan);
    Ok(())
}

fn bars(readings: &Readings, text: &str, wanted: &Wanted) -> Result<Vec<String>, Fault> {
    let host = readings.host();
    let mut bars = Vec::new();
    if generator::is_switched_off(host).map_err(failed)? {
        bars.push("the kernel's arguments switch it off (systemd.zram=0): take that out of the boot loader's configuration".to_owned());
    }
    bars.extend(drop_in::bar(host, text, &wanted.request).map_err(failed)?);
    Ok(bars)
}

/// Adds the steps after which no device is made, now and at any boot.
pub(super) fn off(plan: &mut Plan, readings: &Readings) -> Result<(), Fault> {
    let host = readings.host();
    let memory = generator::memory(readings).map_err(failed)?;
    let is_asked_for = drop_in::is_asked_for_elsewhere(host, memory).map_err(failed)?;
    let text = is_asked_for.then(drop_in::text_for_none);
    if let Some(area) = maker::area(readings) {
        steps::drain(plan, readings, area, steps::GIVEN_UP)?;
        steps::settle(plan, host);
        steps::stop(plan, SETUP, SWAP);
    }
    let reason = match is_asked_for {
        true => "something else asks for the device, and this file overrules it",
        false => "nothing asks for the device any more",
    };
    let steps_before = plan.steps().len();
    plan.file(host, drop_in::PATH, text.as_deref(), Why::new(reason, MANUAL))?;
    plan.file(host, limit::PATH, None, Why::new("there is nothing to be limited", steps::ZRAM))?;
    if plan.steps().len() > steps_before {
        steps::reload_afterwards(plan);
    }
    settings::keep(plan, readings, maker::KEPT, text.iter().map(|_| drop_in::PATH))
}

fn failed(lacking: Lacking) -> Fault {
    Fault::new(Exit::Failed, lacking.to_string())
}
