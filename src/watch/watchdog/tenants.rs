//! Units and slices with bounds of their own: each must lose a job before the machine suffers from it.

use crate::sys::bytes::Bytes;
use crate::watch::account::event::Reason;
use crate::watch::census::{Census, usual_place};
use crate::watch::job::{GroupPath, Name};
use crate::watch::meter::GroupMeter;
use crate::watch::policy::decision::Outstanding;
use crate::watch::policy::group::{GroupDecision, GroupSample, GroupWatch};
use crate::watch::ranking::Within;
use crate::watch::sample::Sample;
use crate::watch::settings::{GroupBound, Settings};

/// A unit that is not where units usually are is searched for in all groups, which costs, no more often than this, in milliseconds.
const SEARCHED_EVERY: u64 = 60_000;

/// One of them.
#[derive(Debug)]
pub(super) struct Tenant {
    bound: GroupBound,
    watch: GroupWatch,
    /// Where it is, while it is there.
    place: Option<(GroupPath, GroupMeter)>,
    searched: Option<u64>,
    seen: GroupSample,
}

impl Tenant {
    /// All that are set; none of them was looked at yet.
    pub(super) fn all(settings: &Settings) -> Vec<Self> {
        let tenant = |bound: &GroupBound| Self {
            bound: bound.clone(),
            watch: GroupWatch::new(bound, settings.kill.settle),
            place: None,
            searched: None,
            seen: GroupSample::default(),
        };
        settings.groups.iter().map(tenant).collect()
    }

    /// Looks at it and judges what is seen; `None` while it is not there.
    pub(super) fn look(
        &mut self,
        sample: &Sample,
        outstanding: Outstanding,
        fastest: Bytes,
        census: &mut Census,
    ) -> Option<GroupDecision> {
        if self.place.is_none() {
            self.place = self.find(sample.at, census);
        }
        let (_, meter) = self.place.as_ref()?;
        match meter.sample(sample.at, sample.total) {
            Ok(seen) => {
                self.seen = seen;
                Some(self.watch.step(&seen, outstanding, fastest))
            }
            // It was stopped; a new one may come in its place.
            Err(_) => {
                self.place = None;
                self.watch.forget();
                None
            }
        }
    }

    fn find(&mut self, now: u64, census: &mut Census) -> Option<(GroupPath, GroupMeter)> {
        let at = |path: GroupPath| Some((path, GroupMeter::open(&path)?));
        if let Some(usual) = usual_place(&self.bound.unit).and_then(at) {
            return Some(usual);
        }
        if self.searched.is_some_and(|searched| now.saturating_sub(searched) < SEARCHED_EVERY) {
            return None;
        }
        self.searched = Some(now);
        census.find_unit(&self.bound.unit).and_then(at)
    }

    /// Where a job must go, as it was last seen.
    pub(super) fn within(&self) -> Option<Within> {
        self.place.as_ref().map(|(path, _)| Within { path: *path, held: self.seen.held })
    }

    /// Its bounds, for the account.
    pub(super) fn reason(&self, sample: &Sample) -> Reason {
        let mut name = Name::new();
        for letter in self.bound.unit.chars() {
            if name.try_push(letter).is_err() {
                break;
            }
        }
        let memory = self.bound.memory.map(|memory| memory.of(sample.total));
        Reason::Group { name, memory, full: self.bound.full }
    }

    /// Nobody in it could be chosen.
    pub(super) fn had_nobody(&mut self) {
        self.watch.had_nobody();
    }
}
