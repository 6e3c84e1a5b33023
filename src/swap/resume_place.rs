//! Where on its device a swap file begins.

use crate::facts::mounts;
use crate::facts::readings::Readings;
use crate::host::{Lacking, Reason};

/// The page of its device at which a file begins. The kernel tells that through a call that needs the file open; the tools of the
/// file system make it.
pub fn place_of(readings: &Readings, path: &str) -> Result<u64, Lacking> {
    const BLOCK: u64 = 4096;
    let host = readings.host();
    let mount = mounts::holding(readings.mounts()?, path);
    let unknown = |program: &str| {
        Lacking::new(program, Reason::Failed(format!("it does not tell where {path} lies; as root it may")))
    };
    if mount.is_some_and(|mount| mount.kind == "btrfs") {
        // What btrfs shows elsewhere are its own addresses, not the device's.
        let printed = host.output("btrfs", &["inspect-internal", "map-swapfile", "-r", path])?;
        return printed.trim().parse().map_err(|_| unknown("btrfs"));
    }
    let printed = host.output("filefrag", &["-v", "-b4096", path])?;
    let block = first_block(&printed).ok_or_else(|| unknown("filefrag"))?;
    Ok(block.saturating_mul(BLOCK) / readings.page_size().0.max(1))
}

/// The physical block of the first extent that `filefrag -v` prints: ` 0:  0..  767:  34816..  35583:  768:`.
fn first_block(printed: &str) -> Option<u64> {
    let extent = printed.lines().find(|line| line.trim_start().starts_with("0:"))?;
    let physical = extent.split(':').nth(2)?;
    physical.split("..").next()?.trim().parse().ok().filter(|&block| block > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_fresh_file_has_no_place_yet() {
        let line = "   0:        0..     767:          0..         0:      0:             last,unknown_loc,delalloc,eof";
        assert_eq!(first_block(line), None);
        assert_eq!(first_block(""), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n| *0:|[0-9]{1,25}|\\.\\.|:){0,40}") {
            prop_assert_ne!(first_block(&text), Some(0));
        }
    }
}
