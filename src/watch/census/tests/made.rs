//! A machine that is made of files.

use std::path::{Path, PathBuf};

use crate::sys::bytes::Bytes;
use crate::watch::census::{Capacities, Census, Places};
use crate::watch::job::Job;
use crate::watch::sample::Sample;

/// It goes with this.
pub(crate) struct Made {
    folder: tempfile::TempDir,
}

/// A process: group, session, and whether it has a terminal.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub(crate) parent: u32,
    pub(crate) group: u32,
    pub(crate) session: u32,
    pub(crate) terminal: u32,
}

impl Made {
    pub(crate) fn new() -> Self {
        let made = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(made.proc()).unwrap();
        std::fs::create_dir_all(made.groups()).unwrap();
        made.process(1, "systemd", Line { parent: 0, group: 1, session: 1, terminal: 0 }, 10);
        made
    }

    /// With control groups of version 2.
    pub(crate) fn unified() -> Self {
        let made = Self::new();
        write(&made.groups().join("cgroup.controllers"), b"memory pids\n");
        made.group("", &[], None);
        made.group("/init.scope", &[1], Some(10));
        made
    }

    pub(crate) fn proc(&self) -> PathBuf {
        self.folder.path().join("proc")
    }

    pub(crate) fn groups(&self) -> PathBuf {
        self.folder.path().join("cgroup")
    }

    /// Memory in MiB, none of it of files.
    pub(crate) fn process(&self, pid: u32, command: &str, line: Line, memory: u64) {
        let folder = self.proc().join(pid.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let Line { parent, group, session, terminal } = line;
        let (pages, size) = (memory << 8, (memory << 20) + 4096);
        let stat = format!(
            "{pid} ({command}) S {parent} {group} {session} {terminal} -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 {} {size} {pages} 184\n",
            pid * 10
        );
        write(&folder.join("stat"), stat.as_bytes());
        self.status(pid, memory << 10, 0);
        write(&folder.join("oom_score_adj"), b"0\n");
    }

    /// Amounts in KiB.
    pub(crate) fn status(&self, pid: u32, anonymous: u64, swap: u64) {
        let status =
            format!("Name:\tx\nUid:\t1000\t1000\t1000\t1000\nRssAnon:\t{anonymous} kB\nVmSwap:\t{swap} kB\n");
        let pages = anonymous / 4;
        write(
            &self.proc().join(format!("{pid}/statm")),
            format!("{} {pages} 0 0 0 0 0\n", pages + 1).as_bytes(),
        );
        write(&self.proc().join(format!("{pid}/status")), status.as_bytes());
    }

    pub(crate) fn file(&self, path: &str, bytes: &[u8]) {
        write(&self.proc().join(path), bytes);
    }

    /// Memory in MiB.
    pub(crate) fn group(&self, path: &str, pids: &[u32], memory: Option<u64>) {
        self.group_in("", path, pids);
        if let Some(memory) = memory {
            let text = format!("anon {}\nfile 77\n", memory << 20);
            write(&self.groups().join(format!("./{path}/memory.stat")), text.as_bytes());
        }
    }

    pub(crate) fn group_in(&self, hierarchy: &str, path: &str, pids: &[u32]) {
        let folder = self.groups().join(hierarchy).join(path.trim_start_matches('/'));
        std::fs::create_dir_all(&folder).unwrap();
        let text: String = pids.iter().map(|pid| format!("{pid}\n")).collect();
        write(&folder.join("cgroup.procs"), text.as_bytes());
    }

    pub(crate) fn census(&self) -> Census {
        self.census_of(9_999_999, Capacities { processes: 2_000, jobs: 300, groups: 200 })
    }

    pub(crate) fn census_of(&self, watchdog: u32, capacities: Capacities) -> Census {
        let (proc, groups) = (self.proc(), self.groups());
        Census::new(Places { processes: &proc, groups: &groups }, capacities, watchdog).unwrap()
    }

    /// Each job as `NAME: its processes`, sorted, but those that keep the machine usable.
    pub(crate) fn jobs(&self) -> Vec<String> {
        let mut census = self.census();
        census.count(&sample(0)).unwrap();
        told(&census)
    }
}

pub(crate) fn told(census: &Census) -> Vec<String> {
    let each = census.jobs().iter().enumerate().filter(|(_, job)| job.spared.is_none());
    let mut told: Vec<String> =
        each.map(|(at, job)| format!("{}: {}", job.name, members(census, at))).collect();
    told.sort();
    told
}

pub(crate) fn members(census: &Census, job: usize) -> String {
    let pids: Vec<String> = census.members(job).map(|process| process.pid.to_string()).collect();
    pids.join(" ")
}

pub(crate) fn job<'c>(census: &'c Census, name: &str) -> &'c Job {
    census.jobs().iter().find(|job| job.name.as_str() == name).unwrap()
}

pub(crate) fn sample(at: u64) -> Sample {
    Sample { at, total: Bytes::from_gib(1), available: Bytes::from_mib(100), ..Sample::default() }
}

pub(crate) fn line(parent: u32, group: u32, session: u32, terminal: u32) -> Line {
    Line { parent, group, session, terminal }
}

fn write(path: &Path, bytes: &[u8]) {
    #[expect(clippy::disallowed_methods, reason = "builds the machine that is counted")]
    std::fs::write(path, bytes).unwrap();
}
