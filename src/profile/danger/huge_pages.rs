//! Pages set aside for programs that ask for huge ones: nothing else can use them.

use crate::facts::hugetlb;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::profile::model::Target;
use crate::profile::sized::{Sized, SizedSetting};
use crate::sys::bytes::Bytes;

use super::judge::Danger;
use super::watermarks::safe_share;

/// More of memory, in per cent, leaves too little for everything else.
const MOST: f64 = 50.0;

pub(super) fn judge(sized: &Sized, readings: &Readings<'_>) -> Result<Vec<Danger>, Lacking> {
    let mut dangers = Vec::new();
    for one in &sized.settings {
        if let (Some(page), Ok(count)) = (page_size(one, readings)?, one.value.parse::<u64>()) {
            dangers.extend(too_many(one, page, count, readings)?);
        }
    }
    Ok(dangers)
}

/// The size of the pages that a setting counts; `None` of every other setting.
fn page_size(one: &SizedSetting, readings: &Readings<'_>) -> Result<Option<Bytes>, Lacking> {
    match &one.target {
        Target::Sysctl(key) if matches!(key.as_str(), "vm.nr_hugepages" | "vm.nr_hugepages_mempolicy") => {
            readings.meminfo()?.get("Hugepagesize").map(Some)
        }
        Target::Sys(path) => {
            let folder = path.strip_prefix("/sys/kernel/mm/hugepages/");
            let name = folder.and_then(|rest| rest.strip_suffix("/nr_hugepages"));
            Ok(name.and_then(hugetlb::size_of_name))
        }
        Target::Sysctl(_) | Target::Unit(_) => Ok(None),
    }
}

fn too_many(
    one: &SizedSetting,
    page: Bytes,
    count: u64,
    readings: &Readings<'_>,
) -> Result<Option<Danger>, Lacking> {
    let memory = readings.meminfo()?;
    let (total, available) = (memory.total(), memory.available());
    let now = hugetlb::of_meminfo(memory).filter(|pool| pool.page == page).map_or(0, |pool| pool.total);
    let (whole, more) = (page * count, page * count.saturating_sub(now));
    let (left, floor) = (available.less(more), safe_share(total));
    if whole.percent_of(total) <= MOST && (left >= floor || more == Bytes(0)) {
        return Ok(None);
    }
    Ok(Some(Danger::new(
        &one.target,
        format!(
            "{count} pages of {page} are {whole}, {:.0} % of {total}: of {available} that are available now {left} would be left, and \
             less than {floor}, or more than {MOST} % set aside, is not safe",
            whole.percent_of(total)
        ),
    )))
}

#[cfg(test)]
mod tests {
    use super::super::super::made::{made, setting};
    use super::super::super::{Numbers, danger, size};
    use super::*;
    use crate::host::made_tree::made_tree;

    fn refused(tables: &str, available_gib: u64) -> bool {
        let meminfo = format!(
            "MemTotal: 16777216 kB\nMemAvailable: {} kB\nHugePages_Total: 0\nHugepagesize: 2048 kB\n",
            available_gib << 20
        );
        let (_folder, host) = made_tree(&[("/proc/meminfo", meminfo.as_str())]);
        let readings = Readings::new(&host, None);
        !danger(&size(&made("x", tables), &readings, Numbers::Scaled).unwrap(), &readings).is_empty()
    }

    #[test]
    fn half_of_memory_is_the_most() {
        let pages = |count: u64| setting("vm.nr_hugepages", &format!("value = {count}"));
        assert!(!refused(&pages(4096), 15));
        assert!(refused(&pages(4097), 15));
        assert!(refused(&pages(4096), 9));
        assert!(!refused(&pages(0), 1));
        let path = "[[setting]]\nsys = \"/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages\"\nvalue = 9\nreason = \"r\"\nsource = \"s\"";
        assert!(refused(path, 15));
    }
}
