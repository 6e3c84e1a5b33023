//! Golden runs over recorded hosts: tests/cases/NN-name holds a tree `root/`, a file `cmd` with lines `FILE STATUS: ARGUMENTS`,
//! and for each of them the FILE with what was printed. `SNAPSHOTS=overwrite cargo test --test golden` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use super::common::{cases, memtune, transcript};
use snapbox::{Assert, Data};

#[test]
fn recorded_hosts_are_judged_as_before() {
    let assert = Assert::new().action_env("SNAPSHOTS").normalize_paths(false);
    let folders = case_folders();
    assert!(folders.len() >= 8, "cases have gone missing");
    for folder in folders {
        let commands = fs::read_to_string(folder.join("cmd"))
            .unwrap_or_else(|_| panic!("{} has no cmd", folder.display()));
        for line in commands.lines() {
            run(&assert, &folder, line);
        }
    }
}

fn case_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn run(assert: &Assert, folder: &Path, line: &str) {
    let (expected, arguments) =
        line.split_once(": ").unwrap_or_else(|| panic!("not `FILE STATUS: ARGUMENTS`: {line}"));
    let (file, status) =
        expected.split_once(' ').unwrap_or_else(|| panic!("not `FILE STATUS: ARGUMENTS`: {line}"));
    let root = folder.join("root");
    let output = memtune().arg("--root").arg(&root).args(arguments.split(' ')).output().unwrap();
    assert_eq!(output.status.code(), status.parse().ok(), "{}: {line}", folder.display());
    let text = transcript(&output, Some(&root));
    // JSON is compared as text, too: programs may rely on the order of keys when they print it.
    assert.eq(Data::text(text), Data::read_from(&folder.join(file), Some(snapbox::data::DataFormat::Text)));
}
