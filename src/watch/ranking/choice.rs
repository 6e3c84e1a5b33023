//! A count, a ranking, and second looks until the one that comes first has had one.

use crate::sys::bytes::Bytes;
use crate::watch::census::{Census, Counted, Lacking};
use crate::watch::execution::victim::Target;
use crate::watch::job::{GroupPath, Verdict};
use crate::watch::sample::Sample;

use super::badness::Machine;
use super::order::Ranking;
use super::rules::Rules;

/// So many of those that come first are looked at again.
const LOOKED_AT: usize = 32;

/// Each second look may show that somebody else comes first. This often at most: then who comes first is taken as it is.
const ROUNDS: usize = 8;

/// A group of which a job must go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Within {
    /// Its path.
    pub path: GroupPath,
    /// What it holds.
    pub held: Bytes,
}

/// Counts and ranks: all jobs, or those `within` a group. Afterwards `ranking` holds the walk, and `census` the jobs that it speaks of.
///
/// # Errors
/// Says why the processes cannot be listed.
pub fn choose(
    census: &mut Census,
    ranking: &mut Ranking,
    rules: &Rules,
    sample: &Sample,
    stuck: &[Target],
    within: Option<&Within>,
) -> Result<Counted, Lacking> {
    census.ask(rules.asks());
    let counted = census.count(sample)?;
    let machine = Machine {
        total: within.map_or(sample.total, |group| group.held),
        within: within.map(|group| group.path.as_str()),
    };
    for _ in 0..ROUNDS {
        census.with_population(|population| ranking.rank(population, rules, machine, stuck));
        if ranking.chosen().is_none_or(|job| census.is_looked_at(job)) {
            break;
        }
        let mut left = LOOKED_AT;
        for ranked in ranking.ranked() {
            let job = ranked.job as usize;
            if left > 0 && !matches!(ranked.verdict, Verdict::Skip(_)) && !census.is_looked_at(job) {
                census.look_closer(job);
                left -= 1;
            }
        }
    }
    confirm(census, ranking, |census, ranking| {
        census.with_population(|population| ranking.rank(population, rules, machine, stuck));
    });
    Ok(counted)
}

/// The chosen job is looked at process by process; where none may be ended after all, the next one is taken.
fn confirm(census: &mut Census, ranking: &mut Ranking, rank: impl Fn(&mut Census, &mut Ranking)) {
    for _ in 0..ROUNDS {
        let Some(job) = ranking.chosen() else { return };
        if census.look_before_the_end(job) > 0 {
            return;
        }
        rank(census, ranking);
    }
}
