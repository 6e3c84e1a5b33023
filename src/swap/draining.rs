//! Whether memory can take what a plan would drain from swap.

use crate::change::{Change, Plan};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;

use super::{commands, devices, removal, zram};

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
    let steps = (missing + missing.percent(25.0)).0.div_ceil(STEP << 20);
    Bytes::from_mib(steps.saturating_mul(STEP))
}

/// What `plan` would drain and memory could not take, with what it turns on before counted; `None` where all fits.
///
/// # Errors
/// Says why memory or the areas cannot be read.
pub fn too_much(readings: &Readings, plan: &Plan) -> Result<Option<TooMuch>, Lacking> {
    of_steps(readings, plan.steps())
}

/// What the area at `path` holds and memory could not take right now; `None` where all fits.
///
/// # Errors
/// As [`too_much`].
pub fn of_area(readings: &Readings, path: &str) -> Result<Option<TooMuch>, Lacking> {
    of_paths(readings, &[devices::canonical(readings.host(), path)], Bytes(0))
}

fn of_steps(readings: &Readings, steps: &[Change]) -> Result<Option<TooMuch>, Lacking> {
    let host = readings.host();
    let off: Vec<String> =
        steps.iter().filter_map(turned_off).map(|path| devices::canonical(host, path)).collect();
    of_paths(readings, &off, added(host, steps))
}

fn of_paths(readings: &Readings, off: &[String], added: Bytes) -> Result<Option<TooMuch>, Lacking> {
    let areas: Vec<SwapArea> =
        readings.swaps()?.iter().filter(|area| off.contains(&area.path)).cloned().collect();
    if areas.is_empty() {
        return Ok(None);
    }
    let removal = removal::of_areas(readings, &areas, added)?;
    let paths: Vec<&str> = areas.iter().map(|area| area.path.as_str()).collect();
    let paths = paths.join(", ");
    let too_much = TooMuch { paths, missing: removal.missing, working: removal.working };
    Ok((!removal.is_safe).then_some(too_much))
}

/// The area that a step turns off; a unit may be what holds it.
fn turned_off(change: &Change) -> Option<&str> {
    match change {
        // For another priority it goes off and on again.
        Change::SwapArea(area) if area.before.is_some() => Some(&area.target),
        Change::Command(command) => match command.words.as_slice() {
            [systemctl, stop, unit] if systemctl == "systemctl" && stop == "stop" => zram::stopped_with(unit),
            _ => None,
        },
        _ => None,
    }
}

/// What is turned on before the first area is turned off.
fn added(host: &Host, steps: &[Change]) -> Bytes {
    let before = steps.iter().take_while(|change| turned_off(change).is_none());
    let size = |change: &Change| match change {
        Change::SwapArea(area) if area.before.is_none() => size_of(host, steps, &area.target),
        _ => None,
    };
    before.filter_map(size).sum()
}

/// The size of a file that is made in one of the steps, or is there already. Of a device it is not asked, which counts as nothing.
fn size_of(host: &Host, steps: &[Change], path: &str) -> Option<Bytes> {
    let made = steps.iter().find_map(|change| match change {
        Change::SwapFile(file) if file.target == path => file.after.as_ref().map(|file| file.size),
        _ => None,
    });
    made.or_else(|| host.status(path).ok().map(|status| status.size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Area, SwapAreaChange, SwapFile, SwapFileChange, SwapOn, Why};
    use crate::host::made_tree::made_tree;
    use crate::sys::uuid::Uuid;

    fn made(path: &str, mib: u64) -> Change {
        let after = Some(SwapFile::new(Bytes::from_mib(mib), Uuid::default()));
        Change::SwapFile(SwapFileChange { target: path.into(), before: None, after, why: Why::default() })
    }

    fn turned(path: &str, is_on: bool) -> Change {
        let (off, on) = (None, Some(SwapOn::default()));
        let (before, after) = if is_on { (off, on) } else { (on, off) };
        Change::SwapArea(SwapAreaChange {
            target: path.into(),
            uuid: None,
            before,
            after,
            why: Why::default(),
        })
    }

    /// How many MiB are missing on a machine with 100 MiB available and 400 MiB in /swapfile, of which a quarter of 1000 MiB is kept.
    fn missing(steps: &[Change]) -> Option<u64> {
        let (_folder, host) = made_tree(&[
            ("/proc/swaps", "/swapfile file 1024000 409600 -2\n/empty file 1024000 0 -3\n"),
            ("/proc/meminfo", "MemTotal: 1024000 kB\nMemAvailable: 102400 kB\n"),
        ]);
        let readings = Readings::new(&host, None);
        of_steps(&readings, steps).unwrap().map(|too_much| too_much.missing.0 >> 20)
    }

    #[test]
    fn a_unit_that_is_stopped_turns_its_area_off() {
        let stops = |unit: &str| {
            let mut plan = Plan::new("x", Area::Swap);
            plan.command(&["systemctl", "stop", unit], None, Why::default());
            turned_off(&plan.steps()[0]).map(str::to_owned)
        };
        for unit in ["memtune-zram.service", "systemd-zram-setup@zram0.service", "dev-zram0.swap"] {
            assert_eq!(stops(unit).as_deref(), Some("/dev/zram0"), "{unit}");
        }
        assert_eq!(stops("cron.service"), None);
    }

    #[test]
    fn only_what_is_on_before_has_room_for_what_goes() {
        assert_eq!(missing(&[]), None);
        assert_eq!(missing(&[turned("/other", false)]), None);
        // The other area has room for all of it.
        assert_eq!(missing(&[turned("/swapfile", false)]), None);
        let both = [turned("/empty", false), turned("/swapfile", false)];
        assert_eq!(missing(&both), Some(550));
        let new = |mib| [made("/new", mib), turned("/new", true)];
        assert_eq!(missing(&[&new(549)[..], &both].concat()), Some(1));
        assert_eq!(missing(&[&new(550)[..], &both].concat()), None);
        assert_eq!(missing(&[&both[..], &new(550)].concat()), Some(550));
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let (paths, working) = ("/swapfile".to_owned(), "sum".to_owned());
        let too_much = TooMuch { paths, missing: Bytes::from_mib(550), working };
        let fault = too_much.fault();
        assert!(fault.to_string().contains("550 MiB are missing: sum"), "{fault}");
        assert_eq!(fault.hint.unwrap(), "add as much first: `sudo memtune swap add 704M`");
    }

    #[test]
    fn what_is_to_be_added_is_more_than_what_is_missing() {
        for (missing, enough_of) in [(1, 64), (51 << 20, 64), (52 << 20, 128), (1 << 30, 1280)] {
            assert_eq!(enough(Bytes(missing)), Bytes::from_mib(enough_of), "{missing}");
        }
    }
}
