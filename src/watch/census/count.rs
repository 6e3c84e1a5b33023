//! One count: walk the groups, read one file of each process, make jobs, and tell how fast they grow.

use std::ffi::CStr;
use std::mem::MaybeUninit;

use arrayvec::ArrayVec;

use crate::facts::process_stat::unsigned;
use crate::sys::bytes::Bytes;
use crate::watch::job::{Job, Process};
use crate::watch::sample::Sample;

use super::counted::{Asks, Capacities, Counted, Lacking, Places, Population};
use super::folder::{Folder, Text};
use super::groups::{Groups, Version};
use super::kin::{Kin, NOWHERE};
use super::past::{Past, Present};
use super::place::Place;
use super::reading;
use super::table::Table;
use super::text::plain;
use super::{groups, keepers};

/// Files that are read in full for one count, beyond one of each process.
pub(super) const LOOKS: u32 = 4096;

/// What a process may hide in swap before it is worth a look.
const WORTH_A_LOOK: Bytes = Bytes(4 << 20);

/// The census.
#[derive(Debug)]
pub struct Census {
    pub(super) proc: Folder,
    pub(super) groups: Option<Groups>,
    pub(super) table: Table,
    pub(super) text: Box<Text>,
    pub(super) looks: u32,
    past: Past,
    listing: Box<[MaybeUninit<u8>]>,
    pids: Vec<u32>,
    watchdog: u32,
    helper: Option<u32>,
    pub(super) ours: ArrayVec<u32, 64>,
    pub(super) page: u64,
    asks: Asks,
    counted: Counted,
}

impl Census {
    /// Opens the folders and makes the tables; `watchdog` and its ancestors are never ended.
    ///
    /// # Errors
    /// Says why the processes cannot be listed. Without control groups it goes on.
    pub fn new(places: Places<'_>, capacities: Capacities, watchdog: u32) -> Result<Self, Lacking> {
        let Capacities { processes, jobs, groups } = capacities;
        let lacking = |why| Lacking { what: "open the folder of all processes", why };
        let mut listing = vec![MaybeUninit::uninit(); 32 << 10].into_boxed_slice();
        Ok(Self {
            proc: Folder::open(places.processes).map_err(lacking)?,
            groups: Groups::open(places.groups, groups, processes, &mut listing),
            table: Table::new(processes, jobs, groups),
            text: Box::new([0; 4096]),
            looks: 0,
            past: Past::new(processes, groups),
            listing,
            pids: Vec::with_capacity(processes),
            watchdog,
            helper: None,
            ours: ArrayVec::new(),
            page: rustix::param::page_size() as u64,
            asks: Asks::default(),
            counted: Counted::default(),
        })
    }

    /// Says what rules want to know.
    pub fn ask(&mut self, asks: Asks) {
        self.asks = asks;
    }

    /// How control groups are had here; `None` where there are none that tell anything.
    pub fn version(&self) -> Option<Version> {
        self.groups.as_ref().map(|groups| groups.version)
    }

    /// Counts anew.
    ///
    /// # Errors
    /// Says why the processes cannot be listed; the tables are then empty.
    pub fn count(&mut self, sample: &Sample) -> Result<Counted, Lacking> {
        self.table.clear();
        self.counted = Counted::default();
        self.looks = LOOKS;
        self.list_processes()?;
        self.find_ours();
        self.walk_groups();
        for at in 0..self.pids.len() {
            if let Some(&pid) = self.pids.get(at) {
                self.take(pid);
            }
        }
        self.look_for_swap(sample.swap_total.less(sample.swap_free));
        self.table.assemble(self.groups.as_ref());
        self.tell_growth(sample.at);
        self.counted.processes = self.table.processes.len() as u32;
        self.counted.jobs = self.table.jobs.len() as u32;
        self.counted.left_out_jobs = self.table.left_out_jobs;
        Ok(self.counted)
    }

    pub(super) fn walk_groups(&mut self) {
        if let Some(groups) = &mut self.groups {
            groups.walk(self.watchdog, &mut self.listing, &mut self.text);
            self.counted.left_out_groups = groups.left_out;
        }
    }

    /// The tables of the last count.
    pub fn with_population<T>(&mut self, each: impl FnOnce(Population<'_>) -> T) -> T {
        let Table { jobs, processes, owners, kin, sides, .. } = &mut self.table;
        let groups: &[groups::Group] = self.groups.as_ref().map_or(&[], |groups| &groups.table);
        let group_of = |job: usize| {
            let Some(side) = sides.get(job) else { return "" };
            let place = match kin.get(side.root as usize) {
                Some(root) if side.group == NOWHERE => root.place,
                _ => side.group,
            };
            groups.get(place as usize).map_or("", |group| group.path.as_str())
        };
        each(Population { jobs, processes, owners, group_of: &group_of })
    }

    /// The jobs of the last count.
    pub fn jobs(&self) -> &[Job] {
        &self.table.jobs
    }

    /// Its processes, sorted by number; of those whose group tells all, only the number is known until they are looked at.
    pub fn processes(&self) -> &[Process] {
        &self.table.processes
    }

    /// The numbers are sorted, since the tables are searched by them; a folder of a test lists them in any order.
    fn list_processes(&mut self) -> Result<(), Lacking> {
        self.pids.clear();
        let (pids, counted) = (&mut self.pids, &mut self.counted);
        let listed = self.proc.list(&mut self.listing, |name, _, _| match number(name) {
            Some(pid) if pids.len() < pids.capacity() => pids.push(pid),
            Some(_) => counted.left_out_processes = counted.left_out_processes.saturating_add(1),
            None => {}
        });
        self.pids.sort_unstable();
        listed.map_err(|why| Lacking { what: "list all processes", why })
    }

    /// A process that works for the watchdog; it is as little ended as that.
    pub fn adopt(&mut self, helper: u32) {
        self.helper = Some(helper);
    }

    /// The watchdog and its ancestors, as far as they are seen, and its helper.
    fn find_ours(&mut self) {
        self.ours.clear();
        self.ours.extend(self.helper);
        let mut pid = self.watchdog;
        while pid > 0 && !self.ours.contains(&pid) && self.ours.try_push(pid).is_ok() {
            pid = reading::stat(&self.proc, pid, &mut self.text).map_or(0, |stat| stat.parent);
        }
    }

    fn take(&mut self, pid: u32) {
        let place = self.groups.as_ref().and_then(|groups| groups.group_of(pid));
        let kin = Kin::unknown(place.unwrap_or(NOWHERE));
        if pid > 1 && !self.ours.contains(&pid) && self.is_told_by_its_group(place) {
            self.put(Process { pid, job: NOWHERE, ..Process::default() }, kin);
            return;
        }
        match reading::stat(&self.proc, pid, &mut self.text) {
            Err(_) => self.counted.unread = self.counted.unread.saturating_add(1),
            Ok(stat) if stat.is_kernel_thread => self.counted.kernel_threads += 1,
            // A process whose first thread has ended is shown like this, too, and lives.
            Ok(stat) if matches!(stat.state, b'Z' | b'X') && stat.threads <= 1 => self.counted.zombies += 1,
            Ok(stat) => {
                let (process, kin) = learn(&stat, kin, self.page, &self.ours);
                self.put(process, kin);
            }
        }
    }

    /// Its memory counts with that of its group, and names inside say nothing.
    fn is_told_by_its_group(&self, place: Option<u32>) -> bool {
        let Some((groups, place)) = self.groups.as_ref().zip(place) else { return false };
        let top = groups.table.get(place as usize).and_then(|group| groups.table.get(group.top as usize));
        let is_told = top.is_some_and(|top| {
            top.memory.is_some() && !matches!(top.place, Place::Unit { of_user: true, .. })
        });
        is_told && !self.asks.commands
    }

    fn put(&mut self, process: Process, kin: Kin) {
        let owner = if self.asks.owners { reading::owner(&self.proc, process.pid) } else { None };
        self.table.processes.push(process);
        self.table.kin.push(kin);
        self.table.owners.push(owner.unwrap_or(NOWHERE));
    }

    /// What a process has in swap only its status tells, which costs twice as much: it is read where there can be something.
    fn look_for_swap(&mut self, used: Bytes) {
        if used.0 == 0 {
            return;
        }
        for at in 0..self.table.kin.len() {
            let Some(kin) = self.table.kin.get(at) else { continue };
            if !kin.is_known || kin.size.less(kin.resident) < WORTH_A_LOOK || self.is_weighed(kin.place) {
                continue;
            }
            if self.looks == 0 {
                self.counted.unseen_swap += 1;
            } else {
                self.look_at_memory(at);
            }
        }
    }

    fn is_weighed(&self, place: u32) -> bool {
        let groups: &[groups::Group] = self.groups.as_ref().map_or(&[], |groups| &groups.table);
        let top = groups.get(place as usize).and_then(|group| groups.get(group.top as usize));
        top.is_some_and(|top| top.memory.is_some())
    }

    fn tell_growth(&mut self, at: u64) {
        let groups: &[groups::Group] = self.groups.as_ref().map_or(&[], |groups| &groups.table);
        let Table { processes, kin, group_jobs, grown, jobs, .. } = &mut self.table;
        let now = Present { at, processes, kin, groups };
        let memory = |place: usize| groups.get(place)?.memory.map(|(memory, _)| memory);
        let group_job = |place: usize| {
            let job = group_jobs.get(place).copied().filter(|&job| job != NOWHERE)?;
            Some((job, memory(place)?))
        };
        if let Some(took) = self.past.compare(now, group_job, grown) {
            for (job, grown) in jobs.iter_mut().zip(grown) {
                let grown = u64::try_from(*grown).unwrap_or(0);
                job.growth = Bytes(grown.saturating_mul(1000) / took.max(1));
            }
        }
        self.past.keep(now, memory);
    }
}

/// What the line tells of a process.
pub(super) fn learn(
    stat: &crate::facts::process_stat::Stat<'_>,
    mut kin: Kin,
    page: u64,
    ours: &[u32],
) -> (Process, Kin) {
    let command = plain(stat.command);
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

fn number(name: &CStr) -> Option<u32> {
    let number = unsigned(name.to_bytes())?;
    u32::try_from(number).ok().filter(|&pid| pid > 0)
}
