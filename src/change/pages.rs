//! Writes generated pages into a folder: all of them, or none.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::exit::{Exit, Fault};

/// A page: its file name and its text.
pub struct Page {
    /// The name of its file.
    pub name: String,
    /// Its text.
    pub text: String,
}

struct Written {
    path: PathBuf,
    before: Option<Vec<u8>>,
}

/// Writes `pages` into `folder`. A file of the same name that does not begin with `mark` is somebody else's, and stays.
///
/// # Errors
/// Refuses where a file is somebody else's. Where a write fails, those before it are taken back.
pub fn write(folder: &Path, pages: &[Page], mark: &str) -> Result<(), Fault> {
    let mut planned = Vec::new();
    for page in pages {
        let path = folder.join(&page.name);
        let before = present(&path).map_err(|error| fault("read", &path, &error))?;
        if before.as_ref().is_some_and(|text| !text.starts_with(mark.as_bytes())) {
            let message = format!("`{}` was not written by memtune and is left as it is", path.display());
            return Err(
                Fault::new(Exit::Refused, message).hint("name another folder, or move that file away")
            );
        }
        planned.push((path, before, page.text.as_bytes()));
    }
    let mut written: Vec<Written> = Vec::new();
    for (path, before, text) in planned {
        if let Err(error) = replace(&path, text) {
            return Err(take_back(&written, fault("write", &path, &error)));
        }
        written.push(Written { path, before });
    }
    Ok(())
}

fn present(path: &Path) -> io::Result<Option<Vec<u8>>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the caller's own folder, not a part of the examined machine"
    )]
    match fs::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Beside the target, then over it: a reader sees the old page or the new one, never half of one.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let write = || {
        let mut file = File::create_new(&beside)?;
        file.write_all(text)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().inspect_err(|_| {
        // The first failure is the one to tell.
        let _ = fs::remove_file(&beside);
    })
}

fn take_back(written: &[Written], fault: Fault) -> Fault {
    let left = written.iter().rev().filter(|page| restore(page).is_err());
    let left: Vec<String> = left.map(|page| page.path.display().to_string()).collect();
    if left.is_empty() {
        return fault;
    }
    Fault::new(
        Exit::Incomplete,
        format!("{fault}; and these pages could not be taken back: {}", left.join(", ")),
    )
}

fn restore(page: &Written) -> io::Result<()> {
    match &page.before {
        Some(text) => replace(&page.path, text),
        None => fs::remove_file(&page.path),
    }
}

fn fault(deed: &str, path: &Path, error: &io::Error) -> Fault {
    let exit = match error.kind() {
        io::ErrorKind::PermissionDenied => Exit::Privilege,
        _ => Exit::Failed,
    };
    Fault::new(exit, format!("cannot {deed} `{}`: {error}", path.display()))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "looks at what was written")]
mod tests {
    use super::*;

    fn page(name: &str, text: &str) -> Page {
        Page { name: name.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn replaces_its_own_pages_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[page("a.1", "MARK old")], "MARK").unwrap();
        write(folder.path(), &[page("a.1", "MARK new")], "MARK").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a.1")).unwrap(), "MARK new");
        fs::write(folder.path().join("b.1"), "by hand").unwrap();
        let pages = [page("a.1", "MARK newer"), page("b.1", "MARK x")];
        assert_eq!(write(folder.path(), &pages, "MARK").unwrap_err().exit, Exit::Refused);
        assert_eq!(fs::read_to_string(folder.path().join("a.1")).unwrap(), "MARK new");
        assert_eq!(fs::read_to_string(folder.path().join("b.1")).unwrap(), "by hand");
    }

    #[test]
    fn takes_back_what_it_wrote_before_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[page("a.1", "MARK old")], "MARK").unwrap();
        // The third page lies in a folder that is not there.
        let pages = [page("a.1", "MARK new"), page("b.1", "MARK b"), page("none/c.1", "MARK c")];
        assert_eq!(write(folder.path(), &pages, "MARK").unwrap_err().exit, Exit::Failed);
        assert_eq!(fs::read_to_string(folder.path().join("a.1")).unwrap(), "MARK old");
        let names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a.1"]);
    }
}
