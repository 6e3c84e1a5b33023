//! The steps that both makers share, each with its way back.
//!
//! What is taken back goes through the steps in reverse: the files are as they were before systemd reads them anew, and the old device is
//! made after that. For this some commands are there only for their way back, or do in both directions the same.

use crate::change::{Plan, SwapOn, Why};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::host::Host;
use crate::swap::{commands, removal};
use crate::sys::bytes::Bytes;

use super::on::Wanted;
use super::{limit, maker, unit};

/// Why a device is drained that shall be another.
pub(super) const ANEW: &str = "it can only be changed while it is off";

/// Why one is drained that shall be gone.
pub(super) const GIVEN_UP: &str = "it is given up";

/// The kernel's own words about zram.
pub(super) const ZRAM: &str = "https://docs.kernel.org/admin-guide/blockdev/zram.html";

/// Turns the device off, if memory and the other areas can take back what it holds; `reason` says what for.
pub(super) fn drain(
    plan: &mut Plan,
    readings: &Readings,
    area: &SwapArea,
    reason: &str,
) -> Result<(), Fault> {
    let failed = |lacking: crate::host::Lacking| Fault::new(Exit::Failed, lacking.to_string());
    let removal = removal::of_area(readings, area).map_err(failed)?;
    if !removal.is_safe {
        let whole = Bytes::from_gib(removal.missing.0.div_ceil(1 << 30));
        plan.refuse(
            &area.path,
            format!(
                "what it holds fits nowhere else ({}); {} more would do: `{}` first",
                removal.working,
                removal.missing,
                commands::add(whole)
            ),
        );
    }
    let why = Why::new(format!("{reason} ({})", removal.working), ZRAM);
    plan.swap_off(readings.host(), &area.path, why)
}

/// Stops `unit`, which made the device; the way back starts `back`.
pub(super) fn stop(plan: &mut Plan, unit: &str, back: &str) {
    let why = Why::new("the device is let go", ZRAM);
    plan.command(&["systemctl", "stop", unit], Some(&["systemctl", "start", back]), why);
    // On the way back the files are as they were by now, and the unit has to be started from them.
    reload_both_ways(plan);
}

/// Waits until udev has looked at the device, here and on the way back: the kernel calls it busy meanwhile, and would not let it go.
pub(super) fn settle(plan: &mut Plan, host: &Host) {
    if unit::program(host, "udevadm").is_none() {
        return;
    }
    let words = ["udevadm", "settle", "--timeout=30"];
    let why = Why::new("while udev looks at the device, the kernel does not let it go", "udevadm(8)");
    plan.command(&words, Some(&words), why);
}

/// Has systemd read its units anew, here and on the way back.
fn reload_both_ways(plan: &mut Plan) {
    let words = ["systemctl", "daemon-reload"];
    plan.command(
        &words,
        Some(&words),
        Why::new("so that the way back starts what was there before", "systemctl(1)"),
    );
}

/// Has systemd read its units anew.
pub(super) fn reload(plan: &mut Plan) {
    plan.command(
        &["systemctl", "daemon-reload"],
        None,
        Why::new("systemd reads its units anew", "systemctl(1)"),
    );
}

/// The same behind everything, in both directions.
pub(super) fn reload_afterwards(plan: &mut Plan) {
    plan.announce(&["systemctl", "daemon-reload"], Why::new("systemd reads its units anew", "systemctl(1)"));
}

/// Proves that the device is as it is `wanted`, and that it is on. Of a device that was off before, the way back drains it with patience.
pub(super) fn prove(
    plan: &mut Plan,
    readings: &Readings,
    wanted: &Wanted,
    was_on: bool,
) -> Result<(), Fault> {
    let file = format!("/sys/block/{}/disksize", maker::DEVICE);
    let why = Why::new("the kernel says how large it is", ZRAM);
    plan.command(&["grep", "-qx", &wanted.request.bytes().0.to_string(), &file], None, why);
    limit::prove(plan, &wanted.request);
    let reason = "the kernel says whether it is on, and filled before any disk";
    if was_on {
        // One plan cannot have the same area go off and come on. On the way back systemd would cut the draining short, and go on as if
        // nothing had happened.
        let why = Why::new(format!("{reason}; the way back drains it first"), "proc(5)");
        let drained = unit::drained_by("swapoff");
        let words = ["grep", "-qE", &line_of(wanted.priority), "/proc/swaps"];
        plan.command(&words, Some(&["sh", "-c", &drained]), why);
        return Ok(());
    }
    let why = Why::new(reason, "proc(5)");
    let on = SwapOn { priority: Some(wanted.priority), discard: true };
    plan.swap_on(readings.host(), maker::PATH, on, why)
}

/// Its line in /proc/swaps.
fn line_of(priority: i32) -> String {
    format!("^{}[[:space:]].*[[:space:]]{priority}$", maker::PATH)
}
