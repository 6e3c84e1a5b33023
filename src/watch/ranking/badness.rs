//! How bad a job is: what it holds, weighted by how fast it grows, and a little by its owner's oom_score_adj.
//!
//! A job that holds much and keeps still has done nothing; what the machine lacks now is what others took since. So a job counts as if it
//! held, beside its own, up to twice what the largest job holds: in proportion to its share of what all jobs together have grown, and in
//! full where that growth would take a noticeable part of the machine within seconds. Who grew by more than half of it so comes before
//! any job that kept still; where nothing grows to speak of, size alone decides.

use crate::sys::bytes::Bytes;
use crate::watch::job::Job;

/// So far ahead the growth is thought on, in seconds.
const AHEAD: u64 = 10;

/// Growth counts in full where it would take this part of the machine by then.
const NOTICEABLE: u64 = 64;

/// The machine as far as the ranking needs it, or the group of which a job must go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine<'g> {
    /// All memory, or what the group holds.
    pub total: Bytes,
    /// The path of the group; what lies elsewhere is as if it were not there.
    pub within: Option<&'g str>,
}

impl Machine<'_> {
    /// Whether what is in the group at `path` is part of it.
    pub(super) fn has(&self, path: &str) -> bool {
        let below = self.within.map_or(Some("/"), |group| path.strip_prefix(group));
        below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    }
}

/// What a job must hold at least for its end to help: 1/256 of all memory, but at least 8 and at most 32 MiB.
pub fn useful(total: Bytes) -> Bytes {
    Bytes(total.0 / 256).clamp(Bytes::from_mib(8), Bytes::from_mib(32))
}

/// What would come free if a job ended.
pub(super) fn held(job: &Job) -> Bytes {
    job.memory + job.gpu
}

/// Weighs each job; `is_there` says which of them count, by their places. With the size of those that may be chosen the growth of all is
/// measured.
pub(super) fn weigh(jobs: &mut [Job], machine: Machine<'_>, is_there: impl Fn(usize) -> bool) {
    let there = || jobs.iter().enumerate().filter(|(at, _)| is_there(*at)).map(|(_, job)| job);
    let largest = there().filter(|job| job.spared.is_none()).map(held).max().unwrap_or_default();
    let grown: Bytes = there().map(|job| job.growth).sum();
    let noticeable = (machine.total.0 / NOTICEABLE).max(1);
    let weight = (u128::from(grown.0) * u128::from(AHEAD) * 1000 / u128::from(noticeable)).min(1000);
    for job in jobs {
        let share = u128::from(job.growth.0) * 1000 / u128::from(grown.0.max(1));
        let added = 2 * u128::from(largest.0) * share * weight / 1_000_000;
        let sum = (u128::from(held(job).0) + added) >> 10;
        let weighted = sum * u128::from(factor(job.adjustment)) / 1000;
        job.badness = u64::try_from(weighted).unwrap_or(u64::MAX);
    }
}

/// In thousandths. The kernel adds thousandths of the whole machine instead, so that a browser's tab of 5 MiB comes before all else.
fn factor(adjustment: i16) -> u64 {
    let adjustment = i64::from(adjustment).clamp(-1000, 1000);
    let factor = if adjustment > 0 { 1000 + adjustment / 2 } else { 1000 + adjustment };
    u64::try_from(factor).unwrap_or(0)
}
