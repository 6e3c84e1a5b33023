//! Whether a limit fits into the machine beside all else, by the sum of `memtune limits budget`.

use serde::Serialize;

use crate::facts::readings::Readings;
use crate::sys::bytes::Bytes;
use crate::sys::size::Size;

use super::super::budget::sum::{Budget, Request};
use super::advice::rounded_down;

/// What the budget would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// The memory of the machine.
    pub total: Bytes,
    /// What all may take together.
    pub committed: Bytes,
    /// Whether it fits.
    pub fits: bool,
    /// What is left; nothing where it does not fit.
    pub left: Bytes,
}

/// Whether a limit fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// As much as this fits.
    Limit { bytes: Bytes, is_less: bool, sum: Sum },
    /// Not even the least that leaves the unit room does.
    No { missing: Bytes, why: String },
    /// Nothing tells.
    Unknown(String),
}

/// The largest limit up to `wanted`, and not below `least`, with which the units `names`, each with it, fit into the machine.
pub(super) fn find(readings: &Readings, names: &[String], wanted: Bytes, least: Bytes) -> Fit {
    let whole = match with(readings, names, wanted) {
        Ok(budget) => budget,
        Err(why) => return Fit::Unknown(why),
    };
    if whole.fits && wanted < whole.total {
        return Fit::Limit { bytes: wanted, is_less: false, sum: sum(&whole) };
    }
    let share = Bytes(whole.missing.0.div_ceil(names.len().max(1) as u64));
    let most = whole.total.less(Bytes::from_mib(1));
    let room = rounded_down(wanted.less(share).min(most));
    if room >= least
        && room.0 > 0
        && let Ok(budget) = with(readings, names, room)
        && budget.fits
    {
        return Fit::Limit { bytes: room, is_less: true, sum: sum(&budget) };
    }
    match with(readings, names, least) {
        Ok(budget) => Fit::No { missing: budget.missing, why: why(&budget, names) },
        Err(why) => Fit::Unknown(why),
    }
}

/// Whether the limit that the units have already fits.
pub(super) fn as_it_is(readings: &Readings) -> Option<Sum> {
    Budget::of(readings, &Request::default()).ok().map(|budget| sum(&budget))
}

fn with(readings: &Readings, names: &[String], limit: Bytes) -> Result<Budget, String> {
    let additions = names.iter().map(|name| (name.clone(), Size::Exact(limit))).collect();
    Budget::of(readings, &Request { additions, ..Request::default() }).map_err(|fault| fault.to_string())
}

/// Somebody else's part of it, where that breaks the sum.
fn why(budget: &Budget, names: &[String]) -> String {
    let is_others = |fault: &&String| !names.iter().any(|name| fault.contains(name.as_str()));
    budget.faults.iter().find(is_others).or(budget.faults.first()).cloned().unwrap_or_default()
}

fn sum(budget: &Budget) -> Sum {
    Sum { total: budget.total, committed: budget.committed, fits: budget.fits, left: budget.left }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    const FILES: [(&str, &str); 4] = [
        ("/proc/meminfo", "MemTotal: 4194304 kB\n"),
        ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
        ("/sys/fs/cgroup/system.slice/a.service/memory.current", "1073741824\n"),
        ("/sys/fs/cgroup/system.slice/b.service/memory.max", "1073741824\n"),
    ];

    fn fit(files: &[(&str, &str)], wanted: u64, floor: u64) -> Fit {
        let (_folder, host) = made_tree(files);
        let names = ["a.service".to_owned()];
        find(&Readings::new(&host, None), &names, Bytes::from_mib(wanted), Bytes::from_mib(floor))
    }

    /// Of 4 GiB the reserve takes 512 MiB and the other unit 1 GiB.
    #[test]
    fn what_fits_is_taken_whole_and_what_does_not_is_cut() {
        let Fit::Limit { bytes, is_less, sum } = fit(&FILES, 2000, 1000) else { panic!() };
        assert_eq!((bytes, is_less, sum.left), (Bytes::from_mib(2000), false, Bytes::from_mib(560)));
        let Fit::Limit { bytes, is_less, sum } = fit(&FILES, 9000, 1000) else { panic!() };
        assert_eq!((bytes, is_less, sum.left), (Bytes::from_mib(2560), true, Bytes(0)));
        assert!(sum.fits);
        let Fit::No { missing, why } = fit(&FILES, 9000, 2561) else { panic!() };
        assert_eq!(missing, Bytes::from_mib(1));
        assert!(why.contains("a.service"), "{why}");
    }

    #[test]
    fn who_else_breaks_it_is_named() {
        let wide = ("/sys/fs/cgroup/system.slice/b.service/memory.max", "53687091200\n");
        let Fit::No { why, .. } = fit(&[FILES[0], FILES[1], FILES[2], wide], 2000, 1000) else { panic!() };
        assert!(why.starts_with("b.service alone"), "{why}");
    }

    #[test]
    fn a_machine_that_does_not_tell_its_memory_is_not_judged() {
        assert!(matches!(fit(&FILES[1..], 1, 1), Fit::Unknown(_)));
    }
}
