//! All of doctor, and what swap shows and advises, over a small tree whose files hold whatever the fuzzer likes: no check may panic or overflow.
//!
//! An input is a sequence of records: one byte that names a file, two bytes of length, and that many bytes of content. What an input
//! does not name keeps the sound text of a recorded host.
#![no_main]

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use libfuzzer_sys::fuzz_target;
use memtune::doctor::examine::examine;
use memtune::doctor::ignore;
use memtune::doctor::report::Report;
use memtune::doctor::selection::Selection;
use memtune::doctor::verdict::Caller;
use memtune::facts::readings::Readings;
use memtune::host::Host;
use memtune::swap::advice::Advice;
use memtune::swap::overview::Overview;
use memtune::ui::look::Look;
use memtune::ui::report::{Detail, render};
use memtune::ui::swap;

/// The recorded host whose files are spoiled.
const HOST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/cases/08-broken/root");

struct Tree {
    folder: PathBuf,
    files: Vec<(PathBuf, Vec<u8>)>,
}

thread_local! {
    static TREE: OnceCell<Tree> = const { OnceCell::new() };
}

fn copy(from: &Path, to: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&entry.path(), &target, files);
        } else if kind.is_symlink() {
            let _ = std::os::unix::fs::symlink(fs::read_link(entry.path()).unwrap(), &target);
        } else {
            let content = fs::read(entry.path()).unwrap();
            fs::write(&target, &content).unwrap();
            files.push((target, content));
        }
    }
}

fn build() -> Tree {
    let folder = std::env::temp_dir().join(format!("memtune-fuzz-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let mut files = Vec::new();
    copy(Path::new(HOST), &folder, &mut files);
    files.sort();
    Tree { folder, files }
}

fn spoil<'t>(tree: &'t Tree, mut input: &[u8]) -> Vec<&'t (PathBuf, Vec<u8>)> {
    let mut spoiled = Vec::new();
    while let [name, low, high, rest @ ..] = input {
        let file = &tree.files[usize::from(*name) % tree.files.len()];
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        fs::write(&file.0, &rest[..length]).unwrap();
        spoiled.push(file);
        input = &rest[length..];
    }
    spoiled
}

fuzz_target!(|input: &[u8]| {
    TREE.with(|tree| {
        let tree = tree.get_or_init(build);
        let spoiled = spoil(tree, input);
        let host = Host::at(&tree.folder).unwrap();
        let readings = Readings::new(&host, None);
        let (all, ignored) = (Selection::default(), ignore::read(&host).unwrap_or_default());
        let caller = Caller { typed: "memtune".to_owned(), for_sudo: "memtune".to_owned() };
        let report = Report::new(&readings, examine(&readings, &all, &ignored), &all, &caller);
        let look = Look { width: 60, has_unicode: true, is_root: false };
        render(&report, look, Detail::Everything);
        if let Ok(overview) = Overview::of(&readings) {
            swap::overview::render(&overview, &[], look);
        }
        if let Ok(advice) = Advice::of(&readings, &[]) {
            swap::advice::render(&advice, true, look);
        }
        for (path, content) in spoiled {
            fs::write(path, content).unwrap();
        }
    });
});
