//! Trees whose files are garbage, truncated, gigantic or traps: doctor answers, names file and line, and stays small.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::common::{cases, memtune};

/// Every file of a recorded host, as paths inside its root.
fn files_of(folder: &Path, inside: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let path = inside.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files_of(&entry.path(), &path, found);
        } else if kind.is_file() {
            found.push(path);
        }
    }
}

/// A copy of the recorded host `case`, each file as `spoil` makes it.
fn spoiled(case: &str, spoil: impl Fn(&Path, &Path)) -> tempfile::TempDir {
    let from = cases().join(case).join("root");
    let mut files = Vec::new();
    files_of(&from, Path::new(""), &mut files);
    let to = tempfile::tempdir().unwrap();
    for file in files {
        let target = to.path().join(&file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        spoil(&from.join(&file), &target);
    }
    to
}

/// Runs doctor and swap on `root`, and asserts that each gives an answer; returns doctor's.
fn assert_answers(root: &Path) -> String {
    for command in ["swap", "swap advise"] {
        // Without /proc/swaps or the size of memory there is no answer but to say so.
        assert_answer(root, command, &[0, 5]);
    }
    for command in ["swap add 1G", "swap remove /swapfile", "swap resize /swapfile 1G"] {
        assert_answer(root, command, &[4]);
    }
    assert_answer(root, "doctor -v", &[0, 1])
}

/// Runs a command with an address space of 64 MiB beyond the program itself.
fn assert_answer(root: &Path, command: &str, statuses: &[i32]) -> String {
    let script = format!("ulimit -v 131072; exec \"$0\" --root \"$1\" {command}");
    let output = std::process::Command::new("bash")
        .args(["-c", &script, env!("CARGO_BIN_EXE_memtune")])
        .arg(root)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    let status = output.status.code();
    assert!(status.is_some_and(|status| statuses.contains(&status)), "{command}: {status:?}: {complaint}");
    assert!(
        !text.chars().chain(complaint.chars()).any(|character| character.is_control() && character != '\n'),
        "control characters get through"
    );
    text
}

#[test]
fn garbage_is_named_by_file_and_line() {
    let garbage = b"\x1b]0;owned\x07 \xff\xfe 99999999999999999999999 -1 NaN \0\n\n%s%n../../..\n";
    let root = spoiled("03-server-hydrus", |_, target| fs::write(target, garbage).unwrap());
    let text = assert_answers(root.path());
    assert!(text.contains("`/proc/meminfo` line 1: "), "{text}");
}

#[test]
fn truncated_files_are_answered() {
    for part in [0, 1, 2, 3] {
        let root = spoiled("03-server-hydrus", |source, target| {
            let content = fs::read(source).unwrap();
            fs::write(target, &content[..content.len() * part / 4]).unwrap();
        });
        assert_answers(root.path());
    }
}

#[test]
fn gigantic_files_take_no_memory() {
    let root = spoiled("03-server-hydrus", |_, target| {
        fs::File::create(target).unwrap().set_len(64 << 30).unwrap();
    });
    let text = assert_answers(root.path());
    assert!(text.contains("is larger than"), "{text}");
}

#[test]
fn files_of_countless_entries_take_no_memory() {
    let lines = [
        "a:1\n",
        "/a b c\n",
        "/a file 1 1 1\n",
        "Node 0, zone A 1\n",
        "a=b\n",
        "S13 x\n",
        "a 1 1 1\n",
        "1 (a) S 1 1 1\n",
    ];
    for line in lines {
        let text = line.repeat((4 << 20) / line.len());
        let root = spoiled("03-server-hydrus", |_, target| fs::write(target, &text).unwrap());
        assert_answers(root.path());
    }
}

#[test]
fn traps_are_not_walked_into() {
    let root = spoiled("03-server-hydrus", |_, target| symlink(target.file_name().unwrap(), target).unwrap());
    assert_answers(root.path());
    let root = spoiled("03-server-hydrus", |_, target| {
        rustix::fs::mknodat(rustix::fs::CWD, target, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0)
            .unwrap();
    });
    assert_answers(root.path());
    let root = spoiled("03-server-hydrus", |_, target| fs::create_dir(target).unwrap());
    assert_answers(root.path());
}

#[test]
fn nothing_outside_the_tree_is_read() {
    // Every file is a link to the live one: a reader that follows it outside would see this machine.
    let root = spoiled("03-server-hydrus", |_, target| {
        let depth = "../".repeat(30);
        symlink(format!("{depth}proc/meminfo"), target).unwrap();
    });
    let output = memtune().arg("--root").arg(root.path()).args(["doctor", "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["host"]["memory"].is_null() && report["host"]["kernel"].is_null(), "{}", report["host"]);
}

#[test]
fn an_empty_tree_is_no_machine() {
    let root = tempfile::tempdir().unwrap();
    assert_answers(root.path());
}
