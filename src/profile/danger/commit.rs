//! Strict overcommit: the kernel refuses memory beyond a limit, which has to lie well above what is promised already.

use crate::facts::hugetlb;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::profile::model::Target;
use crate::profile::sized::Sized;
use crate::sys::bytes::Bytes;

use super::judge::Danger;
use super::watermarks::number;

const MODE: &str = "vm.overcommit_memory";
const RATIO: &str = "vm.overcommit_ratio";
const KBYTES: &str = "vm.overcommit_kbytes";

/// The limit has to be this share of what is promised already, in per cent.
const LEAST_ROOM: f64 = 125.0;

pub(super) fn judge(sized: &Sized, readings: &Readings<'_>) -> Result<Vec<Danger>, Lacking> {
    let settings = [MODE, RATIO, KBYTES].map(|key| sized.sysctl(key));
    let [mode, ..] = settings;
    let Some(first) = settings.into_iter().flatten().next() else { return Ok(Vec::new()) };
    if number(mode, MODE, readings)? != 2 {
        return Ok(Vec::new());
    }
    let (limit, how) = limit(sized, readings)?;
    let promised = readings.meminfo()?.get("Committed_AS")?;
    let needed = promised.percent(LEAST_ROOM);
    if limit >= needed {
        return Ok(Vec::new());
    }
    let what = if limit < promised {
        format!("{} more than that: programs would be refused memory at once", promised.less(limit))
    } else {
        format!("only {} would be left to promise", limit.less(promised))
    };
    let reason = format!(
        "with mode 2 the commit limit would be {limit} ({how}), and {promised} are promised already, {what}; {needed} is the least \
         that leaves room"
    );
    let target = if mode.is_some() { Target::Sysctl(MODE.to_owned()) } else { first.target.clone() };
    Ok(vec![Danger::new(&target, reason)])
}

/// vm_commit_limit() of Linux. Writing the ratio sets the amount to 0, and the other way round.
fn limit(sized: &Sized, readings: &Readings<'_>) -> Result<(Bytes, String), Lacking> {
    let memory = readings.meminfo()?;
    let swap = memory.swap_total();
    let (ratio, kbytes) = (sized.sysctl(RATIO), sized.sysctl(KBYTES));
    let amount = if ratio.is_some() { 0 } else { number(kbytes, KBYTES, readings).unwrap_or(0) };
    if amount > 0 {
        let amount = Bytes::from_kib(amount);
        return Ok((amount + swap, format!("{amount} of {KBYTES} + {swap} of swap")));
    }
    let ratio = number(ratio, RATIO, readings)?;
    let pages = hugetlb::of_meminfo(memory).map_or(Bytes(0), |pool| pool.page * pool.total);
    let set_aside = memory.find("Hugetlb").unwrap_or(pages);
    let usable = memory.total().less(set_aside);
    let limit = usable.percent(ratio as f64) + swap;
    Ok((limit, format!("{ratio} % of {usable} of memory + {swap} of swap")))
}

#[cfg(test)]
mod tests {
    use super::super::super::made::{made, setting};
    use super::super::super::{Numbers, danger, size};
    use super::*;
    use crate::host::made_tree::made_tree;

    /// A machine of 16 GiB with 4 GiB of swap, in mode 0 with the kernel's ratio of 50.
    fn dangers(tables: &str, promised_gib: u64) -> Vec<Danger> {
        let meminfo = format!(
            "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\nSwapTotal: 4194304 kB\nCommitted_AS: {} kB\nHugePages_Total: 1024\nHugepagesize: 2048 kB\n",
            promised_gib << 20
        );
        let files = [
            ("/proc/meminfo", meminfo.as_str()),
            ("/proc/sys/vm/overcommit_memory", "0\n"),
            ("/proc/sys/vm/overcommit_ratio", "50\n"),
            ("/proc/sys/vm/overcommit_kbytes", "0\n"),
        ];
        let (_folder, host) = made_tree(&files);
        let readings = Readings::new(&host, None);
        danger(&size(&made("x", tables), &readings, Numbers::Scaled).unwrap(), &readings)
    }

    #[test]
    fn the_limit_has_to_leave_room() {
        let strict = setting(MODE, "value = 2");
        // 50 % of 14 GiB, for 2 GiB are set aside, and 4 GiB of swap: 11 GiB, which suffice for 8.8.
        assert!(dangers(&strict, 8).is_empty());
        let refused = dangers(&strict, 9);
        let reason = &refused[0].reason;
        assert!(
            reason.contains("11 GiB (50 % of 14 GiB of memory + 4 GiB of swap)")
                && reason.contains("only 2 GiB would be left"),
            "{reason}"
        );
        assert!(dangers(&strict, 12)[0].reason.contains("1 GiB more than that"));
        assert!(dangers(&(strict.clone() + &setting(RATIO, "value = 90")), 12).is_empty());
        assert!(dangers(&(strict + &setting(KBYTES, "value = 12582912")), 12).is_empty());
        assert!(dangers(&setting(RATIO, "value = 1"), 12).is_empty());
    }
}
