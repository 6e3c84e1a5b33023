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

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, Mode, OFlags};

    use super::*;
    use crate::host::FileState;
    use crate::host::made_tree::made_tree;

    const LABEL: &[u8] = b"system_u:object_r:etc_t:s0\0";

    #[test]
    fn a_label_survives_its_file() {
        let (folder, host) = made_tree(&[("/etc/a", "old")]);
        let path = folder.path().join("etc/a");
        let file = rustix::fs::openat(CWD, &path, OFlags::RDWR, Mode::empty()).unwrap();
        // Only root may set one; whoever may not sees at least that none is made up.
        let label = keep(&file, LABEL).is_ok().then(|| LABEL.to_vec());
        let state = host.state("/etc/a").unwrap().unwrap();
        assert!(label.is_none() || state.label == label, "{:?}", state.label);
        host.replace("/etc/a", &FileState { content: b"new".to_vec(), ..state.clone() }).unwrap();
        let after = host.state("/etc/a").unwrap().unwrap();
        assert_eq!((after.label, after.content), (state.label, b"new".to_vec()));
    }
}
