//! What a text can only be judged by.

use crate::facts::{meminfo, users};
use crate::sys::bytes::Bytes;

use super::file::bounded;
use super::program;

/// The machine as far as settings are judged by it.
pub trait Surroundings {
    /// All its memory; `None` where that is not known: then shares are compared with shares, and amounts with amounts.
    fn memory(&self) -> Option<Bytes>;
    /// All its swap, none at all included; `None` where that is not known.
    fn swap(&self) -> Option<Bytes>;
    /// The number of the user of that name.
    fn user(&self, name: &str) -> Option<u32>;
    /// Whether the program at `path` may be run as a hook.
    ///
    /// # Errors
    /// Says what is wrong with it, as a fragment that follows its name.
    fn program(&self, path: &str) -> Result<(), String>;
}

/// The machine that the watchdog runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Live;

impl Surroundings for Live {
    fn memory(&self) -> Option<Bytes> {
        meminfo().map(|meminfo| meminfo.total())
    }

    fn swap(&self) -> Option<Bytes> {
        meminfo().map(|meminfo| meminfo.swap_total())
    }

    fn user(&self, name: &str) -> Option<u32> {
        // Who runs a service should not have to wait for a directory on the network: /etc/passwd it is.
        let text = bounded("/etc/passwd", 4 << 20).ok()?;
        let users = users::parse(&String::from_utf8_lossy(&text));
        users.into_iter().find(|(known, _)| known == name).map(|(_, number)| number)
    }

    fn program(&self, path: &str) -> Result<(), String> {
        program::check(path)
    }
}

fn meminfo() -> Option<meminfo::Meminfo> {
    let text = bounded("/proc/meminfo", 64 << 10).ok()?;
    meminfo::parse(&String::from_utf8_lossy(&text)).ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A machine of 16 GiB with 4 GiB of swap, a user `postgres`, and programs below /usr/bin.
    pub(in crate::watch) struct Made;

    impl Surroundings for Made {
        fn memory(&self) -> Option<Bytes> {
            Some(Bytes::from_gib(16))
        }

        fn swap(&self) -> Option<Bytes> {
            Some(Bytes::from_gib(4))
        }

        fn user(&self, name: &str) -> Option<u32> {
            (name == "postgres").then_some(105)
        }

        fn program(&self, path: &str) -> Result<(), String> {
            if path.starts_with("/usr/bin/") { Ok(()) } else { Err("is not there".to_owned()) }
        }
    }

    #[test]
    fn this_machine_is_known() {
        assert!(Live.memory().unwrap() > Bytes::from_mib(16));
        assert!(Live.swap().is_some());
        assert_eq!((Live.user("root"), Live.user("nobody at all")), (Some(0), None));
        assert_eq!(Live.program("/bin/sh"), Ok(()));
    }
}
