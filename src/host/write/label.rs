//! SELinux labels, kept where a file is replaced: under an enforcing policy a wrong one makes the file unreadable.

use std::io;

use rustix::fd::OwnedFd;
use rustix::fs::XattrFlags;
use rustix::io::Errno;

const NAME: &str = "security.selinux";

/// No policy has longer labels.
const LONGEST: usize = 4096;

/// The label of a file; `None` where it has none or its file system knows none.
pub(super) fn of(file: &OwnedFd) -> io::Result<Option<Vec<u8>>> {
    let mut label = vec![0; LONGEST];
    match rustix::fs::fgetxattr(file, NAME, &mut label[..]) {
        Ok(length) => {
            label.truncate(length);
            Ok(Some(label))
        }
        Err(Errno::NODATA | Errno::NOTSUP | Errno::NOSYS) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Gives `file` the label `wanted`, unless it has it.
pub(super) fn keep(file: &OwnedFd, wanted: &[u8]) -> io::Result<()> {
    if of(file)?.as_deref() == Some(wanted) {
        return Ok(());
    }
    Ok(rustix::fs::fsetxattr(file, NAME, wanted, XattrFlags::empty())?)
}
