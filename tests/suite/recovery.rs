//! What was cut short in a tree is taken back once that is agreed to, and not before.

use std::fs;
use std::path::Path;

use super::common::memtune;

const ENTRY: &str = "var/lib/memtune/journal/000001.json";

/// A tree in which a run was killed after it had written /etc/a.
fn tree() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let add = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    add("etc/a", "new");
    let owner = fs::metadata(root.path().join("etc/a")).unwrap();
    let owner = {
        use std::os::unix::fs::MetadataExt;
        format!(r#"{{"mode":{},"user":{},"group":{}}}"#, owner.mode() & 0o777, owner.uid(), owner.gid())
    };
    add(
        ENTRY,
        &format!(
            r#"{{"schema":"memtune.journal/1","id":1,"time":"2026-11-21T10:00:00Z","title":"try it","area":"tune",
            "state":"pending","command":"memtune tune","changes":[{{"kind":"file","target":"/etc/a","before":"old",
            "before_owner":{owner},"after":"new","after_owner":{owner}}}]}}"#
        ),
    );
    close(root.path(), "var/lib/memtune");
    close(root.path(), "var/lib/memtune/journal");
    root
}

fn close(root: &Path, folder: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(root.join(folder), fs::Permissions::from_mode(0o700)).unwrap();
    if folder.ends_with("journal") {
        fs::set_permissions(root.join(ENTRY), fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// The exit status, what was printed, and what is in the file then.
fn run(root: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let output = memtune().arg("--root").arg(root).args(words).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).unwrap();
    (output.status.code(), text, fs::read_to_string(root.join("etc/a")).unwrap())
}

#[test]
fn nobody_was_asked_so_nothing_is_done() {
    let root = tree();
    for words in [&["undo"][..], &["undo", "1"], &["--json", "undo"], &["tune", "off"]] {
        let (status, text, content) = run(root.path(), words);
        assert_eq!((status, content.as_str()), (Some(2), "new"), "{words:?}: {text}");
    }
    let (status, text, content) = run(root.path(), &["-n", "undo"]);
    assert_eq!((status, content.as_str()), (Some(0), "new"), "{text}");
    assert!(text.contains("/etc/a") && !text.contains("Nothing is to be changed"), "{text}");
    let (_, text, _) = run(root.path(), &["-n", "tune", "off"]);
    assert!(text.contains("was cut short") && text.contains("takes it back first"), "{text}");
}

#[test]
fn it_was_agreed_to_so_it_is_taken_back() {
    for words in [&["-y", "undo"][..], &["-y", "--json", "undo", "1"], &["-y", "tune", "off"]] {
        let root = tree();
        let (status, text, content) = run(root.path(), words);
        assert_eq!((status, content.as_str()), (Some(0), "old"), "{words:?}: {text}");
    }
}

/// A tree in which change 1 had been made, and an undo of it was killed after it had written /etc/a.
fn half_undone() -> tempfile::TempDir {
    let root = tree();
    let first = fs::read_to_string(root.path().join(ENTRY)).unwrap();
    let second = first
        .replace("\"id\":1,", "\"id\":2,\"undoes\":[1],")
        .replace("\"area\":\"tune\"", "\"area\":\"undo\"")
        .replace("old", "?")
        .replace("\"new\"", "\"old\"")
        .replace('?', "new");
    fs::write(root.path().join(ENTRY), first.replace("pending", "applied")).unwrap();
    let path = root.path().join("var/lib/memtune/journal/000002.json");
    fs::write(&path, second).unwrap();
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::write(root.path().join("etc/a"), "old").unwrap();
    root
}

#[test]
fn an_undo_that_was_cut_short_is_begun_anew() {
    for words in [&["-y", "undo"][..], &["-y", "undo", "1"], &["-y", "--json", "undo"]] {
        let root = half_undone();
        let (status, text, content) = run(root.path(), words);
        assert_eq!((status, content.as_str()), (Some(0), "old"), "{words:?}: {text}");
        assert!(text.to_lowercase().contains("change 1 is in force again"), "{text}");
        let (_, text, _) = run(root.path(), &["history"]);
        assert!(text.contains("undone by 3") && text.contains("rolled back"), "{text}");
    }
}

#[test]
fn an_undo_that_is_named_is_taken_back_and_no_more() {
    let root = half_undone();
    let (status, text, content) = run(root.path(), &["-y", "undo", "2"]);
    assert_eq!((status, content.as_str()), (Some(0), "new"), "{text}");
    assert!(text.contains("Change 1 is in force again") && text.contains("`memtune undo 1`"), "{text}");
    let (status, text, content) = run(half_undone().path(), &["undo"]);
    assert_eq!((status, content.as_str()), (Some(2), "old"), "{text}");
}
