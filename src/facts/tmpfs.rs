//! File systems that lie in memory, each counted once however often it is mounted.

use std::collections::BTreeSet;

use crate::host::{Host, IfThere, Lacking, Space};

use super::malformed::{InFile, Malformed, numbered_lines};
use super::mounts::{self, Mount};
use super::readings::Readings;

const DETAILED: &str = "/proc/self/mountinfo";
/// The name of the kind.
pub const KIND: &str = "tmpfs";

/// Reads the text of /proc/PID/mountinfo: the first mount of every tmpfs. What is mounted twice has one device number.
///
/// # Errors
/// Names the line that is not a mount.
pub fn parse(text: &str) -> Result<Vec<Mount>, Malformed> {
    let mut seen = BTreeSet::new();
    let mut distinct = Vec::new();
    // Both skip the same empty lines, so each mount meets its own line.
    for (mount, (_, line)) in mounts::parse_detailed(text)?.into_iter().zip(numbered_lines(text)) {
        let device = line.split_whitespace().nth(2).unwrap_or_default();
        if mount.kind == KIND && seen.insert(device) {
            distinct.push(mount);
        }
    }
    Ok(distinct)
}

/// Reads them from a machine; a capture that holds only the plain list does not tell what is mounted twice.
///
/// # Errors
/// Says why nothing tells what is mounted.
pub fn read(host: &Host) -> Result<Vec<Mount>, Lacking> {
    if let Some(text) = host.read(DETAILED).if_there()? {
        return parse(&text).in_file(DETAILED);
    }
    let mut mounts = mounts::read(host)?;
    mounts.retain(|mount| mount.kind == KIND);
    Ok(mounts)
}

/// How full the tmpfs at `point` is; `None` in a tree, and where another file system lies over it, which would answer in its place.
pub fn space(readings: &Readings, point: &str) -> Option<Space> {
    let mount = mounts::holding(readings.mounts().ok()?, point)?;
    let is_open = mount.point == point && mount.kind == KIND;
    is_open.then(|| readings.host().space(point).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_a_bind_mount_once() {
        let text = "22 1 254:0 / / rw - ext4 /dev/root rw\n\n\
            23 22 0:20 / /tmp rw - tmpfs tmpfs rw,size=1024k\n\
            24 22 0:20 /sub /srv/sub rw - tmpfs tmpfs rw,size=1024k\n\
            25 22 0:21 / /run rw - tmpfs tmpfs rw\n\
            26 22 0:5 / /dev rw - devtmpfs udev rw,size=1024k\n";
        let points: Vec<String> = parse(text).unwrap().into_iter().map(|mount| mount.point).collect();
        assert_eq!(points, ["/tmp", "/run"]);
        assert_eq!(parse("22 1").unwrap_err().line, 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|22 1 0:[0-9] / /[a-z]* rw,size=[0-9a-z]* - tmpfs [a-z] rw\n)*") {
            let _ = parse(&text);
        }
    }
}
