//! Small trees that tests describe.

use std::path::Path;

use super::Host;

/// A folder with just these files, and the machine in it. A text that begins with `->` makes a link. The folder goes with the
/// first value.
pub(crate) fn made_tree(files: &[(&str, &str)]) -> (tempfile::TempDir, Host) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        add(&folder.path().join(path.trim_start_matches('/')), text);
    }
    let host = Host::at(folder.path()).unwrap();
    (folder, host)
}

fn add(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    match text.strip_prefix("->") {
        Some(target) => std::os::unix::fs::symlink(target, path).unwrap(),
        #[expect(clippy::disallowed_methods, reason = "builds the tree that is read")]
        None => std::fs::write(path, text).unwrap(),
    }
}
