//! SELinux labels and access control lists, kept where a file is replaced: under an enforcing policy a wrong label makes a file
//! unreadable, or useless as swap, and without its list a file may be read by others than before.

use std::io;

use rustix::fd::OwnedFd;
use rustix::fs::XattrFlags;
use rustix::io::Errno;

const LABEL: &str = "security.selinux";
const ACCESS: &str = "system.posix_acl_access";

/// No policy has longer labels.
const LONGEST_LABEL: usize = 4096;

/// What the kernel takes at most for one attribute.
const LONGEST_LIST: usize = 64 << 10;

/// The label of a file; `None` where it has none or its file system knows none.
pub(super) fn of(file: &OwnedFd) -> io::Result<Option<Vec<u8>>> {
    attribute(file, LABEL, LONGEST_LABEL)
}

/// Gives `file` the label `wanted`, unless it has it.
pub(super) fn keep(file: &OwnedFd, wanted: &[u8]) -> io::Result<()> {
    if of(file)?.as_deref() == Some(wanted) {
        return Ok(());
    }
    Ok(rustix::fs::fsetxattr(file, LABEL, wanted, XattrFlags::empty())?)
}

/// The access control list of a file, as the kernel writes it; `None` where its mode says all.
pub(super) fn access_of(file: &OwnedFd) -> io::Result<Option<Vec<u8>>> {
    attribute(file, ACCESS, LONGEST_LIST)
}

/// Gives `file` the access control list `wanted`, or takes away the one that its folder gave it.
pub(super) fn keep_access(file: &OwnedFd, wanted: Option<&[u8]>) -> io::Result<()> {
    match wanted {
        wanted if access_of(file)?.as_deref() == wanted => Ok(()),
        Some(wanted) => Ok(rustix::fs::fsetxattr(file, ACCESS, wanted, XattrFlags::empty())?),
        None => Ok(rustix::fs::fremovexattr(file, ACCESS)?),
    }
}

fn attribute(file: &OwnedFd, name: &str, longest: usize) -> io::Result<Option<Vec<u8>>> {
    let mut value = vec![0; longest];
    match rustix::fs::fgetxattr(file, name, &mut value[..]) {
        Ok(length) => {
            value.truncate(length);
            Ok(Some(value))
        }
        Err(Errno::NODATA | Errno::NOTSUP | Errno::NOSYS) => Ok(None),
        Err(error) => Err(error.into()),
    }
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

    const ETC: &[u8] = b"system_u:object_r:etc_t:s0\0";

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
        if keep(&file, ETC).is_ok() {
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
        let label = keep(&file, ETC).is_ok().then(|| ETC.to_vec());
        let state = host.state("/etc/a").unwrap().unwrap();
        assert!(label.is_none() || state.label == label, "{:?}", state.label);
        host.replace("/etc/a", &FileState { content: b"new".to_vec(), ..state.clone() }).unwrap();
        let after = host.state("/etc/a").unwrap().unwrap();
        assert_eq!((after.label, after.content), (state.label, b"new".to_vec()));
    }
}
