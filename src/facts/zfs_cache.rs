//! /proc/spl/kstat/zfs/arcstats: the memory in which ZFS caches files. No field of /proc/meminfo holds it.

use crate::host::{Host, IfThere, Lacking};
use crate::sys::bytes::Bytes;

/// The file; only machines with ZFS have it.
pub const PATH: &str = "/proc/spl/kstat/zfs/arcstats";

/// The memory of the cache's buffers: `NAME TYPE VALUE` a line. What ZFS keeps beside them lies in the kernel's slabs, which
/// are counted there; a version without the two parts tells only the sum of all.
pub fn parse(text: &str) -> Option<Bytes> {
    let value = |wanted: &str| {
        let mut lines = text.lines().map(|line| line.split_whitespace());
        lines.find_map(|mut words| match (words.next(), words.next(), words.next()) {
            (Some(name), Some(_), Some(value)) if name == wanted => value.parse().ok().map(Bytes),
            _ => None,
        })
    };
    match (value("data_size"), value("metadata_size")) {
        (Some(data), Some(metadata)) => Some(data + metadata),
        _ => value("size"),
    }
}

/// Reads it from a machine; `None` without ZFS.
///
/// # Errors
/// Says why it cannot be read.
pub fn read(host: &Host) -> Result<Option<Bytes>, Lacking> {
    Ok(host.read(PATH).if_there()?.and_then(|text| parse(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_new_and_old_statistics() {
        let new =
            "13 1 0x01 123 33456 1 2\nname type data\nsize 4 1000\ndata_size 4 600\nmetadata_size 4 300\n";
        assert_eq!(parse(new), Some(Bytes(900)));
        assert_eq!(parse("size                4    1000\n"), Some(Bytes(1000)));
        assert_eq!(parse("size 4\n"), None);
    }

    proptest! {
        #[test]
        fn any_text_has_a_size_or_none(text in "(\\PC|\n|(meta)?(data_)?size +4 +[0-9]{1,25}\n){0,20}") {
            let _ = parse(&text);
        }
    }
}
