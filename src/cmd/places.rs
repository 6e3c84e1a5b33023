//! Where the caller's profiles lie.

use crate::host::Host;
use crate::profile::Places;

/// The profiles of `host`, and the caller's own, which XDG_CONFIG_HOME or HOME tell.
pub(super) fn of_profiles(host: &Host) -> Places<'_> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| value.starts_with('/'));
    let folder = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| format!("{home}/.config")));
    let is_root = rustix::process::geteuid().is_root();
    Places::new(host, folder.map(|folder| format!("{folder}/memtune/profiles")), is_root)
}
