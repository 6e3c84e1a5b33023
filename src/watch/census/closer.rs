//! The second look: what is read only of jobs that may be chosen, and of the one that is.

use arrayvec::ArrayVec;
use rustix::io::Errno;

use crate::sys::bytes::Bytes;
use crate::watch::job::{Process, Spared, Wish};

use super::count::Census;
use super::groups::{Version, keep_largest};
use super::kin::{Kin, NOWHERE};
use super::reader::Holds;
use super::table::is_endable;

/// So many of a job's largest processes speak for it.
const LARGEST: usize = 16;

/// So many processes are read of a job whose group tells its memory; of the one that is chosen all are.
const MEMBERS: usize = 256;

/// Of a job whose group does not tell it, so many are looked at exactly beside the largest; the others are taken to be like them.
const EXAMPLES: usize = 112;

/// From here down the owner asks to be the last (oom_score_adj).
const LAST: std::ops::RangeInclusive<i16> = -999..=-500;

impl Census {
    /// Whether a job was looked at in full since the last count.
    pub fn is_looked_at(&self, job: usize) -> bool {
        self.table.sides.get(job).is_none_or(|side| side.is_looked_at)
    }

    /// Looks at a job in full: what its processes hold exactly, what its owner wishes.
    pub fn look_closer(&mut self, job: usize) {
        let Some(side) = self.table.sides.get_mut(job) else { return };
        side.is_looked_at = true;
        let (group, is_weighed) = (side.group, side.is_weighed);
        if is_weighed {
            self.look_at_lines(job);
        } else {
            self.look_at_examples(job);
        }
        let largest = self.largest(job);
        for &(_, at) in &largest {
            if !is_weighed || self.asks.owners {
                self.look_at_memory(at);
            }
            self.look_at_adjustment(at);
        }
        if !is_weighed {
            self.sum_up(job, &largest);
        }
        self.heed_adjustments(job, &largest);
        self.heed_marks(job, group);
    }

    /// Looks at each process of the job that is chosen, so that none that may not be ended gets a signal. Tells how many may.
    pub fn look_before_the_end(&mut self, job: usize) -> u32 {
        self.looks = self.looks.max(super::count::LOOKS);
        let mut is_owners_wish = false;
        for at in 0..self.table.processes.len() {
            if self.is_member(at, job) {
                self.look_at_line(at);
                self.look_for_the_last_time(at);
                is_owners_wish |= self.table.kin.get(at).is_some_and(|kin| kin.adjustment == Some(-1000));
            }
        }
        let ends = self.members(job).count() as u32;
        if let Some(job) = self.table.jobs.get_mut(job) {
            job.processes = ends;
            if ends == 0 {
                let why = if is_owners_wish { Spared::ByItsOwner } else { Spared::HasNothingToEnd };
                job.spared = job.spared.or(Some(why));
            }
        }
        ends
    }

    /// The processes of a job that may be ended, the one at its root first.
    pub fn members(&self, job: usize) -> impl Iterator<Item = &Process> {
        let root = self.table.sides.get(job).map_or(NOWHERE, |side| side.root);
        let both = || self.table.processes.iter().zip(&self.table.kin).enumerate();
        let is_member = move |process: &Process| process.job as usize == job;
        let fits = move |process: &Process, kin| is_member(process) && is_endable(process, kin);
        let first = both().filter(move |(at, _)| *at as u32 == root);
        let others = both().filter(move |(at, _)| *at as u32 != root);
        first
            .chain(others)
            .filter(move |(_, (process, kin))| fits(process, kin))
            .map(|(_, (process, _))| process)
    }

    /// Whether all that is in the job's control group may be ended at once (cgroup.kill): nothing in it is spared or another job's.
    pub fn ends_as_a_whole(&self, job: usize) -> bool {
        let Some(groups) = self.groups.as_ref().filter(|groups| groups.version == Version::Two) else {
            return false;
        };
        let side = self.table.sides.get(job).filter(|side| side.group != NOWHERE);
        let group = side.and_then(|side| groups.table.get(side.group as usize));
        let mut both = self.table.processes.iter().zip(&self.table.kin);
        let is_spared =
            |(process, kin): (&Process, _)| process.job as usize == job && !is_endable(process, kin);
        group.is_some_and(|group| !group.holds_others) && !both.any(is_spared)
    }

    /// Reads what a process holds exactly, as long as looks are left. Where nothing is in swap, and nobody asks for
    /// its owner, a cheaper file tells it.
    pub(super) fn look_at_memory(&mut self, at: usize) {
        let Some(pid) = self.table.processes.get(at).map(|process| process.pid) else { return };
        if self.looks == 0 || self.table.kin.get(at).is_none_or(|kin| kin.is_exact) {
            return;
        }
        self.looks -= 1;
        let holds = match self.has_swap || self.asks.owners {
            true => self.reader.holds(pid),
            false => self.reader.pages(pid).map(|pages| {
                let anonymous = Bytes(pages.anonymous().saturating_mul(self.page));
                Holds { anonymous, swap: Bytes(0), owner: None }
            }),
        };
        let Some(holds) = holds else { return };
        let (Some(process), Some(kin)) = (self.table.processes.get_mut(at), self.table.kin.get_mut(at))
        else {
            return;
        };
        kin.anonymous = holds.anonymous;
        kin.swap = holds.swap;
        kin.is_exact = true;
        process.memory = holds.anonymous + holds.swap;
        if let Some((owner, known)) = self.table.owners.get_mut(at).zip(holds.owner) {
            *owner = known;
        }
    }

    /// Of processes whose group told all, only the number is known so far.
    fn look_at_lines(&mut self, job: usize) {
        let mut left = MEMBERS;
        for at in 0..self.table.processes.len() {
            if left > 0 && self.is_member(at, job) {
                self.look_at_line(at);
                left -= 1;
            }
        }
    }

    fn look_at_line(&mut self, at: usize) {
        if self.looks > 0 && self.table.kin.get(at).is_some_and(|kin| !kin.is_known) {
            self.looks -= 1;
            self.read_again(at);
        }
    }

    /// One in so many of the job's processes.
    fn look_at_examples(&mut self, job: usize) {
        let members = self.table.processes.iter().filter(|process| process.job as usize == job).count();
        let step = members.div_ceil(EXAMPLES).max(1);
        let mut member = 0;
        for at in 0..self.table.processes.len() {
            if self.is_member(at, job) {
                if member % step == 0 {
                    self.look_at_memory(at);
                }
                member += 1;
            }
        }
    }

    fn look_at_adjustment(&mut self, at: usize) {
        if let Some((process, kin)) = self.table.processes.get(at).zip(self.table.kin.get_mut(at))
            && kin.adjustment.is_none()
        {
            kin.adjustment = self.reader.adjustment(process.pid).ok();
        }
    }

    fn look_for_the_last_time(&mut self, at: usize) {
        let Some((process, kin)) = self.table.processes.get(at).zip(self.table.kin.get_mut(at)) else {
            return;
        };
        match self.reader.adjustment(process.pid) {
            Ok(adjustment) => kin.adjustment = Some(adjustment),
            Err(Errno::NOENT | Errno::SRCH) => kin.is_gone = self.reader.owner(process.pid).is_none(),
            Err(_) => {}
        }
    }

    fn is_member(&self, at: usize, job: usize) -> bool {
        self.table.processes.get(at).is_some_and(|process| process.job as usize == job)
    }

    fn largest(&self, job: usize) -> ArrayVec<(u64, usize), LARGEST> {
        let mut largest = ArrayVec::<(u64, usize), LARGEST>::new();
        for (at, process) in self.table.processes.iter().enumerate() {
            if process.job as usize == job {
                keep_largest(&mut largest, process.memory.0, at);
            }
        }
        largest
    }

    /// Those who were not looked at have files in memory in the same part as the examples have.
    fn sum_up(&mut self, job: usize, largest: &[(u64, usize)]) {
        let mut sums = Sums::default();
        let both = self.table.processes.iter().zip(&self.table.kin).enumerate();
        for (at, (process, kin)) in both.filter(|(_, (process, _))| process.job as usize == job) {
            sums.add(process, kin, largest.iter().any(|&(_, large)| large == at));
        }
        if let Some(job) = self.table.jobs.get_mut(job) {
            (job.memory, job.swap) = (sums.memory(), sums.swap);
        }
    }

    /// The large ones count: those with at least half of what the largest holds.
    fn heed_adjustments(&mut self, job: usize, largest: &[(u64, usize)]) {
        let bound = largest.first().map_or(0, |&(memory, _)| memory / 2);
        let mut worst: Option<i16> = None;
        let (mut held, mut spared) = (0u64, 0u64);
        let mut ends = 0u32;
        for &(memory, at) in largest {
            let Some(adjustment) = self.table.kin.get(at).and_then(|kin| kin.adjustment) else { continue };
            held = held.saturating_add(memory);
            if adjustment == -1000 {
                spared = spared.saturating_add(memory);
                ends += 1;
            } else if memory >= bound {
                worst = Some(worst.map_or(adjustment, |worst| worst.max(adjustment)));
            }
        }
        let Some(job) = self.table.jobs.get_mut(job) else { return };
        job.processes = job.processes.saturating_sub(ends);
        job.adjustment = worst.unwrap_or(0);
        if worst.is_some_and(|worst| LAST.contains(&worst)) {
            job.wish = Wish::Avoid;
        }
        let is_mostly_spared = ends > 0 && (spared >= held.div_ceil(2) || job.processes == 0);
        if is_mostly_spared {
            job.spared = job.spared.or(Some(Spared::ByItsOwner));
        }
    }

    /// systemd leaves ManagedOOMPreference= at the folder of the group.
    fn heed_marks(&mut self, job: usize, group: u32) {
        let Some(groups) = &self.groups else { return };
        let Some((group, job)) = groups.table.get(group as usize).zip(self.table.jobs.get_mut(job)) else {
            return;
        };
        let marks = groups.marks(group, &mut self.reader);
        if marks.omit {
            job.spared = job.spared.or(Some(Spared::ByItsOwner));
        } else if marks.avoid {
            job.wish = Wish::Avoid;
        }
    }
}

/// What the processes of a job hold: as it is known exactly, and what is in memory of the others.
#[derive(Debug, Default)]
struct Sums {
    exact: Bytes,
    swap: Bytes,
    others: Bytes,
    examples: Bytes,
    resident_of_examples: Bytes,
}

impl Sums {
    fn add(&mut self, process: &Process, kin: &Kin, is_large: bool) {
        if !kin.is_exact {
            self.others = self.others + process.memory;
            return;
        }
        self.exact = self.exact + process.memory;
        self.swap = self.swap + kin.swap;
        if !is_large {
            self.examples = self.examples + kin.anonymous;
            self.resident_of_examples = self.resident_of_examples + kin.resident;
        }
    }

    fn memory(&self) -> Bytes {
        let all = u128::from(self.resident_of_examples.0.max(1));
        let part = u128::from(self.examples.0).min(all);
        let others = match self.resident_of_examples.0 {
            0 => self.others,
            _ => Bytes(u64::try_from(u128::from(self.others.0) * part / all).unwrap_or(u64::MAX)),
        };
        self.exact + others
    }
}
