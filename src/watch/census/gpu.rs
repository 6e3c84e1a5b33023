//! What jobs hold of the GPU's memory. Where that is the machine's own, it is in no other count: a model of 14 GiB shows 3 MiB of its own.

use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};

use crate::facts::nvmap::Clients;
use crate::sys::bytes::Bytes;

use super::count::Census;
use super::trees::place_of;

/// The list of a board with a hundred clients takes 8 KiB; of a longer one the rest is not read.
const PIECES: u32 = 64;

impl Census {
    /// Has what the GPU's clients hold counted with each count from now on, if there is such a list (see [`facts::nvmap`](crate::facts::nvmap)).
    pub fn watch_gpu(&mut self, clients: &Path) {
        self.gpu = openat(CWD, clients, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok();
    }

    /// Adds what each process holds by the list to its job.
    pub(super) fn add_gpu(&mut self) {
        let Some(gpu) = self.gpu.take() else { return };
        self.read_clients(&gpu);
        self.gpu = Some(gpu);
    }

    fn read_clients(&mut self, gpu: &OwnedFd) {
        let mut clients = Clients::default();
        let mut text = [0; 1024];
        let mut at = 0u64;
        for _ in 0..PIECES {
            self.reader.calls += 1;
            let Ok(length @ 1..) = rustix::io::pread(gpu, &mut text[..], at) else { break };
            at += length as u64;
            clients.take(text.get(..length).unwrap_or_default(), |pid, gpu| {
                self.holds_on_gpu(pid, gpu);
            });
        }
        clients.finish(|pid, gpu| {
            self.holds_on_gpu(pid, gpu);
        });
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
}
