//! Which device it is: at another boot its name may belong to another one.

use crate::facts::swap_header;
use crate::host::Host;
use crate::sys::uuid::Uuid;

/// As much as the header of any machine has.
const LONGEST_HEADER: usize = 64 << 10;

/// What tells the device at `path` from others: the UUID in its header. `None` for a file, which its path tells, and for compressed
/// memory, which gets another header at each boot.
pub(super) fn uuid_of(host: &Host, path: &str) -> Option<Uuid> {
    let is_device = host.status(path).is_ok_and(|status| status.is_block_device);
    let real = host.real_path(path).unwrap_or_else(|_| path.to_owned());
    if !is_device || real.starts_with("/dev/zram") {
        return None;
    }
    header(host, path)
}

/// Whether what is at `path` is not the device with `uuid` in its header.
pub(super) fn is_another(host: &Host, path: &str, uuid: Option<Uuid>) -> bool {
    uuid.is_some() && header(host, path) != uuid
}

fn header(host: &Host, path: &str) -> Option<Uuid> {
    let start = host.read_start(path, LONGEST_HEADER).ok()?;
    swap_header::parse(&start).map(|header| header.uuid).filter(|uuid| *uuid != Uuid::default())
}
