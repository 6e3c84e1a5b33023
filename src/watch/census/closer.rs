//! The second look: what is read only of jobs that may be chosen, and of the one that is.

use arrayvec::ArrayVec;

use crate::sys::bytes::Bytes;
use crate::watch::job::{Process, Spared, Wish};

use super::count::{Census, learn};
use super::groups::Version;
use super::kin::NOWHERE;
use super::reading;
use super::table::is_endable;
use super::trees::place_of;

/// So many of a job's largest processes speak for it.
const LARGEST: usize = 16;

/// So many processes are read of a job whose group tells its memory; of the one that is chosen all are.
const MEMBERS: usize = 256;

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
        let mut left = MEMBERS;
        for at in 0..self.table.processes.len() {
            if !self.is_member(at, job) {
                continue;
            }
            if !is_weighed {
                self.look_at_memory(at);
            } else if left > 0 {
                self.look_at_line(at);
                left -= 1;
            }
        }
        let largest = self.largest(job);
        for &(_, at) in &largest {
            self.look_at_memory(at);
            self.look_at_adjustment(at);
        }
        self.sum_up(job, is_weighed);
        self.heed_adjustments(job, &largest);
        self.heed_marks(job, group);
    }

    /// Looks at each process of the job that is chosen, so that none that may not be ended gets a signal. Tells how many may.
    pub fn look_before_the_end(&mut self, job: usize) -> u32 {
        self.looks = self.looks.max(super::count::LOOKS);
        for at in 0..self.table.processes.len() {
            if self.is_member(at, job) {
                self.look_at_line(at);
                self.look_at_adjustment(at);
            }
        }
        let ends = self.members(job).count() as u32;
        if let Some(job) = self.table.jobs.get_mut(job) {
            job.processes = ends;
            if ends == 0 {
                job.spared = job.spared.or(Some(Spared::ByItsOwner));
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

    /// Adds what a process holds of the GPU's memory to its job; `false` if it is in none.
    pub fn holds_on_gpu(&mut self, pid: u32, gpu: Bytes) -> bool {
        let place = place_of(&self.table.processes, pid);
        let job = place.and_then(|at| self.table.processes.get(at)).map(|process| process.job as usize);
        match job.and_then(|job| self.table.jobs.get_mut(job)) {
            Some(job) => {
                job.gpu = job.gpu + gpu;
                true
            }
            None => false,
        }
    }

    /// Reads what a process holds exactly, as long as looks are left.
    pub(super) fn look_at_memory(&mut self, at: usize) {
        let (Some(process), Some(kin)) = (self.table.processes.get_mut(at), self.table.kin.get_mut(at))
        else {
            return;
        };
        if kin.is_exact || self.looks == 0 {
            return;
        }
        self.looks -= 1;
        let Some(holds) = reading::holds(&self.proc, process.pid, &mut self.text) else { return };
        kin.swap = holds.swap;
        kin.is_exact = true;
        process.memory = holds.anonymous + holds.swap;
        if let Some((owner, known)) = self.table.owners.get_mut(at).zip(holds.owner) {
            *owner = known;
        }
    }

    /// Of a process whose group told all, only the number is known so far.
    fn look_at_line(&mut self, at: usize) {
        let (Some(process), Some(kin)) = (self.table.processes.get_mut(at), self.table.kin.get_mut(at))
        else {
            return;
        };
        if kin.is_known || self.looks == 0 {
            return;
        }
        self.looks -= 1;
        if let Ok(stat) = reading::stat(&self.proc, process.pid, &mut self.text) {
            let (known, more) = learn(&stat, *kin, self.page, &self.ours);
            *process = Process { job: process.job, ..known };
            *kin = more;
        }
    }

    fn look_at_adjustment(&mut self, at: usize) {
        if let (Some(process), Some(kin)) = (self.table.processes.get(at), self.table.kin.get_mut(at)) {
            kin.adjustment = reading::adjustment(&self.proc, process.pid, &mut self.text).or(kin.adjustment);
        }
    }

    fn is_member(&self, at: usize, job: usize) -> bool {
        self.table.processes.get(at).is_some_and(|process| process.job as usize == job)
    }

    fn largest(&self, job: usize) -> ArrayVec<(u64, usize), LARGEST> {
        let mut largest = ArrayVec::<(u64, usize), LARGEST>::new();
        for (at, process) in self.table.processes.iter().enumerate() {
            if process.job as usize != job {
                continue;
            }
            let behind = largest.partition_point(|&(memory, _)| memory >= process.memory.0);
            if largest.is_full() && behind < LARGEST {
                largest.pop();
            }
            if !largest.is_full() {
                largest.insert(behind, (process.memory.0, at));
            }
        }
        largest
    }

    fn sum_up(&mut self, job: usize, is_weighed: bool) {
        if is_weighed {
            return;
        }
        let both = self.table.processes.iter().zip(&self.table.kin);
        let (memory, swap) = both
            .filter(|(process, _)| process.job as usize == job)
            .fold((Bytes(0), Bytes(0)), |(memory, swap), (process, kin)| {
                (memory + process.memory, swap + kin.swap)
            });
        if let Some(job) = self.table.jobs.get_mut(job) {
            (job.memory, job.swap) = (memory, swap);
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
        if groups.has_mark(group, c"user.oomd_omit") {
            job.spared = job.spared.or(Some(Spared::ByItsOwner));
        } else if groups.has_mark(group, c"user.oomd_avoid") {
            job.wish = Wish::Avoid;
        }
    }
}
