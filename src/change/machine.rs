//! What changes act upon besides files: the running kernel and its programs. Tests put a made-up kernel in its place.

use std::io;

use crate::host::{Host, IfThere, Lacking};

use super::fault;

/// A running kernel.
pub(super) trait Kernel {
    /// The text of a knob; `None` where this kernel has none of that name.
    fn read(&self, path: &str) -> Result<Option<String>, Lacking>;

    /// Writes a knob.
    fn write(&self, path: &str, value: &str) -> io::Result<()>;

    /// Runs a program; the error says how it failed.
    fn run(&self, words: &[String]) -> Result<(), String>;

    /// What tells this boot from all others.
    fn boot(&self) -> Option<String>;
}

impl Kernel for Host {
    fn read(&self, path: &str) -> Result<Option<String>, Lacking> {
        Ok(Host::read(self, path).if_there()?.map(|text| text.trim().to_owned()))
    }

    fn write(&self, path: &str, value: &str) -> io::Result<()> {
        self.poke(path, value)
    }

    fn run(&self, words: &[String]) -> Result<(), String> {
        let ran = Host::run(self, words).map_err(|error| fault::answer(&error))?;
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
}

/// A machine: its files, and its kernel where it runs.
#[derive(Clone, Copy)]
pub(super) struct Machine<'m> {
    pub(super) host: &'m Host,
    pub(super) kernel: Option<&'m dyn Kernel>,
}

impl<'m> Machine<'m> {
    pub(super) fn of(host: &'m Host) -> Self {
        Self { host, kernel: if host.is_live() { Some(host) } else { None } }
    }
}
