//! Runs one check on a small tree that a test describes.

use std::path::Path;

use crate::facts::readings::Readings;
use crate::host::Host;

use super::examine::run;
use super::finding::Finding;
use super::registry;

/// A zoneinfo of one 4 KiB-paged zone with `managed` pages and these watermarks.
pub(super) fn zoneinfo(managed: u64, min: u64, low: u64, high: u64) -> String {
    format!(
        "Node 0, zone   Normal\n  pages free     {managed}\n        min      {min}\n        low      {low}\n        \
         high     {high}\n        spanned  {managed}\n        present  {managed}\n        managed  {managed}\n"
    )
}

/// What the check `id` says about a machine that has just these files; a path that begins with `->` in its text is a link.
pub(super) fn examine_tree(id: &str, files: &[(&str, &str)]) -> Finding {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        add(&folder.path().join(path.trim_start_matches('/')), text);
    }
    let host = Host::at(folder.path()).unwrap();
    run(registry::find(id).unwrap(), &Readings::new(&host, None))
}

fn add(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    match text.strip_prefix("->") {
        Some(target) => std::os::unix::fs::symlink(target, path).unwrap(),
        #[expect(clippy::disallowed_methods, reason = "builds the tree that is examined")]
        None => std::fs::write(path, text).unwrap(),
    }
}
