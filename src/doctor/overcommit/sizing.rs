//! The commit limit of vm.overcommit_memory = 2, and a size for it that does not refuse what was already promised.

use crate::doctor::finding::Fix;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

/// The knob that chooses how promises are counted.
pub(super) const MODE: &str = "vm.overcommit_memory";
const RATIO: &str = "vm.overcommit_ratio";
const KBYTES: &str = "vm.overcommit_kbytes";

/// `vm.overcommit_memory`: never promise more than the limit.
pub(super) const NEVER: u64 = 2;

/// A ratio that leaves a tenth of the memory to the kernel itself.
const AMPLE_RATIO: u64 = 90;

/// What the limit is made of.
pub(super) struct Sizing {
    /// Memory without the huge pages, which the ratio does not count.
    pub(super) memory: Bytes,
    /// All swap areas.
    pub(super) swap: Bytes,
    /// `Committed_AS`: what is promised already.
    pub(super) promised: Bytes,
    /// `CommitLimit`: what may be promised.
    pub(super) limit: Bytes,
    /// Whether vm.overcommit_kbytes counts instead of the ratio.
    pub(super) is_in_kbytes: bool,
}

impl Sizing {
    pub(super) fn of(readings: &Readings) -> Result<Self, Lacking> {
        let meminfo = readings.meminfo()?;
        let preallocated = || {
            let size = meminfo.find("Hugepagesize").unwrap_or_default();
            size * meminfo.count("HugePages_Total").unwrap_or_default()
        };
        let huge = meminfo.find("Hugetlb").unwrap_or_else(preallocated);
        Ok(Self {
            memory: meminfo.total().less(huge),
            swap: meminfo.swap_total(),
            promised: meminfo.get("Committed_AS")?,
            limit: meminfo.get("CommitLimit")?,
            is_in_kbytes: readings.knob(KBYTES).is_ok_and(|kbytes| kbytes > 0),
        })
    }

    /// The commands that raise the limit to 1.25 times what is promised and `more`, or to 90 % of the memory with the swap if
    /// that is higher; and how the number comes about.
    pub(super) fn fix(&self, more: Bytes) -> (Fix, String) {
        let promised = self.promised + more;
        let wanted = promised + Bytes(promised.0 / 4);
        let beside_swap = wanted.less(self.swap);
        if self.is_in_kbytes {
            let kib = beside_swap.max(self.memory.percent(AMPLE_RATIO as f64)).kib().saturating_add(1);
            let step = format!(
                "{KBYTES} = {kib}: the larger of {AMPLE_RATIO} % of {} and 1.25 × {promised} - {} of swap",
                self.memory, self.swap
            );
            return (Fix::knob(KBYTES, kib), step);
        }
        let share = beside_swap.percent_of(self.memory).ceil() as u64;
        let ratio = share.max(AMPLE_RATIO);
        let limit = self.memory.percent(ratio as f64) + self.swap;
        let step = format!(
            "{RATIO} = {ratio} gives ({} without huge pages) × {ratio} % + {} of swap = {limit}, at least 1.25 × {promised} = {wanted}",
            self.memory, self.swap
        );
        (Fix::knob(RATIO, ratio), step)
    }
}
