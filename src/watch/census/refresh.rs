//! Between two counts: what may have changed who comes first is read again, and nothing else, so that the time to the first signal does
//! not hang on how many processes there are.
//!
//! Read again are the largest groups and processes, and who came since: the kernel tells the number that it gave last, so newcomers have
//! one behind that of the count. Where this does not explain what memory the machine has lost or won since, it is not believed.

use arrayvec::ArrayVec;

use crate::facts::process_pages::Pages;
use crate::sys::bytes::Bytes;
use crate::watch::job::Process;
use crate::watch::sample::Sample;

use super::base::Base;
use super::count::{Census, LOOKS, unknown};
use super::counted::Counted;
use super::groups::keep_largest;
use super::keepers::role_of;
use super::kin::Kin;
use super::taking::{UNKNOWN, is_zombie, learn};
use super::text::plain;
use super::trees::place_of;

/// A count that is older, in milliseconds, is done again.
const OLDEST: u64 = 10_000;

/// So many of the largest processes are read again.
const LARGEST: usize = 64;

/// So many numbers may have been given since; of many of them nobody is left.
const NUMBERS: u32 = 512;

/// A number may have been given before the count whose process could be seen only after it.
const LATE: u32 = 16;

/// So many newcomers are taken in, and so many are read again that began with the count; of more there is a new count.
const NEWCOMERS: usize = 48;

/// Who is not there any more.
type Gone = ArrayVec<u32, { LARGEST + NEWCOMERS }>;

/// A process, what else is known of it, and its owner.
type Newcomer = (Process, Kin, Option<u32>);

impl Census {
    /// Brings the last count up to date; `None` where it is too old, where too much has changed, or where something is not explained: then
    /// there must be a new one.
    pub fn refresh(&mut self, sample: &Sample) -> Option<Counted> {
        let base =
            self.base.filter(|base| sample.at.checked_sub(base.at).is_some_and(|age| age <= OLDEST))?;
        let is_about_swapoff = sample.loses_swap || !self.swapoff.is_empty();
        if self.counted.left_out_processes > 0 || is_about_swapoff {
            return None;
        }
        self.reader.calls = 0;
        self.looks = LOOKS;
        self.has_swap = sample.swap_total > sample.swap_free;
        let newcomers = self.find_newcomers(&base)?;
        if let Some(groups) = &mut self.groups {
            groups.weigh_largest(self.has_swap, &mut self.reader);
        }
        let mut gone = Gone::new();
        self.read_young(&base, &mut gone)?;
        self.read_largest(&mut gone);
        if !newcomers.is_empty() || !gone.is_empty() {
            self.merge(newcomers, &gone);
        }
        if !base.explains(sample, self.table.resident(self.groups.as_ref())) {
            return None;
        }
        self.table.assemble(self.groups.as_ref());
        self.add_gpu();
        self.tell_growth(sample.at);
        Some(self.sum_up_the_count())
    }

    /// Reads who has a number that was given since the count.
    fn find_newcomers(&mut self, base: &Base) -> Option<ArrayVec<Newcomer, NEWCOMERS>> {
        let (before, newest) = (base.newest?, self.reader.newest()?);
        // They may have begun anew.
        if newest.checked_sub(before)? > NUMBERS {
            return None;
        }
        let mut newcomers = ArrayVec::new();
        for pid in before.saturating_sub(LATE).max(2)..=newest {
            if place_of(&self.table.processes, pid).is_some() || self.is_kernel_thread(pid) {
                continue;
            }
            let Ok(stat) = self.reader.stat(pid) else { continue };
            if stat.is_thread || stat.is_of_kernel || is_zombie(&stat) {
                continue;
            }
            let place = match &self.groups {
                Some(groups) => Some(groups.place_told(self.reader.groups_of(pid)?)?),
                None => None,
            };
            // Its folder's number is not known: the next count reads it again.
            let (process, kin) = learn(&stat, unknown(UNKNOWN, place), self.page, &self.ours);
            let owner = self.owner_of(pid);
            newcomers.try_push((process, kin, owner)).ok()?;
        }
        Some(newcomers)
    }

    fn is_kernel_thread(&self, pid: u32) -> bool {
        self.threads.binary_search_by_key(&pid, |&(thread, _)| thread).is_ok()
    }

    /// Whoever was started when the count had begun is made sure of: only who is older is told from another one with its number by the time
    /// of its start.
    fn read_young(&mut self, base: &Base, gone: &mut Gone) -> Option<()> {
        if self.table.processes.iter().filter(|process| is_young(process, base)).count() > NEWCOMERS {
            return None;
        }
        for at in 0..self.table.processes.len() {
            if let Some(process) = self.table.processes.get(at).filter(|process| is_young(process, base)) {
                let pid = process.pid;
                if !self.read_again(at) {
                    gone.try_push(pid).ok()?;
                }
            }
        }
        Some(())
    }

    fn read_largest(&mut self, gone: &mut Gone) {
        let mut largest = ArrayVec::<(u64, usize), LARGEST>::new();
        for (at, kin) in self.table.kin.iter().enumerate().filter(|(_, kin)| kin.is_known) {
            keep_largest(&mut largest, kin.resident.0, at);
        }
        for (_, at) in largest {
            let Some(pid) = self.table.processes.get(at).map(|process| process.pid) else { continue };
            // What has ended, but was not yet looked after, has no pages.
            match self.reader.pages(pid).filter(|pages| pages.size > 0) {
                Some(pages) => {
                    self.note_pages(at, pages);
                    self.note_program(at);
                }
                // There is room for as many as are read.
                None => gone.extend((!gone.is_full()).then_some(pid)),
            }
        }
    }

    fn note_pages(&mut self, at: usize, pages: Pages) {
        let Some((process, kin)) = self.table.processes.get_mut(at).zip(self.table.kin.get_mut(at)) else {
            return;
        };
        let bytes = |pages: u64| Bytes(pages.saturating_mul(self.page));
        kin.resident = bytes(pages.resident);
        kin.size = bytes(pages.size);
        kin.anonymous = bytes(pages.anonymous());
        process.memory = if kin.is_exact { kin.anonymous + kin.swap } else { kin.resident };
    }

    /// A shell that was counted may be something else by now, by exec(2): what it is called, and which rules fit, is what it is now.
    fn note_program(&mut self, at: usize) {
        let Some((process, kin)) = self.table.processes.get_mut(at).zip(self.table.kin.get_mut(at)) else {
            return;
        };
        if let Ok(stat) = self.reader.stat(process.pid)
            && stat.started == process.started
        {
            process.command = plain(&stat.command);
            kin.role = role_of(&process.command);
        }
    }

    /// Takes newcomers in, in the order of their numbers, and leaves out who has gone.
    fn merge(&mut self, newcomers: ArrayVec<Newcomer, NEWCOMERS>, gone: &[u32]) {
        self.table.turn();
        let mut newcomers = newcomers.into_iter().peekable();
        for at in 0..self.table.before.processes.len() {
            let before = &self.table.before;
            let (Some(process), Some(kin)) = (before.processes.get(at).copied(), before.kin.get(at).copied())
            else {
                break;
            };
            let owner = before.owners.get(at).copied();
            while let Some((process, kin, owner)) = newcomers.next_if(|(new, ..)| new.pid < process.pid) {
                self.put_if_there_is_room(process, kin, owner);
            }
            if !gone.contains(&process.pid) {
                self.put_if_there_is_room(process, kin, owner);
            }
        }
        for (process, kin, owner) in newcomers {
            self.put_if_there_is_room(process, kin, owner);
        }
    }

    fn put_if_there_is_room(&mut self, process: Process, kin: Kin, owner: Option<u32>) {
        match self.table.processes.len() < self.table.processes.capacity() {
            true => self.table.put(process, kin, owner),
            false => self.counted.left_out_processes += 1,
        }
    }
}

fn is_young(process: &Process, base: &Base) -> bool {
    process.started >= base.ticks
}
