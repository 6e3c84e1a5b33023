//! What changes act upon besides files: the running kernel and its programs. Tests put a made-up kernel in its place.

use std::io;
use std::ops::ControlFlow;

use crate::exit::{Exit, Fault};
use crate::facts::kernel_log;
use crate::facts::swaps::{self, SwapArea};
use crate::host::{Host, IfThere, Lacking, Lock, Patience};
use crate::sys::bytes::Bytes;

use super::fault;
use super::observer::{Nobody, Observer, Progress};

/// A running kernel.
pub(super) trait Kernel {
    /// The text of a knob; `None` where this kernel has none of that name.
    fn read(&self, path: &str) -> Result<Option<String>, Lacking>;

    /// Writes a knob.
    fn write(&self, path: &str, value: &str) -> io::Result<()>;

    /// Runs a program, unless `may_go_on` says no at last; the error says how it failed.
    fn run(
        &self,
        words: &[String],
        patience: Patience<'_>,
        may_go_on: &dyn Fn() -> ControlFlow<()>,
    ) -> Result<(), String>;

    /// What tells this boot from all others.
    fn boot(&self) -> Option<String>;

    /// The swap area at `path`, a device or a file, if it is in use.
    fn swap_area(&self, path: &str) -> Result<Option<SwapArea>, Lacking>;

    /// Where the kernel's log ends.
    fn log_end(&self) -> u64;

    /// What the kernel said since its log ended at `end`.
    fn said_since(&self, end: u64) -> Vec<String>;
}

impl Kernel for Host {
    fn read(&self, path: &str) -> Result<Option<String>, Lacking> {
        Ok(Host::read(self, path).if_there()?.map(|text| text.trim().to_owned()))
    }

    fn write(&self, path: &str, value: &str) -> io::Result<()> {
        self.poke(path, value)
    }

    fn run(
        &self,
        words: &[String],
        patience: Patience<'_>,
        may_go_on: &dyn Fn() -> ControlFlow<()>,
    ) -> Result<(), String> {
        let ran = Host::run(self, words, patience, may_go_on).map_err(|error| fault::answer(&error))?;
        let how = match ran.status {
            Some(0) => return Ok(()),
            Some(status) => format!("it ended with status {status}"),
            None => "it was stopped by a signal, or took too long".to_owned(),
        };
        Err(if ran.complaint.is_empty() { how } else { format!("{how}: {}", ran.complaint) })
    }

    fn boot(&self) -> Option<String> {
        Host::read(self, "/proc/sys/kernel/random/boot_id").ok().map(|id| id.trim().to_owned())
    }

    fn swap_area(&self, path: &str) -> Result<Option<SwapArea>, Lacking> {
        // The kernel names a device by its own name, whatever link leads to it.
        let real = self.real_path(path).unwrap_or_else(|_| path.to_owned());
        let is_meant = |area: &SwapArea| !area.is_deleted && (area.path == path || area.path == real);
        Ok(swaps::read(self)?.into_iter().find(is_meant))
    }

    fn log_end(&self) -> u64 {
        kernel_log::end(self)
    }

    fn said_since(&self, end: u64) -> Vec<String> {
        kernel_log::since(self, end)
    }
}

/// A machine: its files, and its kernel where it runs. And who follows what is done to it.
#[derive(Clone, Copy)]
pub(super) struct Machine<'m> {
    pub(super) host: &'m Host,
    pub(super) kernel: Option<&'m dyn Kernel>,
    pub(super) observer: &'m dyn Observer,
    /// What is taken back is not stopped again.
    pub(super) can_be_stopped: bool,
    /// What keeps others from changing it meanwhile, once it is taken.
    pub(super) lock: Option<&'m Lock>,
}

impl<'m> Machine<'m> {
    pub(super) fn of(host: &'m Host) -> Self {
        Self::observed(host, &Nobody)
    }

    pub(super) fn observed(host: &'m Host, observer: &'m dyn Observer) -> Self {
        let kernel = if host.is_live() { Some(host as &dyn Kernel) } else { None };
        Self { host, kernel, observer, can_be_stopped: true, lock: None }
    }

    /// The same, where nobody can stop what is done.
    pub(super) fn unstoppable(self) -> Self {
        Self { can_be_stopped: false, ..self }
    }

    /// The same, while `lock` is held.
    pub(super) fn locked(self, lock: &'m Lock) -> Self {
        Self { lock: Some(lock), ..self }
    }

    /// Whether what is done shall go on.
    pub(super) fn may_go_on(&self) -> ControlFlow<()> {
        if self.is_interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.can_be_stopped && self.observer.is_interrupted()
    }

    /// Tells how far `what` came, and whether it shall go on.
    pub(super) fn tell(&self, what: &str, done: Bytes, total: Bytes) -> ControlFlow<()> {
        self.observer.progress(&Progress { what, done, total });
        self.may_go_on()
    }
}

/// Says that somebody stopped the plan.
pub(super) fn interrupted() -> Fault {
    Fault::new(Exit::Failed, "interrupted")
}
