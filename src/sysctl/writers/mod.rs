//! Those who set knobs on the way up, one file each: what they read, and in which order they write.

pub(super) mod command_line;
pub(super) mod procps;
pub(super) mod systemd;
pub(super) mod tmpfiles;
pub(super) mod tuned;
pub(super) mod udev;

mod sysctl_file;

pub(super) use sysctl_file::SYSCTL_FOLDERS;
