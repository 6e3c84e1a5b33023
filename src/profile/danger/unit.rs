//! The limits of a unit: what they leave to everything else.

use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::profile::model::Target;
use crate::profile::sized::{Sized, SizedSetting};
use crate::sys::bytes::Bytes;
use crate::sys::size::Size;

use super::judge::Danger;
use super::watermarks::{MIN_FREE, number};

/// A limit above what the unit may have protects nobody, and a protection above it takes it from everybody.
pub(super) fn judge(sized: &Sized, readings: &Readings<'_>) -> Result<Vec<Danger>, Lacking> {
    let mut dangers = Vec::new();
    for one in &sized.unit {
        if is_property(one, &["MemoryMax", "MemoryMin"])
            && let Some(amount) = amount(one, readings)?
        {
            dangers.extend(too_much(one, amount, sized, readings)?);
        }
    }
    Ok(dangers)
}

/// Above MemoryHigh a unit is slowed down until it gives memory back. Memory that no file backs can only go to swap: without any
/// the unit stands still for ever, and is never killed.
pub(super) fn judge_high(sized: &Sized, readings: &Readings<'_>) -> Result<Vec<Danger>, Lacking> {
    let Some(one) = sized.unit.iter().find(|one| is_property(one, &["MemoryHigh"])) else {
        return Ok(Vec::new());
    };
    let Some(amount) = amount(one, readings)? else { return Ok(Vec::new()) };
    let memory = readings.meminfo()?;
    if memory.swap_total() > Bytes(0) || amount >= memory.total() {
        return Ok(Vec::new());
    }
    let reason = format!(
        "{amount} of {}, and no swap: what the unit holds beyond that has nowhere to go, so that it would be slowed down without \
         end and never killed; add swap first, or use MemoryMax alone",
        memory.total()
    );
    Ok(vec![Danger::new(&one.target, reason)])
}

fn too_much(
    one: &SizedSetting,
    amount: Bytes,
    sized: &Sized,
    readings: &Readings<'_>,
) -> Result<Option<Danger>, Lacking> {
    let total = readings.meminfo()?.total();
    let reserve = reserve(sized, readings)?;
    let most = total.less(reserve);
    if amount <= most {
        return Ok(None);
    }
    if amount >= total {
        let reason = format!(
            "{amount} is no limit on a machine with {total}, which would run out of memory first; the system itself needs {reserve} \
             of it, so that no more than {most} is safe"
        );
        return Ok(Some(Danger::new(&one.target, reason)));
    }
    Ok(Some(Danger::new(
        &one.target,
        format!(
            "{amount} of {total} would leave {} to the system and everything else, which need {reserve}: no more than {most} is safe",
            total.less(amount)
        ),
    )))
}

/// What the system itself needs: the kernel's reserve, a twentieth of memory, and never less than 512 MiB; on a machine that has
/// hardly more than that, half of it.
fn reserve(sized: &Sized, readings: &Readings<'_>) -> Result<Bytes, Lacking> {
    let total = readings.meminfo()?.total();
    let min_free = Bytes::from_kib(number(sized.sysctl(MIN_FREE), MIN_FREE, readings).unwrap_or(0));
    let needed = min_free + Bytes(min_free.0 / 2) + total.percent(5.0);
    Ok(needed.max(Bytes::from_mib(512).min(Bytes(total.0 / 2))))
}

fn is_property(one: &SizedSetting, names: &[&str]) -> bool {
    matches!(&one.target, Target::Unit(name) if names.contains(&name.as_str()))
}

/// The amount that a property sets; systemd takes shares of all memory. `None` where it sets no limit.
fn amount(one: &SizedSetting, readings: &Readings<'_>) -> Result<Option<Bytes>, Lacking> {
    let Ok(size) = one.value.parse::<Size>() else { return Ok(None) };
    Ok(Some(size.of(readings.meminfo()?.total())))
}

#[cfg(test)]
mod tests {
    use super::super::super::made::{made, property};
    use super::super::super::{Numbers, danger, size, warnings};
    use super::*;
    use crate::host::made_tree::made_tree;

    /// A machine of 16 GiB, which needs 819 MiB and 1.5 times its reserve of 64 MiB for itself: 915 MiB.
    fn dangers(tables: &str, swap: u64) -> Vec<Danger> {
        let meminfo = format!("MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\nSwapTotal: {swap} kB\n");
        let (_folder, host) = made_tree(&[
            ("/proc/meminfo", meminfo.as_str()),
            ("/proc/sys/vm/min_free_kbytes", "65536\n"),
            ("/proc/sys/vm/overcommit_memory", "0\n"),
        ]);
        let readings = Readings::new(&host, None);
        danger(&size(&made("x", tables), &readings, Numbers::Scaled).unwrap(), &readings)
    }

    #[test]
    fn the_system_keeps_what_it_needs() {
        let most = |value: &str| property("MemoryMax", &format!("value = \"{value}\""));
        assert!(dangers(&most("15468M"), 0).is_empty());
        assert!(dangers(&most("infinity"), 0).is_empty());
        let refused = dangers(&most("15469M"), 0);
        assert!(
            refused[0].reason.contains("would leave 915 MiB")
                && refused[0].reason.contains("which need 915 MiB"),
            "{refused:?}"
        );
        assert!(dangers(&most("24G"), 0)[0].reason.contains("24 GiB is no limit on a machine with 16 GiB"));
        assert_eq!(dangers(&most("99%"), 0).len(), 1);
    }

    #[test]
    fn a_soft_limit_needs_swap() {
        let high = property("MemoryHigh", "value = \"8G\"");
        assert!(dangers(&high, 0)[0].reason.contains("no swap"));
        assert!(dangers(&high, 4).is_empty());
    }

    #[test]
    fn what_cannot_be_judged_is_told() {
        let (_folder, host) = made_tree(&[("/etc/hostname", "x\n")]);
        let readings = Readings::new(&host, None);
        let sized =
            size(&made("x", &property("MemoryMax", "value = \"8G\"")), &readings, Numbers::Scaled).unwrap();
        assert!(danger(&sized, &readings).is_empty());
        let told = warnings(&sized, &readings);
        assert!(
            told[0].reason.contains(
                "not all of its values could be judged for this machine: `/proc/meminfo` is not there"
            ),
            "{told:?}"
        );
    }
}
