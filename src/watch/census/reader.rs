//! All that a census asks of the kernel. Each system call is counted, so that a test can hold how many a process costs.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, statat};
use rustix::io::Errno;

use crate::facts::process_pages::Pages;
use crate::facts::process_stat::Stat;
use crate::facts::{newest_process, process_fields};
use crate::sys::bytes::Bytes;
use crate::sys::folder::{Folder, Listing, Text, read_piece};
use crate::sys::text::PathText;
use crate::watch::process_folder::ProcessFolder;

/// Open, read and close.
const A_FILE: u32 = 3;

/// No number of a process takes more bytes with the end of its line.
const A_NUMBER: usize = 16;

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

/// The folder of all processes, and the buffers, which are made once.
#[derive(Debug)]
pub(super) struct Reader {
    processes: ProcessFolder,
    text: Box<Text>,
    listing: Box<Listing>,
    /// System calls since this was set to 0.
    pub(super) calls: u32,
}

impl Reader {
    /// Opens the folder of all processes.
    pub(super) fn new(processes: &Path) -> Result<Self, Errno> {
        Ok(Self {
            processes: ProcessFolder::at(processes)?,
            text: Box::new([0; 4096]),
            listing: vec![MaybeUninit::uninit(); 32 << 10].into_boxed_slice(),
            calls: 0,
        })
    }

    /// Tells each process, with the number of its folder.
    pub(super) fn list_processes(&mut self, each: impl FnMut(u32, u64)) -> Result<(), Errno> {
        self.calls += self.processes.list(&mut self.listing, each)?;
        Ok(())
    }

    /// Tells how many pages are in memory of each process that is wanted.
    pub(super) fn each_resident(
        &mut self,
        mut is_wanted: impl FnMut(u32) -> bool,
        mut each: impl FnMut(u32, u64),
    ) -> Result<(), Errno> {
        let Self { processes, text, listing, calls } = self;
        let mut read = 0;
        *calls += processes.list(listing, |pid, _| {
            if !is_wanted(pid) {
                return;
            }
            read += 1;
            if let Some(pages) = processes.read(pid, "statm", text).ok().and_then(Pages::parse) {
                each(pid, pages.resident);
            }
        })?;
        *calls += read * A_FILE;
        Ok(())
    }

    /// Reads /proc/PID/stat.
    pub(super) fn stat(&mut self, pid: u32) -> Result<Stat, Errno> {
        let stat = self.processes.stat(pid, &mut self.text);
        self.calls += cost(&stat);
        stat
    }

    /// Reads /proc/PID/statm.
    pub(super) fn pages(&mut self, pid: u32) -> Option<Pages> {
        self.process_file(pid, "statm").ok().and_then(Pages::parse)
    }

    /// Reads /proc/PID/status; `None` where it tells no anonymous memory (kernels before 4.5), or the process has gone.
    pub(super) fn holds(&mut self, pid: u32) -> Option<Holds> {
        let read = self.process_file(pid, "status").ok()?;
        // The first line is its name, which may be any bytes.
        let first = read.iter().position(|&byte| byte == b'\n')?;
        let fields = str::from_utf8(read.get(first..)?).ok()?;
        let amount = |name: &str| process_fields::number(fields, name).map(Bytes::from_kib);
        Some(Holds {
            anonymous: amount("RssAnon")?,
            swap: amount("VmSwap").unwrap_or_default(),
            owner: process_fields::number(fields, "Uid").and_then(|owner| u32::try_from(owner).ok()),
        })
    }

    /// Reads /proc/PID/oom_score_adj.
    pub(super) fn adjustment(&mut self, pid: u32) -> Result<i16, Errno> {
        let read = self.process_file(pid, "oom_score_adj")?;
        let number = str::from_utf8(read).ok().and_then(|text| text.trim().parse().ok());
        number.filter(|number| (-1000..=1000).contains(number)).ok_or(Errno::INVAL)
    }

    /// Whose /proc/PID is: the process's owner, but root's where it may not be looked into.
    pub(super) fn owner(&mut self, pid: u32) -> Option<u32> {
        let path = PathText::<16>::new(format_args!("{pid}"))?;
        self.calls += 1;
        let status = statat(&self.processes, path.as_c_str(), AtFlags::SYMLINK_NOFOLLOW);
        status.ok().map(|status| status.st_uid)
    }

    /// Reads /proc/PID/cgroup.
    pub(super) fn groups_of(&mut self, pid: u32) -> Option<&[u8]> {
        self.process_file(pid, "cgroup").ok()
    }

    /// The number that the kernel gave last.
    pub(super) fn newest(&mut self) -> Option<u32> {
        self.calls += A_FILE;
        newest_process::parse(self.processes.read_other(c"loadavg", &mut self.text).ok()?)
    }

    /// Reads a file below a folder.
    pub(super) fn file(&mut self, folder: &Folder, path: &CStr) -> Result<&[u8], Errno> {
        let read = folder.read(path, &mut self.text);
        self.calls += cost(&read);
        read
    }

    /// Whether a folder below a folder holds none itself, as far as the file system counts: then it has two links. So has none that has gone.
    pub(super) fn is_leaf(&mut self, folder: &Folder, path: &CStr) -> bool {
        self.calls += 1;
        statat(folder, path, AtFlags::empty()).map_or(true, |status| status.st_nlink == 2)
    }

    /// Tells each name in a folder below a folder.
    pub(super) fn list(
        &mut self,
        folder: &Folder,
        path: &CStr,
        each: impl FnMut(&CStr, FileType, u64),
    ) -> Result<(), Errno> {
        self.calls += 2;
        self.calls += folder.folder(path)?.list(&mut self.listing, each)?;
        Ok(())
    }

    /// Tells each number of a file that holds one a line, however long it is. Whatever is no number is passed over.
    pub(super) fn numbers(
        &mut self,
        folder: &Folder,
        path: &CStr,
        mut each: impl FnMut(u32),
    ) -> Result<(), Errno> {
        self.calls += 1;
        let file = folder.file(path)?;
        self.calls += 1;
        let mut number: Option<u64> = None;
        loop {
            self.calls += 1;
            let piece = read_piece(&file, &mut self.text)?;
            for &byte in piece {
                match byte {
                    b'0'..=b'9' => {
                        let digit = u64::from(byte - b'0');
                        number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit));
                    }
                    _ => tell(number.take(), &mut each),
                }
            }
            // The kernel fills the buffer with whole lines as long as there are any.
            if piece.len() < size_of::<Text>() - A_NUMBER {
                break;
            }
        }
        tell(number, &mut each);
        Ok(())
    }

    fn process_file(&mut self, pid: u32, file: &str) -> Result<&[u8], Errno> {
        let read = self.processes.read(pid, file, &mut self.text);
        self.calls += cost(&read);
        read
    }
}

fn tell(number: Option<u64>, each: &mut impl FnMut(u32)) {
    if let Some(number) = number.and_then(|number| u32::try_from(number).ok()) {
        each(number);
    }
}

/// What is not there cannot even be opened.
fn cost<T>(answer: &Result<T, Errno>) -> u32 {
    if matches!(answer, Err(Errno::NOENT)) { 1 } else { A_FILE }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> (Vec<u32>, u32) {
        let folder = tempfile::tempdir().unwrap();
        #[expect(clippy::disallowed_methods, reason = "builds the file that is read")]
        std::fs::write(folder.path().join("cgroup.procs"), text).unwrap();
        let mut found = Vec::new();
        let mut reader = Reader::new(Path::new("/proc")).unwrap();
        let folder = Folder::open(folder.path()).unwrap();
        reader.numbers(&folder, c"cgroup.procs", |number| found.push(number)).unwrap();
        (found, reader.calls)
    }

    #[test]
    fn numbers_may_lie_across_two_pieces() {
        let text: String = (1..=5000).map(|number| format!("{number}\n")).collect();
        assert_eq!(numbers(&text).0, (1..=5000).collect::<Vec<u32>>());
        assert_eq!(numbers("12\n0\n99999999999999999999999\nx7\n8"), (vec![12, 0, 7, 8], 3));
        assert_eq!(numbers(""), (vec![], 3));
    }

    #[test]
    fn what_the_files_of_one_process_say_agrees() {
        let mut reader = Reader::new(Path::new("/proc")).unwrap();
        let own = std::process::id();
        let page = rustix::param::page_size() as u64;
        let holds = reader.holds(own).unwrap();
        let pages = reader.pages(own).unwrap();
        // Other tests run beside it.
        let differ = (pages.anonymous() * page).abs_diff(holds.anonymous.0);
        assert!(differ < 64 << 20, "{pages:?} {holds:?}");
        assert_eq!(reader.owner(own), holds.owner);
        assert!(reader.newest().is_some() && reader.groups_of(own).is_some());
        assert!(reader.adjustment(own).is_ok());
        assert_eq!(reader.calls, 3 + 3 + 1 + 3 + 3 + 3);
        assert!(reader.stat(i32::MAX as u32).is_err());
        assert_eq!(reader.calls, 17);
    }
}
