//! Each exit status that a command can end with today, as the shell sees it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::common::{cases, memtune, transcript};

/// Ends with `status` and prints `text`.
fn assert_ends(command: &mut Command, status: i32, text: &str) {
    let output = command.output().unwrap();
    assert_eq!(transcript(&output, None), text);
    assert_eq!(output.status.code(), Some(status));
}

/// As somebody without privileges, also where the tests run as root.
fn unprivileged(command: &mut Command) -> &mut Command {
    if rustix::process::geteuid().is_root() {
        command.uid(65534).gid(65534);
    }
    command
}

fn open_to_all(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn done_is_0() {
    let root = cases().join("11-sound/root");
    assert_eq!(memtune().arg("--root").arg(root).arg("doctor").output().unwrap().status.code(), Some(0));
    assert_ends(memtune().arg("--version"), 0, "memtune [VERSION]\n");
}

#[test]
fn findings_are_1_from_the_severity_that_was_asked_for() {
    let root = cases().join("03-server-hydrus/root");
    let status = |arguments: &[&str]| {
        memtune().arg("--root").arg(&root).arg("doctor").args(arguments).output().unwrap().status.code()
    };
    assert_eq!(status(&["--check", "S08"]), Some(1));
    assert_eq!(status(&["--check", "S08", "--fail-on", "error"]), Some(0));
}

#[test]
fn wrong_usage_is_2() {
    assert_ends(
        memtune().args(["doctor", "--check", "X99"]),
        2,
        "--- standard error ---\nerror: there is no check `X99`\n`memtune doctor list` shows all\n",
    );
    assert_ends(
        memtune().args(["--root", "/no/such/folder", "doctor"]),
        2,
        "--- standard error ---\nerror: cannot open the tree `/no/such/folder`: No such file or directory (os error 2)\n",
    );
    let root = cases().join("11-sound/root");
    assert_ends(
        memtune().arg("--root").arg(root).args(["doctor", "--sample", "1"]),
        2,
        "--- standard error ---\nerror: `--sample` needs a running machine, not a tree\n",
    );
    for size in ["0", "16X", "-1G", "1.5", "101%"] {
        assert_eq!(
            memtune().args(["swap", "add", size, "-n"]).output().unwrap().status.code(),
            Some(2),
            "{size}"
        );
    }
    assert_eq!(memtune().arg("docter").output().unwrap().status.code(), Some(2));
    assert_eq!(memtune().output().unwrap().status.code(), Some(2));
}

#[test]
fn a_missing_privilege_is_3() {
    let folder = tempfile::tempdir().unwrap();
    open_to_all(folder.path(), 0o755);
    let tree = folder.path().join("tree/proc/sys/vm");
    fs::create_dir_all(&tree).unwrap();
    fs::write(tree.join("vfs_cache_pressure"), "100\n").unwrap();
    open_to_all(&tree.join("vfs_cache_pressure"), 0o000);
    let mut command = memtune();
    command.arg("--root").arg(folder.path().join("tree")).args(["doctor", "--check", "S13", "-q"]);
    assert_ends(unprivileged(&mut command), 3, "Nothing could be examined here.\n");

    let pages = folder.path().join("pages");
    fs::create_dir(&pages).unwrap();
    open_to_all(&pages, 0o555);
    let output = unprivileged(memtune().arg("man").arg(&pages)).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write"));
}

#[test]
fn a_refusal_is_4() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("memtune.1"), "written by hand\n").unwrap();
    let output = memtune().arg("man").arg(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(fs::read_to_string(folder.path().join("memtune.1")).unwrap(), "written by hand\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else was written");
}

#[test]
fn a_failure_is_5_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // A folder stands where a page should go: it can be neither read nor replaced.
    fs::create_dir(folder.path().join("memtune.1")).unwrap();
    let output = memtune().arg("man").arg(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = memtune().args(["doctor", "list"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(5), "a full disk is a failure");
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let mut child =
        memtune().args(["doctor", "list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

#[test]
fn a_bug_is_70() {
    // Nothing that can be typed makes memtune panic, as far as we know: the hook is tried in a child of this test.
    if std::env::var_os("MEMTUNE_TEST_PANIC").is_some() {
        memtune::install_panic_hook();
        panic!("provoked");
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "exit_statuses::a_bug_is_70", "--nocapture"])
        .env("MEMTUNE_TEST_PANIC", "1")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(70));
    assert!(String::from_utf8_lossy(&output.stderr).contains("bug: "));
}
