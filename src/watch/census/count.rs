//! One count: walk the groups, read one file of each process that may have changed, make jobs, and tell how fast they grow.

use std::os::fd::OwnedFd;
use std::path::Path;

use arrayvec::ArrayVec;

use crate::facts::nvmap;
use crate::sys::bytes::Bytes;
use crate::watch::job::{Job, Process};
use crate::watch::sample::Sample;

use super::base::Base;
use super::counted::{Asks, Capacities, Counted, Lacking, Places, Population};
use super::groups;
use super::groups::{Groups, Version};
use super::kin::{Kin, NOWHERE};
use super::past::{Past, Present};
use super::place::Place;
use super::reader::Reader;
use super::table::Table;

/// Files that are read in full for one count, beyond one of each process.
pub(super) const LOOKS: u32 = 4096;

/// The census.
#[derive(Debug)]
pub struct Census {
    pub(super) reader: Reader,
    pub(super) groups: Option<Groups>,
    pub(super) table: Table,
    pub(super) looks: u32,
    pub(super) past: Past,
    /// Processes and the numbers of their folders.
    pub(super) pids: Vec<(u32, u64)>,
    /// The kernel's threads among them, which stay what they are.
    pub(super) threads: Vec<(u32, u64)>,
    pub(super) watchdog: u32,
    pub(super) helper: Option<u32>,
    pub(super) ours: ArrayVec<u32, 64>,
    /// Who turned swap off when it was counted last.
    pub(super) swapoff: ArrayVec<u32, 16>,
    pub(super) page: u64,
    pub(super) asks: Asks,
    pub(super) counted: Counted,
    /// How many counts there were.
    pub(super) round: u32,
    pub(super) base: Option<Base>,
    pub(super) has_swap: bool,
    pub(super) gpu: Option<OwnedFd>,
}

impl Census {
    /// Opens the folders and makes the tables; `watchdog` and its ancestors are never ended.
    ///
    /// # Errors
    /// Says why the processes cannot be listed. Without control groups it goes on.
    pub fn new(places: Places<'_>, capacities: Capacities, watchdog: u32) -> Result<Self, Lacking> {
        let Capacities { processes, jobs, groups } = capacities;
        let lacking = |why| Lacking { what: "open the folder of all processes", why };
        let mut reader = Reader::new(places.processes).map_err(lacking)?;
        let mut census = Self {
            groups: Groups::open(places.groups, groups, processes, &mut reader),
            reader,
            table: Table::new(processes, jobs, groups),
            looks: 0,
            past: Past::new(processes, groups),
            pids: Vec::with_capacity(processes),
            threads: Vec::with_capacity(processes),
            watchdog,
            helper: None,
            ours: ArrayVec::new(),
            swapoff: ArrayVec::new(),
            page: rustix::param::page_size() as u64,
            asks: Asks::default(),
            counted: Counted::default(),
            round: 0,
            base: None,
            has_swap: false,
            gpu: None,
        };
        if places.processes == Path::new("/proc") {
            census.watch_gpu(Path::new(nvmap::PATH));
        }
        Ok(census)
    }

    /// Says what rules want to know.
    pub fn ask(&mut self, asks: Asks) {
        if asks != self.asks {
            self.asks = asks;
            self.base = None;
        }
    }

    /// A process that works for the watchdog; it is as little ended as that.
    pub fn adopt(&mut self, helper: u32) {
        self.helper = Some(helper);
    }

    /// How control groups are had here; `None` where there are none that tell anything.
    pub fn version(&self) -> Option<Version> {
        self.groups.as_ref().map(|groups| groups.version)
    }

    /// System calls since the last count began, second looks included.
    pub fn calls(&self) -> u32 {
        self.reader.calls
    }

    /// Counts anew.
    ///
    /// # Errors
    /// Says why the processes cannot be listed; the tables are then empty.
    pub fn count(&mut self, sample: &Sample) -> Result<Counted, Lacking> {
        // A count that fails leaves nothing that could be brought up to date.
        let last = self.base.take();
        self.begin(sample);
        let base = Base::now(sample, self.reader.newest());
        self.list_processes()?;
        self.find_ours();
        self.look_for_swapoff(sample.loses_swap);
        self.walk_groups();
        self.take_all();
        if self.counted.passed_over > 0 && !self.is_loss_explained(last, sample) {
            self.read_what_was_passed_over();
        }
        self.look_for_swap(sample.swap_total.less(sample.swap_free));
        self.table.assemble(self.groups.as_ref());
        self.add_gpu();
        self.tell_growth(sample.at);
        self.keep_for_later(sample.at);
        self.base = Some(base.with(self.table.resident(self.groups.as_ref())));
        Ok(self.sum_up_the_count())
    }

    pub(super) fn walk_groups(&mut self) {
        if let Some(groups) = &mut self.groups {
            groups.walk(self.watchdog, self.has_swap, &mut self.reader);
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

    fn begin(&mut self, sample: &Sample) {
        self.table.turn();
        self.counted = Counted::default();
        self.looks = LOOKS;
        self.reader.calls = 0;
        self.round = self.round.wrapping_add(1);
        self.has_swap = sample.swap_total > sample.swap_free;
    }

    /// The watchdog and its ancestors, as far as they are seen, and its helper.
    fn find_ours(&mut self) {
        self.ours.clear();
        self.ours.extend(self.helper);
        let mut pid = self.watchdog;
        while pid > 0 && !self.ours.contains(&pid) && self.ours.try_push(pid).is_ok() {
            pid = self.reader.stat(pid).map_or(0, |stat| stat.parent);
        }
    }

    pub(super) fn sum_up_the_count(&mut self) -> Counted {
        self.counted.processes = self.table.processes.len() as u32;
        self.counted.jobs = self.table.jobs.len() as u32;
        self.counted.left_out_jobs = self.table.left_out_jobs;
        self.counted.calls = self.reader.calls;
        self.counted
    }

    /// Its memory counts with that of its group, and names inside say nothing.
    pub(super) fn is_told_by_its_group(&self, place: Option<u32>) -> bool {
        let Some((groups, place)) = self.groups.as_ref().zip(place) else { return false };
        let top = groups.table.get(place as usize).and_then(|group| groups.table.get(group.top as usize));
        let is_told = top.is_some_and(|top| {
            top.memory.is_some() && !matches!(top.place, Place::Unit { of_user: true, .. })
        });
        is_told && !self.asks.commands
    }

    pub(super) fn owner_of(&mut self, pid: u32) -> Option<u32> {
        if self.asks.owners { self.reader.owner(pid) } else { None }
    }

    pub(super) fn tell_growth(&mut self, at: u64) {
        let groups: &[groups::Group] = self.groups.as_ref().map_or(&[], |groups| &groups.table);
        let Table { processes, kin, group_jobs, grown, jobs, .. } = &mut self.table;
        let now = Present { at, processes, kin, groups };
        let group_job = |place: usize| {
            let job = group_jobs.get(place).copied().filter(|&job| job != NOWHERE)?;
            Some((job, groups.get(place)?.memory?.0))
        };
        if let Some(took) = self.past.compare(now, group_job, grown) {
            for (job, grown) in jobs.iter_mut().zip(grown) {
                let grown = u64::try_from(*grown).unwrap_or(0);
                job.growth = Bytes(grown.saturating_mul(1000) / took.max(1));
            }
        }
    }

    fn keep_for_later(&mut self, at: u64) {
        let groups: &[groups::Group] = self.groups.as_ref().map_or(&[], |groups| &groups.table);
        let now = Present { at, processes: &self.table.processes, kin: &self.table.kin, groups };
        self.past.keep(now, |place| groups.get(place)?.memory.map(|(memory, _)| memory));
    }
}

/// Of a process whose group told all, only the number is known.
pub(super) fn nameless(pid: u32) -> Process {
    Process { pid, job: NOWHERE, ..Process::default() }
}

/// Likewise.
pub(super) fn unknown(identity: u64, place: Option<u32>) -> Kin {
    Kin::unknown(identity, place.unwrap_or(NOWHERE))
}
