//! Where a new swap file may lie.

use crate::exit::{Exit, Fault};
use crate::host::Host;

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
    Ok(())
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
    fn names_are_counted_up() {
        let (_folder, host) = made_tree(&[("/swapfile", ""), ("/swapfile2", "->/nowhere")]);
        assert_eq!(free_name(&host, "/swapfile").unwrap(), "/swapfile3");
        assert_eq!(free_name(&host, "/swap").unwrap(), "/swap");
        assert_eq!((folder_of("/swapfile"), folder_of("/a/b")), ("/", "/a"));
    }
}
