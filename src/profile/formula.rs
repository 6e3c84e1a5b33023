//! From a share of what the machine has to a value, with the steps.

use crate::facts::kernel_reserve;
use crate::facts::processors;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;
use crate::sys::size;

use super::model::{Bound, Scale, Target, Unit, Whole};

/// Smaller amounts are not rounded: there a MiB counts.
const LEAST_ROUNDED: Bytes = Bytes(16 << 20);

/// A value, and how it came about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scaled {
    pub(super) value: String,
    pub(super) workings: Vec<String>,
}

/// The value that `scale` gives for `target` on this machine.
pub(super) fn value(scale: &Scale, target: &Target, readings: &Readings<'_>) -> Result<Scaled, Lacking> {
    if scale.of == Whole::Cpus {
        return quota(scale.percent, readings);
    }
    let Amount { bytes, workings } = amount(scale, readings)?;
    let value = match (scale.unit, target) {
        (Unit::Kib, _) => bytes.kib().to_string(),
        (Unit::Pages, _) => (bytes.0 / readings.page_size().0.max(1)).to_string(),
        (_, Target::Unit(_)) => size::exact(bytes),
        (Unit::Bytes | Unit::PercentOfCpu, _) => bytes.0.to_string(),
    };
    Ok(Scaled { value, workings })
}

/// A size, and how it came about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) bytes: Bytes,
    pub(super) workings: Vec<String>,
}

/// The size that `scale` gives on this machine. Where the bounds contradict each other, the lower one counts: it may be the
/// kernel's own.
pub(super) fn amount(scale: &Scale, readings: &Readings<'_>) -> Result<Amount, Lacking> {
    let (whole, name) = whole(scale.of, readings)?;
    let share = rounded(whole.percent(scale.percent), scale.unit);
    let mut workings =
        vec![format!("{} % of {whole} of {name} = {}", scale.percent, exactly(share, scale.unit))];
    let mut bytes = share;
    if let Some(most) = bound(scale.at_most, readings, &mut workings)?
        && bytes > most
    {
        workings.push(format!("no more than {} is wanted: that bound decides", exactly(most, scale.unit)));
        bytes = most;
    }
    if let Some(least) = bound(scale.at_least, readings, &mut workings)?
        && bytes < least
    {
        workings.push(format!("no less than {} is wanted: that bound decides", exactly(least, scale.unit)));
        bytes = least;
    }
    Ok(Amount { bytes, workings })
}

fn whole(of: Whole, readings: &Readings<'_>) -> Result<(Bytes, &'static str), Lacking> {
    Ok(match of {
        Whole::Lowmem => (readings.lowmem()?, "lowmem"),
        Whole::Swap => (readings.meminfo()?.swap_total(), "swap"),
        Whole::Memory | Whole::Cpus => (readings.meminfo()?.total(), "memory"),
    })
}

fn bound(
    bound: Option<Bound>,
    readings: &Readings<'_>,
    workings: &mut Vec<String>,
) -> Result<Option<Bytes>, Lacking> {
    match bound {
        None => Ok(None),
        Some(Bound::Size(size)) => Ok(Some(size)),
        Some(Bound::Kernel) => {
            let own = kernel_reserve::choice(readings)?;
            workings.push(format!(
                "the kernel itself would choose {} KiB ({})",
                own.kib,
                own.workings.join("; ")
            ));
            Ok(Some(Bytes::from_kib(own.kib)))
        }
    }
}

/// Whole MiB can be read; the rest of a byte count says nothing.
fn rounded(bytes: Bytes, unit: Unit) -> Bytes {
    if unit == Unit::Bytes && bytes >= LEAST_ROUNDED { Bytes(bytes.0 >> 20 << 20) } else { bytes }
}

fn exactly(bytes: Bytes, unit: Unit) -> String {
    if unit == Unit::Kib { format!("{} KiB", bytes.kib()) } else { bytes.to_string() }
}

fn quota(percent: f64, readings: &Readings<'_>) -> Result<Scaled, Lacking> {
    let count = processors::read(readings.host())?;
    let quota = ((count as f64 * percent) as u64).max(1);
    let workings = vec![format!("{percent} % of {count} processors, each of which counts 100 % = {quota} %")];
    Ok(Scaled { value: format!("{quota}%"), workings })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    /// 16 GiB: lowmem of one zone.
    const FILES: [(&str, &str); 4] = [
        ("/proc/meminfo", "MemTotal: 16777216 kB\nSwapTotal: 1048576 kB\n"),
        ("/proc/zoneinfo", "Node 0, zone Normal\n  pages free 1\n        managed 4194304\n"),
        ("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"),
        ("/sys/devices/system/cpu/online", "0-11\n"),
    ];

    fn scale(of: Whole, percent: f64, unit: Unit) -> Scale {
        Scale { of, percent, unit, at_least: None, at_most: None }
    }

    fn on_tree(scale: &Scale, target: &Target) -> Scaled {
        let (_folder, host) = made_tree(&FILES);
        value(scale, target, &Readings::new(&host, None)).unwrap()
    }

    fn knob() -> Target {
        Target::Sysctl("vm.min_free_kbytes".to_owned())
    }

    #[test]
    fn shares_are_written_in_the_unit_of_the_knob() {
        let unit = Target::Unit("MemoryMax".to_owned());
        let cases = [
            (Whole::Lowmem, 1.0, Unit::Kib, knob(), "167772"),
            (Whole::Memory, 75.0, Unit::Bytes, unit.clone(), "12G"),
            (Whole::Memory, 70.0, Unit::Bytes, unit, "11468M"),
            (Whole::Memory, 1.0, Unit::Bytes, knob(), "170917888"),
            (Whole::Swap, 50.0, Unit::Pages, knob(), "131072"),
            (Whole::Cpus, 50.0, Unit::PercentOfCpu, knob(), "600%"),
        ];
        for (of, percent, unit, target, value) in cases {
            assert_eq!(on_tree(&scale(of, percent, unit), &target).value, value, "{of:?}");
        }
    }

    #[test]
    fn the_bound_that_decides_is_named() {
        let mut one = scale(Whole::Lowmem, 1.0, Unit::Kib);
        one.at_most = Some(Bound::Size(Bytes::from_mib(64)));
        let scaled = on_tree(&one, &knob());
        assert_eq!(scaled.value, "65536");
        assert_eq!(scaled.workings.last().unwrap(), "no more than 65536 KiB is wanted: that bound decides");
        one.at_least = Some(Bound::Size(Bytes::from_mib(65)));
        assert_eq!(on_tree(&one, &knob()).value, "66560");
    }

    #[test]
    fn the_kernels_own_reserve_is_a_bound() {
        let mut one = scale(Whole::Lowmem, 0.1, Unit::Kib);
        one.at_least = Some(Bound::Kernel);
        let scaled = on_tree(&one, &knob());
        // One zone wants 11 × 2 MiB.
        assert_eq!(scaled.value, "22528");
        assert!(scaled.workings.iter().any(|line| line.contains("the kernel itself would choose 22528 KiB")));
    }
}
