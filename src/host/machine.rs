//! The machine itself.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use rustix::fd::OwnedFd;
use rustix::fs::{Dir, FileType, OFlags};
use rustix::io::Errno;
use rustix::time::ClockId;

use super::captures;
use super::knobs;
use super::lacking::{IfThere, Lacking, Reason};
use super::lines::each_line;
use super::programs;
use super::root::Root;
use super::status::{FileStatus, Space};

/// More than any sound file that memtune reads whole; /proc/PID/maps and logs are streamed instead.
const LARGEST_FILE: u64 = 4 << 20;

/// Room for the first read of a file.
const ONE_READ: usize = 16 << 10;

/// Logs are read from their end; older lines than these are not looked at.
const LOG_TAIL: u64 = 16 << 20;

/// Lines are counted this far.
const MOST_COUNTED: u64 = 256 << 20;

/// A folder of processes may be large, but not this large.
const LONGEST_LISTING: usize = 200_000;

/// The machine: live, or a tree that holds what was captured of one.
#[derive(Debug)]
pub struct Host {
    root: Root,
    captured_knobs: OnceCell<Option<BTreeMap<String, String>>>,
}

impl Host {
    /// The machine that memtune runs on.
    pub fn live() -> Self {
        Self { root: Root::Live, captured_knobs: OnceCell::new() }
    }

    /// The machine under `folder`.
    ///
    /// # Errors
    /// Fails where `folder` is not a folder that can be opened.
    pub fn at(folder: &Path) -> io::Result<Self> {
        Ok(Self { root: Root::tree(folder)?, captured_knobs: OnceCell::new() })
    }

    /// Whether this is the machine that memtune runs on.
    pub fn is_live(&self) -> bool {
        matches!(self.root, Root::Live)
    }

    /// The time on the kernel's monotonic clock; `None` in a tree, where nobody wrote it down.
    pub fn monotonic(&self) -> Option<Duration> {
        let now = || Duration::try_from(rustix::time::clock_gettime(ClockId::Monotonic)).ok();
        self.is_live().then(now).flatten()
    }

    /// The folder of a tree; `None` for the live machine.
    pub fn folder(&self) -> Option<&Path> {
        match &self.root {
            Root::Live => None,
            Root::Tree { path, .. } => Some(path),
        }
    }

    pub(super) fn top_folder(&self) -> Option<&OwnedFd> {
        match &self.root {
            Root::Live => None,
            Root::Tree { folder, .. } => Some(folder),
        }
    }

    /// Reads a whole file as text; bytes that are not UTF-8 become replacement characters.
    ///
    /// # Errors
    /// Says why it cannot be read; files over 4 MiB are refused.
    pub fn read(&self, path: &str) -> Result<String, Lacking> {
        let mut bytes = Vec::new();
        self.read_into(path, &mut bytes)?;
        // Almost every text is UTF-8 already: no second copy is made of it.
        Ok(String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    /// Reads a whole file into `bytes`, which is cleared first, so that one buffer serves many files.
    ///
    /// # Errors
    /// As [`Host::read`].
    pub fn read_into(&self, path: &str, bytes: &mut Vec<u8>) -> Result<(), Lacking> {
        bytes.clear();
        // The kernel makes a file of /proc anew for each read: most fit into this one.
        bytes.reserve(ONE_READ);
        let file = self.open_file(path)?;
        file.take(LARGEST_FILE + 1).read_to_end(bytes).map_err(|error| Lacking::from_io(path, &error))?;
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(Lacking::new(path, Reason::TooLarge(LARGEST_FILE)));
        }
        Ok(())
    }

    /// Reads the first `length` bytes of a regular file, or of a block device of the live machine; fewer where it is shorter.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn read_start(&self, path: &str, length: usize) -> Result<Vec<u8>, Lacking> {
        let failed = |error: io::Error| Lacking::from_io(path, &error);
        let file = self.root.open(path, OFlags::RDONLY).map_err(failed)?;
        let stat = rustix::fs::fstat(&file).map_err(|error| failed(error.into()))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => {}
            // A device node in a tree stands for a disk of our own machine, not of the one that was captured.
            FileType::BlockDevice if self.is_live() => {}
            _ => return Err(Lacking::new(path, Reason::NotAFile)),
        }
        let mut bytes = Vec::new();
        let limit = (length as u64).min(LARGEST_FILE);
        File::from(file).take(limit).read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }

    /// Calls `take` with each line of a file of any size, the last 16 MiB of it at most.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn each_line(&self, path: &str, take: impl FnMut(&str)) -> Result<(), Lacking> {
        let mut file = self.open_file(path)?;
        let read = |file: &mut File| {
            let length = file.metadata()?.len();
            if length > LOG_TAIL {
                file.seek(SeekFrom::Start(length - LOG_TAIL))?;
            }
            each_line(file, LOG_TAIL, take)
        };
        read(&mut file).map_err(|error| Lacking::from_io(path, &error))
    }

    /// How many lines a file has, the first 256 MiB of it at most: a process may have millions of mappings.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn count_lines(&self, path: &str) -> Result<u64, Lacking> {
        let mut count = 0;
        let counted = each_line(self.open_file(path)?, MOST_COUNTED, |_| count += 1);
        counted.map_err(|error| Lacking::from_io(path, &error)).map(|()| count)
    }

    /// Calls `take` with each record that the kernel's log buffer holds, oldest first, as /dev/kmsg gives them.
    ///
    /// # Errors
    /// Says why it cannot be read; in a tree it is always absent.
    pub fn each_kernel_record(&self, mut take: impl FnMut(&str)) -> Result<(), Lacking> {
        const DEVICE: &str = "/dev/kmsg";
        if !self.is_live() {
            return Err(Lacking::absent(DEVICE));
        }
        let failed = |error: io::Error| Lacking::from_io(DEVICE, &error);
        let device = self.root.open(DEVICE, OFlags::RDONLY).map_err(failed)?;
        // The kernel gives one record a read, and none is longer than this.
        let mut record = [0; 8 << 10];
        loop {
            match rustix::io::read(&device, &mut record) {
                Ok(0) | Err(Errno::AGAIN) => return Ok(()),
                Ok(count) => take(&String::from_utf8_lossy(&record[..count])),
                // EPIPE: records were overwritten while we read; the next read goes on behind them.
                Err(Errno::PIPE | Errno::INTR) => {}
                Err(error) => return Err(failed(error.into())),
            }
        }
    }

    /// The names in a folder, sorted.
    ///
    /// # Errors
    /// Says why it cannot be listed.
    pub fn list(&self, path: &str) -> Result<Vec<String>, Lacking> {
        let failed = |error: io::Error| Lacking::from_io(path, &error);
        let folder = self.root.open(path, OFlags::RDONLY | OFlags::DIRECTORY).map_err(failed)?;
        let mut names = Vec::new();
        for entry in Dir::read_from(folder).map_err(|error| failed(error.into()))? {
            let entry = entry.map_err(|error| failed(error.into()))?;
            let name = entry.file_name().to_string_lossy();
            if name != "." && name != ".." {
                names.push(name.into_owned());
            }
            if names.len() > LONGEST_LISTING {
                return Err(Lacking::new(
                    path,
                    Reason::Failed(format!("more than {LONGEST_LISTING} entries")),
                ));
            }
        }
        names.sort();
        Ok(names)
    }

    /// Whether anything is at `path`.
    pub fn has(&self, path: &str) -> bool {
        self.root.open(path, OFlags::PATH).is_ok()
    }

    /// What a symbolic link points to, as it is written.
    ///
    /// # Errors
    /// Says why it cannot be read; something that is not a link fails too.
    pub fn link(&self, path: &str) -> Result<String, Lacking> {
        let failed = |error: io::Error| Lacking::from_io(path, &error);
        let link = self.root.open(path, OFlags::PATH | OFlags::NOFOLLOW).map_err(failed)?;
        let target = rustix::fs::readlinkat(&link, "", Vec::new()).map_err(|error| failed(error.into()))?;
        Ok(target.to_string_lossy().into_owned())
    }

    /// The path without links; in a tree, the path as it is.
    ///
    /// # Errors
    /// Says why it leads nowhere.
    pub fn real_path(&self, path: &str) -> Result<String, Lacking> {
        if !self.is_live() {
            return Ok(path.to_owned());
        }
        let real = std::fs::canonicalize(path).map_err(|error| Lacking::from_io(path, &error))?;
        Ok(real.to_string_lossy().into_owned())
    }

    /// Owner, mode and size of what is at `path`, links followed.
    ///
    /// # Errors
    /// Says why it cannot be asked.
    pub fn status(&self, path: &str) -> Result<FileStatus, Lacking> {
        let failed = |error: io::Error| Lacking::from_io(path, &error);
        let file = self.root.open(path, OFlags::PATH).map_err(failed)?;
        let stat = rustix::fs::fstat(&file).map_err(|error| failed(error.into()))?;
        Ok(FileStatus::from(&stat))
    }

    /// How full the file system at `path` is. A tree does not know: its files lie on another file system.
    ///
    /// # Errors
    /// Says why it cannot be asked.
    pub fn space(&self, path: &str) -> Result<Space, Lacking> {
        if !self.is_live() {
            return Err(Lacking::absent(path));
        }
        let file = self.root.open(path, OFlags::PATH).map_err(|error| Lacking::from_io(path, &error))?;
        Space::of(&file).map_err(|error| Lacking::from_io(path, &error))
    }

    /// A kernel knob by its sysctl name, such as `vm.swappiness`.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn knob(&self, name: &str) -> Result<String, Lacking> {
        if self.is_live() { knobs::read_live(self, name) } else { knobs::read_captured(self, name) }
    }

    /// What a program prints, at most 4 MiB; in a tree, what it printed when the tree was captured.
    ///
    /// # Errors
    /// Says why there is no answer.
    pub fn output(&self, program: &str, arguments: &[&str]) -> Result<String, Lacking> {
        if self.is_live() {
            return programs::run(program, arguments, LARGEST_FILE);
        }
        let command = [&[program], arguments].concat().join(" ");
        self.captured(&command)?.ok_or_else(|| Lacking::absent(command))
    }

    pub(super) fn captured_knobs(&self) -> Option<&BTreeMap<String, String>> {
        let read = || self.captured("sysctl -a").ok().flatten().map(|text| knobs::parse_listing(&text));
        self.captured_knobs.get_or_init(read).as_ref()
    }

    fn captured(&self, command: &str) -> Result<Option<String>, Lacking> {
        let name = captures::file_name(command);
        for plugin in self.list("/sos_commands").if_there()?.unwrap_or_default() {
            if let Some(text) = self.read(&format!("/sos_commands/{plugin}/{name}")).if_there()? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    fn open_file(&self, path: &str) -> Result<File, Lacking> {
        let failed = |error: io::Error| Lacking::from_io(path, &error);
        let file = self.root.open(path, OFlags::RDONLY).map_err(failed)?;
        let stat = rustix::fs::fstat(&file).map_err(|error| failed(error.into()))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(File::from(file)),
            _ => Err(Lacking::new(path, Reason::NotAFile)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn tree(build: impl FnOnce(&Path)) -> (tempfile::TempDir, Host) {
        let folder = tempfile::tempdir().unwrap();
        build(folder.path());
        let host = Host::at(folder.path()).unwrap();
        (folder, host)
    }

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "builds the tree that is read")]
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn links_stay_inside_the_tree() {
        let (_folder, host) = tree(|root| {
            write(&root.join("etc/hostname"), "inside\n");
            symlink("/etc/hostname", root.join("absolute")).unwrap();
            symlink("../../../../../../etc/hostname", root.join("upward")).unwrap();
        });
        assert_eq!(host.read("/absolute").unwrap(), "inside\n");
        assert_eq!(host.read("/upward").unwrap(), "inside\n");
        assert_eq!(host.read("/../../etc/hostname").unwrap(), "inside\n");
        assert_eq!(host.link("/absolute").unwrap(), "/etc/hostname");
    }

    #[test]
    fn a_loop_of_links_is_an_error_and_absence_is_absence() {
        let (_folder, host) = tree(|root| symlink("/loop", root.join("loop")).unwrap());
        assert!(matches!(host.read("/loop").unwrap_err().reason, Reason::Failed(_)));
        assert_eq!(host.read("/none").if_there(), Ok(None));
        assert_eq!(host.list("/none").if_there(), Ok(None));
    }

    #[test]
    fn a_pipe_or_folder_does_not_hang_the_reader() {
        let (_folder, host) = tree(|root| {
            std::fs::create_dir(root.join("folder")).unwrap();
            let mode = rustix::fs::Mode::from_raw_mode(0o600);
            rustix::fs::mknodat(rustix::fs::CWD, root.join("pipe"), FileType::Fifo, mode, 0).unwrap();
        });
        assert_eq!(host.read("/pipe").unwrap_err().reason, Reason::NotAFile);
        assert_eq!(host.read("/folder").unwrap_err().reason, Reason::NotAFile);
    }

    #[test]
    fn a_gigantic_file_is_refused_and_a_gigantic_log_read_from_its_end() {
        let (folder, host) = tree(|root| write(&root.join("log"), ""));
        let log = std::fs::OpenOptions::new().write(true).open(folder.path().join("log")).unwrap();
        log.set_len(1 << 30).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&log, b"\nlast", (1 << 30) - 5).unwrap();
        assert_eq!(host.read("/log").unwrap_err().reason, Reason::TooLarge(LARGEST_FILE));
        let mut last = String::new();
        host.each_line("/log", |line| last = line.to_owned()).unwrap();
        assert_eq!(last, "last");
    }

    #[test]
    fn the_start_of_a_file_is_read_however_long_it_is() {
        let (folder, host) = tree(|root| {
            write(&root.join("swapfile"), "mkswap");
            std::fs::create_dir(root.join("folder")).unwrap();
        });
        let file = std::fs::OpenOptions::new().write(true).open(folder.path().join("swapfile"));
        file.unwrap().set_len(1 << 40).unwrap();
        assert_eq!(host.read_start("/swapfile", 8).unwrap(), b"mkswap\0\0");
        assert_eq!(host.read_start("/swapfile", usize::MAX).unwrap().len() as u64, LARGEST_FILE);
        assert_eq!(host.read_start("/folder", 8).unwrap_err().reason, Reason::NotAFile);
        assert_eq!(host.read_start("/none", 8), Err(Lacking::absent("/none")));
    }

    #[test]
    fn lines_are_counted_beyond_the_tail_of_a_log() {
        let (_folder, host) = tree(|root| write(&root.join("maps"), &"x\n".repeat(9 << 20)));
        assert_eq!(host.count_lines("/maps").unwrap(), 9 << 20);
    }

    #[test]
    fn knobs_come_from_the_tree_or_from_what_sysctl_printed() {
        let (_folder, host) = tree(|root| {
            write(&root.join("proc/sys/vm/swappiness"), "10\n");
            write(&root.join("sos_commands/kernel/sysctl_-a"), "vm.swappiness = 60\nvm.dirty_ratio = 20\n");
        });
        assert_eq!(host.knob("vm.swappiness").unwrap(), "10");
        assert_eq!(host.knob("vm.dirty_ratio").unwrap(), "20");
        assert_eq!(host.knob("vm.none"), Err(Lacking::absent("/proc/sys/vm/none")));
    }

    #[test]
    fn the_live_machine_has_knobs_and_programs() {
        let host = Host::live();
        assert!(host.knob("vm.swappiness").unwrap().parse::<u32>().is_ok());
        assert_eq!(host.knob("vm.no_such_knob").unwrap_err().reason, Reason::Absent);
        assert!(host.list("/proc").unwrap().contains(&"self".to_owned()));
    }
}
