//! Whether the caller may write at all.

use std::io;

use crate::exit::{Exit, Fault};
use crate::host::Host;

use super::fault;
use super::journal::HOME;

/// Whether the caller may change this machine; for a tree, whether the journal can be written in it.
pub fn may_write(host: &Host) -> bool {
    refuse_unwritable(host).is_ok()
}

/// Refuses where nothing could be changed.
///
/// # Errors
/// Says that it needs root ([`Exit::Privilege`]), or that not even root could write ([`Exit::Failed`]); a link is refused
/// ([`Exit::Refused`]).
pub fn refuse_unwritable(host: &Host) -> Result<(), Fault> {
    let is_root = rustix::process::geteuid().is_root();
    let may_write = match host.is_live() {
        true => is_root,
        false => match host.may_write_below(HOME) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => false,
            answer => answer.map_err(|error| fault::on_file("write to", HOME, &error))?,
        },
    };
    match (may_write, is_root) {
        (true, _) => Ok(()),
        (false, false) => Err(Fault::new(Exit::Privilege, "changing this machine needs root")),
        (false, true) => {
            Err(Fault::new(Exit::Failed, format!("`{HOME}` cannot be written, not even by root"))
                .hint("it may be mounted read-only; see `findmnt -T` for the mount"))
        }
    }
}
