//! Where a new swap file may lie.

use std::io::ErrorKind;

use crate::exit::{Exit, Fault};
use crate::host::{Distrust, Host, Stranger};

/// What the kernel answers where a link is on the way, and none is followed.
const ELOOP: i32 = 40;

/// No machine has as many swap files.
const MOST_NAMES: usize = 64;

/// Refuses a path that means something else than it seems to, or that is taken.
///
/// # Errors
/// [`Exit::Usage`] for one that no swap file can have, [`Exit::Refused`] where something stands there.
pub(super) fn check(host: &Host, path: &str) -> Result<(), Fault> {
    if let Some(wrong) = wrong(path) {
        let fault = Fault::new(Exit::Usage, format!("`{path}` {wrong}"));
        return Err(fault.hint("name it in full, such as `--file /var/swapfile`"));
    }
    if let Some(what) = standing(host, path) {
        let message = format!("`{path}` is there already: it is {what}, and is left as it is");
        return Err(Fault::new(Exit::Refused, message).hint("choose another path with `--file`"));
    }
    refuse_strangers(host, folder_of(path))
}

/// Refuses a folder in which somebody else could put a file of his own into the place of the swap file: after the next boot he would
/// read there what programs had in memory.
///
/// # Errors
/// Names the folder on the way that is not root's alone.
pub(super) fn refuse_strangers(host: &Host, folder: &str) -> Result<(), Fault> {
    let look = format!(
        "`namei -l {folder}` shows whose each folder is; name a path in folders of root's, such as `--file /var/swapfile`"
    );
    let (exit, message) = match host.refuse_way_of_others(folder) {
        Ok(()) => return Ok(()),
        Err(Distrust::Stranger(Stranger { path, why })) => {
            let risk = "after a boot the swap could be a file of somebody else's, who reads in it what was in memory";
            (Exit::Refused, format!("the folder `{path}` {why}: {risk}"))
        }
        Err(Distrust::Failed(error)) if error.raw_os_error() == Some(ELOOP) => (
            Exit::Refused,
            format!(
                "the folder `{folder}` is a symbolic link, or leads through one, and memtune writes through none"
            ),
        ),
        Err(Distrust::Failed(error)) => {
            let is_denied = error.kind() == ErrorKind::PermissionDenied;
            let exit = if is_denied { Exit::Privilege } else { Exit::Failed };
            (exit, format!("cannot see whose the folder `{folder}` is: {error}"))
        }
    };
    Err(Fault::new(exit, message).hint(look))
}

/// Whether the path lies where everybody puts what is needed for the moment only, such as /tmp.
pub(super) fn is_cleaned(host: &Host, path: &str) -> bool {
    const STICKY_FOR_ALL: u32 = 0o1002;
    let mut folder = folder_of(path);
    loop {
        if host.status(folder).is_ok_and(|status| status.mode & STICKY_FOR_ALL == STICKY_FOR_ALL) {
            return true;
        }
        if folder == "/" {
            return false;
        }
        folder = folder_of(folder);
    }
}

/// What makes a path none for a swap file.
fn wrong(path: &str) -> Option<&'static str> {
    let Some(names) = path.strip_prefix('/') else {
        return Some("is relative: the boot would not know which file is meant");
    };
    if path.ends_with('/') {
        return Some("is a folder, not a file");
    }
    if names.split('/').any(|name| matches!(name, "" | "." | "..")) {
        return Some("has an empty name, `.` or `..` in it");
    }
    if path.chars().any(char::is_control) {
        return Some("has a control character in it, which ends a line of fstab or does worse");
    }
    path.ends_with(" (deleted)").then_some("ends as the kernel marks deleted files")
}

fn standing(host: &Host, path: &str) -> Option<&'static str> {
    if host.link(path).is_ok() {
        return Some("a symbolic link");
    }
    if host.list(path).is_ok() {
        return Some("a folder");
    }
    host.has(path).then_some("a file")
}

/// `base`, or `base2`, `base3`, .. where something stands there.
///
/// # Errors
/// Says that all of them are taken.
pub(super) fn free_name(host: &Host, base: &str) -> Result<String, Fault> {
    let numbered = (2..=MOST_NAMES).map(|number| format!("{base}{number}"));
    let mut names = [base.to_owned()].into_iter().chain(numbered);
    names.find(|name| standing(host, name).is_none()).ok_or_else(|| {
        let message = format!("`{base}` and all names up to `{base}{MOST_NAMES}` are taken");
        Fault::new(Exit::Refused, message).hint("name another path with `--file`")
    })
}

/// The folder that a path lies in.
pub(super) fn folder_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        None | Some(("", _)) => "/",
        Some((folder, _)) => folder,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn only_free_and_plain_paths_are_taken() {
        let (_folder, host) = made_tree(&[("/swapfile", "x"), ("/link", "->/nowhere"), ("/d/x", "")]);
        for right in ["/other", "/d/my swäp", "/d/.hidden", "/..."] {
            check(&host, right).unwrap();
        }
        for wrong in
            ["", "swapfile", "./s", "/", "/d/", "//s", "/d/../s", "/./s", "/a\nb", "/a\u{1b}", "/s (deleted)"]
        {
            assert_eq!(check(&host, wrong).unwrap_err().exit, Exit::Usage, "{wrong:?}");
        }
        for (taken, what) in [("/swapfile", "a file"), ("/link", "a symbolic link"), ("/d", "a folder")] {
            let fault = check(&host, taken).unwrap_err();
            assert!(fault.exit == Exit::Refused && fault.to_string().contains(what), "{fault}");
        }
    }

    #[test]
    fn folders_of_others_are_refused_and_those_of_the_moment_known() {
        let (folder, host) = made_tree(&[("/d/e/x", ""), ("/link", "->/d")]);
        let set = |mode| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(folder.path().join("d"), mode).unwrap();
        };
        set(0o777);
        let fault = check(&host, "/d/e/new").unwrap_err();
        assert!(fault.exit == Exit::Refused && fault.to_string().contains("`/d` may be written"), "{fault}");
        assert!(!is_cleaned(&host, "/d/e/new"));
        set(0o1777);
        check(&host, "/d/e/new").unwrap();
        assert!(is_cleaned(&host, "/d/e/new") && is_cleaned(&host, "/d/new") && !is_cleaned(&host, "/new"));
        set(0o755);
        let fault = check(&host, "/link/new").unwrap_err();
        assert!(fault.exit == Exit::Refused && fault.to_string().contains("symbolic link"), "{fault}");
    }

    #[test]
    fn names_are_counted_up() {
        let (_folder, host) = made_tree(&[("/swapfile", ""), ("/swapfile2", "->/nowhere")]);
        assert_eq!(free_name(&host, "/swapfile").unwrap(), "/swapfile3");
        assert_eq!(free_name(&host, "/swap").unwrap(), "/swap");
        assert_eq!((folder_of("/swapfile"), folder_of("/a/b")), ("/", "/a"));
    }
}
