//! Takes the processes of a list into the table, and reads those that may have changed.
//!
//! What tells that a process is still the one that was counted before is the number of its folder below /proc, which comes with the list:
//! the kernel makes a new one for each process, and at times for the same one, which is then read again.

use crate::facts::process_stat::Stat;
use crate::sys::bytes::Bytes;
use crate::watch::job::Process;

use super::count::{Census, nameless, unknown};
use super::keepers;
use super::kin::{Kin, NOWHERE};
use super::text::plain;
use super::trees::place_of;

/// Who holds this much is read each time.
const SMALL: Bytes = Bytes(8 << 20);

/// The number of a folder that was not listed.
pub(super) const UNKNOWN: u64 = 0;

/// Of those who are passed over, one in so many is read all the same: programs may have changed their names.
const IN_TURN: u32 = 8;

impl Census {
    /// Takes all that were listed.
    pub(super) fn take_all(&mut self) {
        let mut before = 0;
        self.forget_ended_threads();
        let mut walk = Walk { threads: self.threads.len(), parent: None };
        for at in 0..self.pids.len() {
            let Some(&(pid, identity)) = self.pids.get(at) else { break };
            // Both tables are sorted by the number.
            while self.table.before.processes.get(before).is_some_and(|process| process.pid < pid) {
                before += 1;
            }
            let known = self.table.before.processes.get(before).zip(self.table.before.kin.get(before));
            let is_known = known.is_some_and(|(process, kin)| {
                process.pid == pid && kin.identity == identity && identity != UNKNOWN
            });
            self.take(pid, identity, is_known.then_some(before), &mut walk);
        }
        self.threads.sort_unstable();
    }

    fn forget_ended_threads(&mut self) {
        let pids = &self.pids;
        self.threads.retain(|thread| pids.binary_search(thread).is_ok());
        self.counted.kernel_threads = self.threads.len() as u32;
    }

    fn take(&mut self, pid: u32, identity: u64, before: Option<usize>, walk: &mut Walk) {
        let turns_swap_off = self.turns_swap_off(pid);
        let place = self.groups.as_ref().and_then(|groups| groups.group_of(pid));
        let is_ours = pid <= 1 || self.ours.contains(&pid);
        let known = before.and_then(|at| self.known(at, place));
        if !is_ours && !turns_swap_off && self.is_told_by_its_group(place) {
            let (process, kin) = known.unwrap_or_else(|| (nameless(pid), unknown(identity, place)));
            self.put_old(process, kin, before);
            return;
        }
        if before.is_none() && self.is_thread(pid, identity, walk) {
            return;
        }
        match known {
            Some((process, kin))
                if !is_ours && !turns_swap_off && self.is_passed_over(&process, &kin, walk) =>
            {
                self.counted.passed_over += 1;
                self.put_old(process, Kin { is_old: true, ..kin }, before);
            }
            known => {
                self.read(pid, unknown(identity, place), known.map(|(process, kin)| (process.started, kin)))
            }
        }
    }

    /// A process as the last count left it, where its line was read.
    fn known(&self, before: usize, place: Option<u32>) -> Option<(Process, Kin)> {
        let (process, kin) =
            self.table.before.processes.get(before).zip(self.table.before.kin.get(before))?;
        let swap = if self.has_swap { kin.swap } else { Bytes(0) };
        let kin = Kin {
            place: place.unwrap_or(NOWHERE),
            swap,
            adjustment: None,
            is_old: false,
            turns_swap_off: false,
            ..*kin
        };
        let memory = if kin.is_exact { kin.anonymous + kin.swap } else { process.memory };
        kin.is_known.then_some((Process { memory, job: NOWHERE, ..*process }, kin))
    }

    /// It is small and keeps still, and nobody else has become its parent.
    fn is_passed_over(&self, process: &Process, kin: &Kin, walk: &mut Walk) -> bool {
        let is_its_turn = (process.pid ^ self.round).is_multiple_of(IN_TURN);
        kin.still > 0 && kin.resident < SMALL && !is_its_turn && walk.lives(process.parent, self)
    }

    fn is_thread(&self, pid: u32, identity: u64, walk: &Walk) -> bool {
        let known = self.threads.get(..walk.threads).unwrap_or_default();
        known.binary_search(&(pid, identity)).is_ok()
    }

    fn put_old(&mut self, process: Process, kin: Kin, before: Option<usize>) {
        let owner = before.and_then(|at| self.table.before.owners.get(at).copied());
        let owner = match owner.filter(|&owner| owner != NOWHERE) {
            None => self.owner_of(process.pid),
            known => known,
        };
        self.table.put(process, kin, owner);
    }

    /// Reads a process, which was started then and was like this in the last count.
    fn read(&mut self, pid: u32, kin: Kin, before: Option<(u64, Kin)>) {
        match self.reader.stat(pid) {
            Err(_) => self.counted.unread = self.counted.unread.saturating_add(1),
            Ok(stat) if stat.is_of_kernel => {
                self.counted.kernel_threads += 1;
                if self.threads.len() < self.threads.capacity() {
                    self.threads.push((pid, kin.identity));
                }
            }
            Ok(stat) if is_zombie(&stat) => self.counted.zombies += 1,
            Ok(stat) => {
                let (mut process, mut kin) = learn(&stat, kin, self.page, &self.ours);
                if let Some((_, before)) = before.filter(|&(started, _)| started == stat.started) {
                    kin.keep(&before);
                }
                if kin.is_exact {
                    process.memory = kin.anonymous + kin.swap;
                }
                kin.turns_swap_off = self.turns_swap_off(pid);
                let owner = self.owner_of(pid);
                self.table.put(process, kin, owner);
            }
        }
    }

    /// Reads all that was passed over after all.
    pub(super) fn read_what_was_passed_over(&mut self) {
        for at in 0..self.table.processes.len() {
            if self.table.kin.get(at).is_some_and(|kin| kin.is_old) {
                self.read_again(at);
            }
        }
        self.counted.passed_over = 0;
    }

    /// Reads the line of a process in the table again; `false` if it is not there any more, or is another one.
    pub(super) fn read_again(&mut self, at: usize) -> bool {
        let Some((process, kin)) = self.table.processes.get_mut(at).zip(self.table.kin.get_mut(at)) else {
            return false;
        };
        let Ok(stat) = self.reader.stat(process.pid) else { return false };
        if (stat.started != process.started && kin.is_known) || is_zombie(&stat) {
            return false;
        }
        let fresh = Kin {
            realm: kin.realm,
            root: kin.root,
            parent_at: kin.parent_at,
            is_anchor: kin.is_anchor,
            turns_swap_off: kin.turns_swap_off,
            ..Kin::unknown(kin.identity, kin.place)
        };
        let (known, mut fresh) = learn(&stat, fresh, self.page, &self.ours);
        fresh.keep(kin);
        fresh.adjustment = kin.adjustment;
        *process = Process { job: process.job, ..known };
        *kin = fresh;
        if kin.is_exact {
            process.memory = kin.anonymous + kin.swap;
        }
        true
    }
}

/// A walk through the list.
#[derive(Debug)]
struct Walk {
    /// So many of the kernel's threads were known before it.
    threads: usize,
    /// The last parent that was asked for, and whether it lives: brothers and sisters come one after the other.
    parent: Option<(u32, bool)>,
}

impl Walk {
    /// Whether the parent that was counted before is there, and the same one.
    fn lives(&mut self, parent: u32, census: &Census) -> bool {
        if let Some((last, lives)) = self.parent
            && last == parent
        {
            return lives;
        }
        let lives = parent == 0 || is_there(parent, census);
        self.parent = Some((parent, lives));
        lives
    }
}

fn is_there(pid: u32, census: &Census) -> bool {
    let before = &census.table.before;
    let identity = place_of(&before.processes, pid).and_then(|at| before.kin.get(at)).map(|kin| kin.identity);
    identity.is_some_and(|identity| census.pids.binary_search(&(pid, identity)).is_ok())
}

/// A process whose first thread has ended is shown like this, too, and lives.
pub(super) fn is_zombie(stat: &Stat) -> bool {
    matches!(stat.state, b'Z' | b'X') && stat.threads <= 1
}

/// What the line tells of a process.
pub(super) fn learn(stat: &Stat, mut kin: Kin, page: u64, ours: &[u32]) -> (Process, Kin) {
    let command = plain(&stat.command);
    kin.learn(stat, page, keepers::role_of(&command));
    kin.is_ours = ours.contains(&stat.pid);
    let process = Process {
        pid: stat.pid,
        parent: stat.parent,
        started: stat.started,
        memory: kin.resident,
        job: NOWHERE,
        command,
    };
    (process, kin)
}
