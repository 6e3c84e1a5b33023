//! Whether memory can take what a plan would drain from swap.

use crate::change::{Change, Plan};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;

use super::{commands, devices, removal};

/// What a plan would do and memory could not take.
pub struct TooMuch {
    /// The areas that it would turn off.
    pub paths: String,
    /// How much room is lacking.
    pub missing: Bytes,
    /// The sum with this machine's numbers.
    pub working: String,
}

impl TooMuch {
    /// In a sentence.
    pub fn reason(&self) -> String {
        format!("memory cannot take back what it holds, {} are missing: {}", self.missing, self.working)
    }

    /// What makes it safe.
    pub fn remedy(&self) -> String {
        format!("add as much first: `{}`", commands::add(enough(self.missing)))
    }

    /// As a refusal.
    pub fn fault(&self) -> Fault {
        Fault::new(Exit::Refused, format!("`{}` stays on: {}", self.paths, self.reason())).hint(self.remedy())
    }
}

/// More than is missing, for that changes from one second to the next.
fn enough(missing: Bytes) -> Bytes {
    const STEP: u64 = 64;
    let steps = (missing + missing.percent(10.0)).0.div_ceil(STEP << 20);
    Bytes::from_mib(steps.saturating_mul(STEP))
}

/// What `plan` would drain and memory could not take, with what it turns on before counted; `None` where all fits.
///
/// # Errors
/// Says why memory or the areas cannot be read.
pub fn too_much(readings: &Readings, plan: &Plan) -> Result<Option<TooMuch>, Lacking> {
    let host = readings.host();
    let off = |change: &Change| match change {
        Change::SwapArea(area) if area.after.is_none() => Some(devices::canonical(host, &area.target)),
        _ => None,
    };
    let off: Vec<String> = plan.steps().iter().filter_map(off).collect();
    let areas: Vec<SwapArea> =
        readings.swaps()?.iter().filter(|area| off.contains(&area.path)).cloned().collect();
    if areas.is_empty() {
        return Ok(None);
    }
    let removal = removal::of_areas(readings, &areas, added(host, plan))?;
    let paths: Vec<&str> = areas.iter().map(|area| area.path.as_str()).collect();
    let paths = paths.join(", ");
    let too_much = TooMuch { paths, missing: removal.missing, working: removal.working };
    Ok((!removal.is_safe).then_some(too_much))
}

/// What a plan turns on before the first area is turned off.
fn added(host: &Host, plan: &Plan) -> Bytes {
    let is_off = |change: &&Change| matches!(change, Change::SwapArea(area) if area.after.is_none());
    let before = plan.steps().iter().take_while(|change| !is_off(change));
    let size = |change: &Change| match change {
        Change::SwapArea(area) if area.before.is_none() => size_of(host, plan, &area.target),
        _ => None,
    };
    before.filter_map(size).sum()
}

/// The size of a file that is made by the plan, or is there already. Of a device it is not asked, which counts as nothing.
fn size_of(host: &Host, plan: &Plan, path: &str) -> Option<Bytes> {
    let made = plan.steps().iter().find_map(|change| match change {
        Change::SwapFile(file) if file.target == path => file.after.as_ref().map(|file| file.size),
        _ => None,
    });
    made.or_else(|| host.status(path).ok().map(|status| status.size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_added_is_more_than_what_is_missing() {
        for (missing, enough_of) in [(1, 64), (58 << 20, 64), (59 << 20, 128), (1 << 30, 1152)] {
            assert_eq!(enough(Bytes(missing)), Bytes::from_mib(enough_of), "{missing}");
        }
    }
}
