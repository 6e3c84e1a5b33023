//! Whether the caller may write at all.

use crate::host::Host;

use super::journal::HOME;

/// Whether the caller may change this machine; for a tree, whether the journal can be written in it.
pub fn may_write(host: &Host) -> bool {
    if host.is_live() { rustix::process::geteuid().is_root() } else { host.may_write_below(HOME) }
}
