//! Failures in words: what was being done, to what, what the kernel answered, and what to do next.

use std::io;

use crate::exit::{Exit, Fault};
use crate::host::{Distrust, Lacking, LockFailure, Reason, Stranger};

const ENOSPC: i32 = 28;
const EPERM: i32 = 1;
const EEXIST: i32 = 17;
const EDQUOT: i32 = 122;
const EROFS: i32 = 30;
const ELOOP: i32 = 40;
const EINVAL: i32 = 22;

/// Says that `deed` on the file `path` failed.
pub(super) fn on_file(deed: &str, path: &str, error: &io::Error) -> Fault {
    let fault = |exit| Fault::new(exit, format!("cannot {deed} `{path}`: {}", answer(error)));
    match error.raw_os_error() {
        Some(ELOOP) => Fault::new(
            Exit::Refused,
            format!("cannot {deed} `{path}`: that is a symbolic link, or leads through one, and memtune writes through none"),
        )
        .hint(format!("`namei -l {path}` shows the link; put a file or folder in its place")),
        Some(EEXIST) => Fault::new(Exit::Refused, format!("cannot {deed} `{path}`: something stands there"))
            .hint("choose another path, or move that away"),
        Some(EDQUOT) => {
            fault(Exit::Failed).hint("a quota of that file system is used up; see `quota` or `repquota`")
        }
        Some(EROFS) => fault(Exit::Failed).hint("it is mounted read-only; see `findmnt -T` for the mount"),
        Some(ENOSPC) => fault(Exit::Failed).hint("make room on that file system and try again"),
        Some(EPERM) if is_root() => {
            fault(Exit::Failed).hint(format!("`lsattr {path}` shows whether it is marked immutable"))
        }
        _ if error.kind() == io::ErrorKind::PermissionDenied => {
            fault(if is_root() { Exit::Failed } else { Exit::Privilege }).hint("run memtune as root")
        }
        _ => fault(Exit::Failed),
    }
}

/// Says that the kernel did not take `value` for the knob `name`.
pub(super) fn on_knob(name: &str, value: &str, error: &io::Error) -> Fault {
    let fault =
        Fault::new(Exit::Failed, format!("the kernel refused `{value}` for `{name}`: {}", answer(error)));
    match error.raw_os_error() {
        Some(EINVAL) => fault.hint("the value lies outside of what this kernel takes for it"),
        Some(EROFS) => fault.hint("/proc/sys is read-only here, as in a container: set it on the host"),
        Some(EPERM) => fault.hint("this needs root of the machine itself, not of a container"),
        _ => fault,
    }
}

/// Says why the lock was not given.
pub(super) fn on_lock(path: &str, failure: LockFailure) -> Fault {
    match failure {
        LockFailure::Held(process) => {
            let process = process.map(|process| format!(" (process {process})")).unwrap_or_default();
            let message = format!("another memtune{process} is changing this machine");
            Fault::new(Exit::Refused, message).hint("wait until it has ended, and try again")
        }
        LockFailure::Stranger(Stranger { path, why }) => {
            Fault::new(Exit::Refused, format!("`{path}` {why}, and is no lock of memtune's"))
                .hint(format!("look at it (`ls -l {path}`), and move it away"))
        }
        LockFailure::Failed(error) => on_file("lock", path, &error),
    }
}

/// Says why a file of the journal is not believed.
pub(super) fn on_distrust(path: &str, distrust: Distrust) -> Fault {
    let stranger = match distrust {
        Distrust::Stranger(stranger) => stranger,
        Distrust::Failed(error) => return on_file("read", path, &error),
    };
    let message = format!(
        "`{}` {}, and memtune does nothing for a journal that somebody else may have written",
        stranger.path, stranger.why
    );
    let path = stranger.path;
    Fault::new(Exit::Refused, message).hint(format!(
        "move it away; only if you know who wrote it, `chown root {path}` and `chmod go-w {path}`"
    ))
}

/// Says that something could not be read.
pub(super) fn on_reading(lacking: Lacking) -> Fault {
    let exit = if lacking.reason == Reason::Denied && !is_root() { Exit::Privilege } else { Exit::Failed };
    Fault::new(exit, lacking.to_string())
}

/// What the kernel answered, without the number that Rust adds.
pub(super) fn answer(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_answer_is_named() {
        let fault = on_knob("vm.dirty_ratio", "200", &io::Error::from_raw_os_error(EINVAL));
        assert_eq!(fault.to_string(), "the kernel refused `200` for `vm.dirty_ratio`: Invalid argument");
        let fault = on_file("write", "/etc/x", &io::Error::from_raw_os_error(ELOOP));
        assert_eq!(fault.exit, Exit::Refused);
        let fault = on_lock("/x", LockFailure::Held(Some(7)));
        assert_eq!(fault.to_string(), "another memtune (process 7) is changing this machine");
    }
}
