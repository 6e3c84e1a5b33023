//! Small trees that tests describe.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::Host;

/// A folder with just these files, and the machine in it. A text that begins with `->` makes a link. The folder goes with the
/// first value.
pub(crate) fn made_tree(files: &[(&str, &str)]) -> (tempfile::TempDir, Host) {
    let folder = tempfile::tempdir().unwrap();
    set_mode(folder.path(), 0o755);
    for (path, text) in files {
        add(&folder.path().join(path.trim_start_matches('/')), text);
    }
    let host = Host::at(folder.path()).unwrap();
    (folder, host)
}

/// Adds one file, and the folders on its way.
pub(crate) fn add(path: &Path, text: &str) {
    add_folder(path.parent().unwrap());
    match text.strip_prefix("->") {
        Some(target) => std::os::unix::fs::symlink(target, path).unwrap(),
        None => {
            #[expect(clippy::disallowed_methods, reason = "builds the tree that is read")]
            std::fs::write(path, text).unwrap();
            set_mode(path, 0o644);
        }
    }
}

fn add_folder(path: &Path) {
    if !path.exists() {
        add_folder(path.parent().unwrap());
        std::fs::create_dir(path).unwrap();
        set_mode(path, 0o755);
    }
}

/// Whoever runs the tests may let a group write what he makes.
fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
