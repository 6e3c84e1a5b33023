//! What is generated from the code and committed is what the code generates.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::common::memtune;
use clap_complete::Shell;
use snapbox::{Assert, Data};

fn committed(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

#[test]
fn completions_are_those_of_the_command_line() {
    let assert = Assert::new().action_env("SNAPSHOTS").normalize_paths(false);
    for (shell, file) in
        [(Shell::Bash, "memtune.bash"), (Shell::Zsh, "_memtune"), (Shell::Fish, "memtune.fish")]
    {
        let output = memtune().args(["completions", &shell.to_string()]).output().unwrap();
        assert!(output.status.success());
        let expected =
            Data::read_from(&committed("completions").join(file), Some(snapbox::data::DataFormat::Text));
        assert.eq(Data::text(String::from_utf8(output.stdout).unwrap()), expected);
    }
}

#[test]
fn manual_pages_are_those_of_the_command_line_and_the_checks() {
    let assert = Assert::new().action_env("SNAPSHOTS").normalize_paths(false);
    let written = tempfile::tempdir().unwrap();
    assert!(memtune().arg("man").arg(written.path()).status().unwrap().success());
    let names = |folder: &Path| -> BTreeSet<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.to_string_lossy().into_owned()).collect()
    };
    for name in names(written.path()) {
        let text = fs::read_to_string(written.path().join(&name)).unwrap();
        assert.eq(
            Data::text(text),
            Data::read_from(&committed("man").join(&name), Some(snapbox::data::DataFormat::Text)),
        );
    }
    assert_eq!(names(written.path()), names(&committed("man")), "man/ holds a page that nothing generates");
}
