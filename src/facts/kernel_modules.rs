//! The modules that a kernel can load, and those that are built into it: /lib/modules.

use std::collections::BTreeSet;

use crate::host::{Host, IfThere, Lacking};

/// More than any kernel has.
const MOST_MODULES: usize = 50_000;

/// The names in modules.dep or modules.builtin: one path a line, in modules.dep with what it needs behind a colon.
pub fn parse(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(name).take(MOST_MODULES).collect()
}

/// `kernel/drivers/block/zram/zram.ko.xz: ..` is called `zram`; the kernel takes a dash for an underscore.
fn name(line: &str) -> Option<String> {
    let path = line.split(':').next()?.trim();
    let (name, _) = path.rsplit('/').next()?.split_once(".ko")?;
    (!name.is_empty()).then(|| name.replace('-', "_"))
}

/// Reads the names of all that the running kernel has or can load; `None` where its folder is not there, as in a tree or behind an
/// update.
///
/// # Errors
/// Says which file cannot be read.
pub fn read(host: &Host) -> Result<Option<BTreeSet<String>>, Lacking> {
    let release = host.read("/proc/sys/kernel/osrelease").if_there()?.unwrap_or_default();
    let release = release.trim();
    if release.is_empty() || release.contains('/') {
        return Ok(None);
    }
    let file = |name: &str| host.read(&format!("/lib/modules/{release}/{name}")).if_there();
    let (loadable, builtin) = (file("modules.dep")?, file("modules.builtin")?);
    if loadable.is_none() && builtin.is_none() {
        return Ok(None);
    }
    let mut names = parse(&loadable.unwrap_or_default());
    names.extend(parse(&builtin.unwrap_or_default()));
    Ok(Some(names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    #[test]
    fn reads_what_can_be_loaded_and_what_is_built_in() {
        let release = ("/proc/sys/kernel/osrelease", "6.1.0-1\n");
        let (_folder, host) = made_tree(&[
            release,
            (
                "/lib/modules/6.1.0-1/modules.dep",
                "kernel/drivers/block/zram/zram.ko.xz: kernel/mm/zsmalloc.ko.xz\n",
            ),
            ("/lib/modules/6.1.0-1/modules.builtin", "kernel/crypto/crypto-zstd.ko\nnonsense\n"),
        ]);
        let names: Vec<String> = read(&host).unwrap().unwrap().into_iter().collect();
        assert_eq!(names, ["crypto_zstd", "zram"]);
        let (_folder, host) = made_tree(&[release]);
        assert_eq!(read(&host), Ok(None));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|:|/|[a-z]{1,5}\\.ko)*") {
            prop_assert!(parse(&text).iter().all(|name| !name.is_empty() && !name.contains('/')));
        }
    }
}
