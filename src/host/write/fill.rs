//! Gives a file all of its blocks: the kernel swaps into none that has a hole.

use std::io;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use rustix::fd::OwnedFd;
use rustix::fs::{Advice, FallocateFlags};
use rustix::io::Errno;

use crate::sys::bytes::Bytes;

use super::swap_file::{Filling, Watch};

/// As much as is reserved between two looks at whether to go on.
const ONE_RESERVATION: u64 = 1 << 30;

const ONE_WRITE: usize = 1 << 20;

/// As much as is brought to the disk at once: less would wait more often for the disk's own cache.
const ONE_SYNC: u64 = 64 << 20;

/// Of a small file less than that is on its way at once, so that the progress of a slow card is seen.
const FEWEST_SYNCS: u64 = 32;
const FEWEST_STEPS: u64 = 8;

/// As much as may be written and not be on the disk yet: while one part is brought there, the next is written.
const MOST_AHEAD: u64 = 192 << 20;

const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Fills the empty file until it is `size` long.
///
/// # Errors
/// What the kernel answered; [`io::ErrorKind::Interrupted`] where `watch` did not want to go on.
pub(super) fn fill(file: &OwnedFd, size: Bytes, filling: Filling, watch: Watch<'_>) -> io::Result<()> {
    refuse_overflow(file, size)?;
    if filling == Filling::Allocate && reserve(file, size.0, watch)? {
        rustix::fs::fsync(file)?;
        if !has_holes(file, size.0)? {
            return Ok(());
        }
    }
    write_zeroes(file, size.0, watch)?;
    if has_holes(file, size.0)? {
        let message = "the file system left holes in it, as it does where it compresses";
        return Err(io::Error::new(io::ErrorKind::Unsupported, message));
    }
    Ok(())
}

/// Writes all of `bytes` at `offset`.
///
/// # Errors
/// What the kernel answered.
pub(super) fn write_all_at(file: &OwnedFd, bytes: &[u8], offset: u64) -> io::Result<()> {
    let (mut bytes, mut offset) = (bytes, offset);
    while !bytes.is_empty() {
        match rustix::io::pwrite(file, bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                bytes = bytes.get(count..).unwrap_or_default();
                offset += count as u64;
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Says beforehand what would otherwise come out when the disk is full for everybody.
fn refuse_overflow(file: &OwnedFd, size: Bytes) -> io::Result<()> {
    let space = rustix::fs::fstatvfs(file)?;
    let free = Bytes(space.f_frsize) * space.f_bfree;
    if size > free { Err(Errno::NOSPC.into()) } else { Ok(()) }
}

/// Lets the file system reserve the blocks; whether it can.
fn reserve(file: &OwnedFd, size: u64, watch: Watch<'_>) -> io::Result<bool> {
    let mut done = 0;
    while done < size {
        ask(watch, done)?;
        let length = ONE_RESERVATION.min(size - done);
        match rustix::fs::fallocate(file, FallocateFlags::empty(), done, length) {
            Ok(()) => done += length,
            Err(Errno::INTR) => {}
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    ask(watch, done)?;
    Ok(true)
}

fn has_holes(file: &OwnedFd, size: u64) -> io::Result<bool> {
    let stat = rustix::fs::fstat(file)?;
    let allocated = u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(512);
    Ok(allocated < size)
}

/// One thread writes, and another brings what is written to the disk, so that the disk never waits for us and what is told of the
/// progress is what is really there.
fn write_zeroes(file: &OwnedFd, size: u64, watch: Watch<'_>) -> io::Result<()> {
    let (written, to_sync) = channel();
    let (synced, answers) = channel();
    thread::scope(|scope| {
        thread::Builder::new().spawn_scoped(scope, move || sync_all(file, &to_sync, &synced))?;
        write_ahead(file, size, watch, written, &answers)
    })
}

fn write_ahead(
    file: &OwnedFd,
    size: u64,
    watch: Watch<'_>,
    to_sync: Sender<u64>,
    answers: &Receiver<io::Result<u64>>,
) -> io::Result<()> {
    let zeroes = vec![0; ONE_WRITE];
    let one_sync = (size / FEWEST_SYNCS).clamp(ONE_WRITE as u64, ONE_SYNC);
    let most_ahead = (size / FEWEST_STEPS).clamp(3 * one_sync, MOST_AHEAD);
    let (mut written, mut told, mut durable) = (0, 0, 0);
    while durable < size {
        ask(watch, durable)?;
        let may_write = written < size && written - durable < most_ahead;
        if may_write {
            let length = (size - written).min(ONE_WRITE as u64);
            write_all_at(file, zeroes.get(..length as usize).unwrap_or(&zeroes), written)?;
            written += length;
            if written - told >= one_sync || written == size {
                told = written;
                // It ends before we do only with an answer that says why.
                let _ = to_sync.send(written);
            }
        }
        let patience = if may_write { Duration::ZERO } else { BETWEEN_LOOKS };
        match answers.recv_timeout(patience) {
            Ok(answer) => durable = answer?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
    ask(watch, size)
}

fn sync_all(file: &OwnedFd, to_sync: &Receiver<u64>, synced: &Sender<io::Result<u64>>) {
    while let Ok(first) = to_sync.recv() {
        let end = to_sync.try_iter().last().unwrap_or(first);
        let answer = rustix::fs::fdatasync(file);
        // Zeroes that nobody reads again shall not push out what others need; if they stay, no harm is done.
        let _ = rustix::fs::fadvise(file, 0, None, Advice::DontNeed);
        let is_over = answer.is_err();
        if synced.send(answer.map(|()| end).map_err(io::Error::from)).is_err() || is_over {
            return;
        }
    }
}

fn ask(watch: Watch<'_>, done: u64) -> io::Result<()> {
    match watch(Bytes(done)) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(io::ErrorKind::Interrupted.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn filled(size: u64, filling: Filling) -> (std::fs::File, Vec<u64>) {
        let file = tempfile::tempfile().unwrap();
        let told = RefCell::new(Vec::new());
        let watch = |done: Bytes| {
            told.borrow_mut().push(done.0);
            ControlFlow::Continue(())
        };
        fill(&OwnedFd::from(file.try_clone().unwrap()), Bytes(size), filling, &watch).unwrap();
        (file, told.into_inner())
    }

    #[test]
    fn zeroes_reach_the_end_whatever_the_size() {
        for size in [4096, (1 << 20) - 1, (1 << 20) + 1, ONE_SYNC + 4096] {
            let (file, told) = filled(size, Filling::Zeroes);
            let status = file.metadata().unwrap();
            assert_eq!(status.len(), size);
            assert!(status.blocks() * 512 >= size);
            assert!(told.is_sorted() && told.last() == Some(&size), "{told:?}");
        }
    }

    #[test]
    fn a_small_file_is_told_of_in_parts_too() {
        let (_, mut told) = filled(ONE_SYNC - (ONE_SYNC >> 2), Filling::Zeroes);
        told.dedup();
        assert!(told.len() as u64 >= FEWEST_STEPS, "{told:?}");
    }

    #[test]
    fn what_is_reserved_has_no_holes() {
        let (file, told) = filled(40 << 20, Filling::Allocate);
        assert_eq!(file.metadata().unwrap().len(), 40 << 20);
        assert_eq!(told.last(), Some(&(40 << 20)));
    }
}
