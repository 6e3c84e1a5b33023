//! What the kernel can compress with: /proc/crypto, and the modules that it could load.

use std::collections::BTreeSet;

use crate::host::{Host, IfThere, Lacking};

use super::kernel_modules;

/// Those that zram and zswap know, and the modules that bring them.
const KNOWN: [(&str, &str); 7] = [
    ("lzo", "lzo"),
    ("lzo-rle", "lzo_rle"),
    ("lz4", "lz4"),
    ("lz4hc", "lz4hc"),
    ("zstd", "zstd"),
    ("deflate", "deflate"),
    ("842", "842"),
];

/// More than any kernel registers.
const MOST_LINES: usize = 100_000;

/// The names of the compressors that are registered, in /proc/crypto.
pub fn parse(text: &str) -> BTreeSet<String> {
    let fields = text.lines().take(MOST_LINES).filter_map(|line| line.split_once(':'));
    let names = fields.filter(|(key, _)| key.trim() == "name").map(|(_, name)| name.trim());
    names.filter(|name| KNOWN.iter().any(|(known, _)| known == name)).map(str::to_owned).collect()
}

/// Reads those that are registered or can be loaded.
///
/// # Errors
/// Says which file cannot be read.
pub fn read(host: &Host) -> Result<BTreeSet<String>, Lacking> {
    let mut found = parse(&host.read("/proc/crypto").if_there()?.unwrap_or_default());
    let modules = kernel_modules::read(host)?.unwrap_or_default();
    // lzo's module brings both of its kinds.
    let is_there = |module: &str| modules.contains(module) || module == "lzo_rle" && modules.contains("lzo");
    found.extend(KNOWN.iter().filter(|(_, module)| is_there(module)).map(|(name, _)| (*name).to_owned()));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    #[test]
    fn what_is_registered_and_what_can_be_loaded() {
        let crypto = "name         : zstd\ndriver       : zstd-scomp\n\nname : ccm(aes)\n";
        let (_folder, host) = made_tree(&[
            ("/proc/crypto", crypto),
            ("/proc/sys/kernel/osrelease", "6.1\n"),
            ("/lib/modules/6.1/modules.dep", "kernel/crypto/lzo.ko:\nkernel/crypto/842.ko.zst: x.ko\n"),
        ]);
        let names: Vec<String> = read(&host).unwrap().into_iter().collect();
        assert_eq!(names, ["842", "lzo", "lzo-rle", "zstd"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|name *: *[a-z0-9]{0,5})*") {
            prop_assert!(parse(&text).len() <= KNOWN.len());
        }
    }
}
