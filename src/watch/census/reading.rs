//! What the files of one process tell: one file for all, three more for those that matter.

use rustix::fs::{AtFlags, statat};
use rustix::io::Errno;

use crate::facts::process_fields;
use crate::facts::process_stat::{self, Stat};
use crate::sys::bytes::Bytes;

use super::folder::{Folder, Text};
use super::text::PathText;

/// What one process holds, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Holds {
    /// In memory, of no file.
    pub(super) anonymous: Bytes,
    /// In swap.
    pub(super) swap: Bytes,
    /// Whose it is.
    pub(super) owner: Option<u32>,
}

/// Reads /proc/PID/stat.
pub(super) fn stat<'t>(proc: &Folder, pid: u32, text: &'t mut Text) -> Result<Stat<'t>, Errno> {
    let read = read(proc, pid, "stat", text)?;
    process_stat::parse(read).filter(|stat| stat.pid == pid).ok_or(Errno::INVAL)
}

/// Reads /proc/PID/status; `None` where it tells no anonymous memory (kernels before 4.5), or the process has gone.
pub(super) fn holds(proc: &Folder, pid: u32, text: &mut Text) -> Option<Holds> {
    let read = read(proc, pid, "status", text).ok()?;
    // The first line is its name, which may be any bytes.
    let first = read.iter().position(|&byte| byte == b'\n')?;
    let fields = std::str::from_utf8(read.get(first..)?).ok()?;
    let amount = |name: &str| process_fields::number(fields, name).map(Bytes::from_kib);
    Some(Holds {
        anonymous: amount("RssAnon")?,
        swap: amount("VmSwap").unwrap_or_default(),
        owner: process_fields::number(fields, "Uid").and_then(|owner| u32::try_from(owner).ok()),
    })
}

/// Reads /proc/PID/oom_score_adj.
pub(super) fn adjustment(proc: &Folder, pid: u32, text: &mut Text) -> Option<i16> {
    let read = read(proc, pid, "oom_score_adj", text).ok()?;
    let number: i16 = std::str::from_utf8(read).ok()?.trim().parse().ok()?;
    (-1000..=1000).contains(&number).then_some(number)
}

/// Whose /proc/PID is: the process's owner, but root's where it may not be looked into.
pub(super) fn owner(proc: &Folder, pid: u32) -> Option<u32> {
    let path = PathText::of(format_args!("{pid}"))?;
    statat(proc.handle(), path.as_path(), AtFlags::SYMLINK_NOFOLLOW).ok().map(|status| status.st_uid)
}

fn read<'t>(proc: &Folder, pid: u32, file: &str, text: &'t mut Text) -> Result<&'t [u8], Errno> {
    let path = PathText::of(format_args!("{pid}/{file}")).ok_or(Errno::NAMETOOLONG)?;
    proc.read(path.as_path(), text)
}
