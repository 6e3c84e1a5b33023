//! A count, a ranking, and second looks until the one that comes first has had one.

use crate::sys::bytes::Bytes;
use crate::watch::census::{Census, Counted, Lacking};
use crate::watch::execution::victim::Target;
use crate::watch::job::{GroupPath, Verdict};
use crate::watch::sample::Sample;

use super::badness::Machine;
use super::order::Ranking;
use super::rules::Rules;

/// So many of those that come first are looked at again if they are near the first, and so many whether or not, for they are told of.
const NEAR: usize = 16;
const TOLD: usize = 10;

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

/// Ranks all jobs, or those `within` a group. What a count has found is brought up to date if it is recent, for all jobs; else there is a new
/// one. Afterwards `ranking` holds the walk, and `census` the jobs that it speaks of.
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
    // Who comes first in a group may be nobody who could come first of all, and so not be up to date.
    let recent = if within.is_none() { census.refresh(sample) } else { None };
    let counted = match recent {
        Some(counted) => counted,
        None => census.count(sample)?,
    };
    let machine = Machine {
        total: within.map_or(sample.total, |group| group.held),
        within: within.map(|group| group.path.as_str()),
    };
    for _ in 0..ROUNDS {
        census.with_population(|population| ranking.rank(population, rules, machine, stuck));
        if ranking.chosen().is_none_or(|job| census.is_looked_at(job)) {
            break;
        }
        look_at_the_first(census, ranking);
    }
    confirm(census, ranking, |census, ranking| {
        census.with_population(|population| ranking.rank(population, rules, machine, stuck));
    });
    Ok(Counted { calls: census.calls(), ..counted })
}

/// Those with less than half of what the first one's place comes from will hardly pass it.
fn look_at_the_first(census: &mut Census, ranking: &Ranking) {
    let mut bound = None;
    let mut seen = 0;
    for ranked in ranking.ranked().iter().filter(|ranked| !matches!(ranked.verdict, Verdict::Skip(_))) {
        let at = ranked.job as usize;
        let badness = census.jobs().get(at).map_or(0, |job| job.badness);
        let bound = *bound.get_or_insert(badness / 2);
        seen += 1;
        if seen > NEAR {
            return;
        }
        if (seen <= TOLD || badness >= bound) && !census.is_looked_at(at) {
            census.look_closer(at);
        }
    }
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
