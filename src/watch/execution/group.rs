//! The victim's control group: who is in it, and what the kernel does to it as a whole.

use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags, fstatfs, open, openat};
use rustix::io::{Errno, write};

use crate::sys::folder::read_piece;
use crate::sys::text::PathText;
use crate::watch::job::GroupPath;

/// CGROUP2_SUPER_MAGIC.
const VERSION_2: u64 = 0x6367_7270;

/// A folder needs no reading to be passed through.
const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// The hierarchy of version 2, of its own or beside those of version 1.
#[derive(Debug)]
pub struct Hierarchy {
    folder: Option<OwnedFd>,
}

impl Hierarchy {
    /// Looks where systemd mounts it; without one, groups are known but not ended as a whole.
    pub fn find() -> Self {
        let candidates = [c"/sys/fs/cgroup", c"/sys/fs/cgroup/unified"];
        let folder = candidates.into_iter().find_map(|path| {
            let folder = open(path, FOLDER, Mode::empty()).ok()?;
            let kind = fstatfs(&folder).ok()?.f_type as u64;
            (kind == VERSION_2).then_some(folder)
        });
        Self { folder }
    }

    /// A group as it is now: what is removed, or made anew under the same name, is another one. `None` for a path that is no group's below
    /// the root.
    pub fn group(&self, path: &GroupPath) -> Option<Group> {
        let relative = path.strip_prefix('/')?;
        let is_below =
            !relative.is_empty() && relative.split('/').all(|part| !["", ".", ".."].contains(&part));
        if !is_below {
            return None;
        }
        let name = PathText::<513>::new(format_args!("{relative}"))?;
        let opened = self
            .folder
            .as_ref()
            .map(|all| openat(all, name.as_c_str(), FOLDER | OFlags::NOFOLLOW, Mode::empty()));
        Some(Group { path: *path, folder: opened.and_then(Result::ok) })
    }
}

/// A control group below the root.
#[derive(Debug)]
pub struct Group {
    path: GroupPath,
    folder: Option<OwnedFd>,
}

impl Group {
    /// Whether a process is in it or below, by its /proc/PID/cgroup; one hierarchy is enough.
    pub fn holds(&self, text: &[u8]) -> bool {
        let path = self.path.as_bytes();
        text.split(|&byte| byte == b'\n').any(|line| {
            // HIERARCHY:CONTROLLERS:PATH
            let own = line.splitn(3, |&byte| byte == b':').nth(2).unwrap_or_default();
            own.strip_prefix(path).is_some_and(|below| below.is_empty() || below.starts_with(b"/"))
        })
    }

    /// Kills everybody in it and below, and whoever is being forked there.
    ///
    /// # Errors
    /// `NOENT` where the kernel cannot (before 5.14) or the group is gone, `OPNOTSUPP` where the group is of threads.
    pub fn kill(&self) -> Result<(), Errno> {
        self.put(c"cgroup.kill", b"1")
    }

    /// Stops everybody in it and below, as they return from the kernel (Linux 5.2).
    ///
    /// # Errors
    /// `NOENT` where the kernel cannot, or the group is gone.
    pub fn freeze(&self) -> Result<(), Errno> {
        self.put(c"cgroup.freeze", b"1")
    }

    /// Lets them go on.
    ///
    /// # Errors
    /// As [`freeze`](Self::freeze).
    pub fn thaw(&self) -> Result<(), Errno> {
        self.put(c"cgroup.freeze", b"0")
    }

    /// Whether somebody lives in it or below; `None` where the kernel does not tell.
    pub fn is_populated(&self) -> Option<bool> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let mut buffer = [0; 4096];
        let answer = openat(self.folder.as_ref()?, c"cgroup.events", flags, Mode::empty())
            .and_then(|file| read_piece(file, &mut buffer));
        match answer {
            Ok(text) => Some(text.split(|&byte| byte == b'\n').any(|line| line == b"populated 1")),
            // Only an empty group can be removed.
            Err(Errno::NOENT | Errno::NODEV) => Some(false),
            Err(_) => None,
        }
    }

    fn put(&self, file: &std::ffi::CStr, value: &[u8]) -> Result<(), Errno> {
        let folder = self.folder.as_ref().ok_or(Errno::NOENT)?;
        let file = openat(folder, file, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
        write(&file, value).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(path: &str) -> Option<Group> {
        Hierarchy { folder: None }.group(&GroupPath::from(path).unwrap())
    }

    #[test]
    fn holds_what_is_in_it_and_below_in_any_hierarchy() {
        let unit = group("/system.slice/hog.service").unwrap();
        for held in
            ["0::/system.slice/hog.service\n", "4:memory:/\n1:name=systemd:/system.slice/hog.service/a:b\n"]
        {
            assert!(unit.holds(held.as_bytes()), "{held}");
        }
        for other in
            ["0::/system.slice/hog.service2\n", "0::/\n", "", "0::/a/system.slice/hog.service", "x\ny:z"]
        {
            assert!(!unit.holds(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn neither_the_root_nor_what_lies_outside_is_a_group() {
        for path in ["/", "", "a", "/..", "/../a", "/a/../..", "/a//b", "/a/", "/./a"] {
            assert!(group(path).is_none(), "{path}");
        }
        assert!(group("/a..b").is_some());
    }

    #[test]
    fn without_a_hierarchy_nothing_is_done_to_it() {
        let unit = group("/a").unwrap();
        assert_eq!(
            (unit.kill(), unit.thaw(), unit.is_populated()),
            (Err(Errno::NOENT), Err(Errno::NOENT), None)
        );
    }
}
