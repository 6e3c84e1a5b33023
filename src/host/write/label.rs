//! SELinux labels: under an enforcing policy a wrong one makes a file unreadable, or useless as swap.

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

/// Gives a new swap file the type that the policy wants swap files to have, where files have labels at all. A policy that does not
/// enforce anything may do without.
pub(super) fn for_swap(file: &OwnedFd, is_enforcing: bool) -> io::Result<()> {
    let Some(wanted) = of(file)?.as_deref().and_then(of_type_swap) else { return Ok(()) };
    match keep(file, &wanted) {
        Err(error) if is_enforcing => Err(error),
        _ => Ok(()),
    }
}

/// The same label with the type of swap files: `USER:ROLE:TYPE`, and a range behind it where the policy has any.
fn of_type_swap(label: &[u8]) -> Option<Vec<u8>> {
    let mut parts: Vec<&[u8]> = label.splitn(4, |&byte| byte == b':').collect();
    let is_last = parts.len() == 3;
    *parts.get_mut(2)? = if is_last && label.ends_with(b"\0") { b"swapfile_t\0" } else { b"swapfile_t" };
    Some(parts.join(&b':'))
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, Mode, OFlags};

    use super::*;
    use crate::host::FileState;
    use crate::host::made_tree::made_tree;

    const LABEL: &[u8] = b"system_u:object_r:etc_t:s0\0";

    #[test]
    fn the_label_of_a_swap_file_keeps_all_but_the_type() {
        let swap =
            |label: &str| of_type_swap(label.as_bytes()).map(|label| String::from_utf8(label).unwrap());
        assert_eq!(swap("u:r:etc_t:s0:c1.c2\0").as_deref(), Some("u:r:swapfile_t:s0:c1.c2\0"));
        assert_eq!(swap("u:r:etc_t\0").as_deref(), Some("u:r:swapfile_t\0"));
        assert_eq!(swap("u:r:etc_t").as_deref(), Some("u:r:swapfile_t"));
        assert_eq!((swap("unlabeled"), swap("")), (None, None));
    }

    #[test]
    fn a_new_swap_file_gets_its_type_where_files_have_labels() {
        let (folder, _host) = made_tree(&[("/swap", "")]);
        let path = folder.path().join("swap");
        let file = rustix::fs::openat(CWD, &path, OFlags::RDWR, Mode::empty()).unwrap();
        let had = of(&file).unwrap();
        for_swap(&file, true).unwrap();
        assert_eq!(of(&file).unwrap(), had.as_deref().and_then(of_type_swap));
        if keep(&file, LABEL).is_ok() {
            for_swap(&file, true).unwrap();
            assert_eq!(of(&file).unwrap().as_deref(), Some(b"system_u:object_r:swapfile_t:s0\0".as_slice()));
        } else {
            eprintln!("skipped: only root may set a label");
        }
    }

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
