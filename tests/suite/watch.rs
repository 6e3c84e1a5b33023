//! `memtune watch`, from outside: settings that are sound and that are not, a watchdog that is not there and one that is, and machines
//! where no service can be installed. What the service does on a machine with systemd is tested in the guest.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::common::memtune;
use super::schema::Schema;
use super::tune::Machine;

/// A file with these settings, in a folder that nobody else can write into.
fn settings(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("watch.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

/// What memtune ends with and prints, on this very machine.
fn ends(arguments: &[&str], status: i32) -> String {
    let output = memtune().arg("watch").args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text}");
    text
}

#[test]
fn what_is_printed_to_begin_with_is_sound() {
    let text = ends(&["config"], 0);
    let (_folder, path) = settings(&text);
    let path = path.display().to_string();
    let said = ends(&["check", &path], 0);
    assert!(said.contains("sound") && said.contains("redline") && said.contains("available"), "{said}");
    let object: Value = serde_json::from_str(&ends(&["check", &path, "--json"], 0)).unwrap();
    assert_eq!(Schema::of("watch-check-1").complaint(&object), None, "{object}");
    let levels = object["levels"].as_array().unwrap();
    let bounds: Vec<u64> = levels.iter().map(|level| level["available"].as_u64().unwrap()).collect();
    assert!(bounds.is_sorted_by(|one, other| one >= other) && bounds[2] > 0, "{object}");
}

#[test]
fn wrong_settings_are_told_with_their_place() {
    for (text, said) in [
        ("[critical]\navailble = \"5%\"\n", "line 2, column 1: unknown field `availble`"),
        ("[redline]\navailable = \"50%\"\n", "line 2, column 13"),
        ("[[rule]]\naction = \"prefer\"\n", "would fit everything"),
        ("[hooks]\nwarning = [\"/nowhere\"]\n", "`/nowhere` is not there"),
    ] {
        let (_folder, path) = settings(text);
        let told = ends(&["check", &path.display().to_string()], 2);
        assert!(told.contains(said) && told.contains("hint: `man 5 memtune-watch.toml`"), "{told}");
    }
    // The service is not started again with such an end; see its unit.
    let (_folder, path) = settings("[critical]\navailble = \"5%\"\n");
    for arguments in [vec!["--config".as_ref(), path.as_os_str()], vec!["--confg".as_ref()]] {
        let watchd = Command::new(env!("CARGO_BIN_EXE_memtune-watchd")).args(arguments).output().unwrap();
        assert_eq!(watchd.status.code(), Some(2), "{watchd:?}");
    }
    assert!(ends(&["check", "/nowhere/watch.toml"], 2).contains("is not there"));
    assert!(ends(&["check", "/proc"], 2).contains("no file"));
}

#[test]
fn a_group_that_nobody_knows_is_told_and_no_error() {
    let (_folder, path) = settings("[[group]]\nunit = \"no-such-unit.service\"\nmemory = \"1%\"\n");
    let told = ends(&["check", &path.display().to_string()], 0);
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("! there is no unit `no-such-unit.service`"), "{told}");
}

#[test]
fn a_tree_has_settings_and_no_watchdog() {
    let machine = Machine::of("11-sound");
    let before = machine.state();
    assert!(machine.ends("watch check", 0).contains("There is no file of settings"));
    assert!(machine.ends("watch status", 2).contains("no watchdog that runs"));
    for arguments in ["watch install -y", "watch uninstall -y"] {
        assert!(machine.ends(arguments, 4).contains("a tree runs nothing"));
    }
    machine.is_as(&before, "a refusal wrote something");
}

#[test]
fn without_a_watchdog_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("none.sock").display().to_string();
    assert!(ends(&["status", "--socket", &socket], 1).contains("No watchdog runs."));
    let object: Value = serde_json::from_str(&ends(&["status", "--json", "--socket", &socket], 1)).unwrap();
    assert_eq!(object, json!({ "schema": "memtune.watch-status/1", "watchdog": null }));
    assert_eq!(Schema::of("watch-status-1").complaint(&object), None);
    for order in [&["start"][..], &["stop"], &["print", "on"], &["reload"], &["lowmem", "-y"]] {
        let told = ends(&[order, &["--socket", &socket]].concat(), 5);
        assert!(told.contains("no watchdog runs here") && told.contains("memtune watch install"), "{told}");
    }
    assert!(ends(&["stop", "-n", "--socket", &socket], 5).contains("no watchdog runs here"));
    assert!(ends(&["print", "maybe"], 2).contains("maybe"));
}

fn status(dry_run: bool) -> Value {
    let bound = |level: &str, available: u64| json!({ "level": level, "available": available, "swap": null });
    json!({
        "answer": "status", "pid": 7, "running": true, "printing": false, "simulating": false, "dry_run": dry_run,
        "uptime": 5, "interval": 1000, "level": "normal",
        "bounds": [bound("warning", 30 << 20), bound("critical", 20 << 20), bound("redline", 10 << 20)],
        "reached": [0, 0, 0], "kills": 0, "last": null, "lacks": "",
        "memory": { "total": 1 << 30, "available": 1 << 29, "swap_total": 0, "swap_free": 0 },
    })
}

/// A watchdog that gives these answers, one to each caller, and what it was asked.
fn answering(path: &Path, answers: Vec<Value>) -> std::thread::JoinHandle<Vec<String>> {
    let listener = UnixListener::bind(path).unwrap();
    std::thread::spawn(move || {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut line = String::new();
            while !line.ends_with('\n') {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                line.push(char::from(byte[0]));
            }
            asked.push(line.trim_end().to_owned());
            stream.write_all(format!("{answer}\n").as_bytes()).unwrap();
        }
        asked
    })
}

/// Runs `arguments` against a watchdog that gives `answers`; what was asked, and what was printed.
fn spoken(arguments: &[&str], answers: Vec<Value>, exit: i32) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("watch.sock");
    let watchdog = answering(&path, answers);
    let socket = path.display().to_string();
    let text = ends(&[arguments, &["--socket", &socket]].concat(), exit);
    (watchdog.join().unwrap(), text)
}

#[test]
fn a_watchdog_is_asked_and_its_answer_shown() {
    let (asked, text) = spoken(&["status"], vec![status(false)], 0);
    assert_eq!(asked, ["status"]);
    assert!(text.starts_with("The watchdog watches: normal, 512 MiB of 1 GiB available.\n"), "{text}");
    let (_, text) = spoken(&["status", "--json"], vec![status(true)], 0);
    let object: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(Schema::of("watch-status-1").complaint(&object), None, "{object}");
    assert_eq!(object["watchdog"]["lacks"], Value::Null);
    let done = json!({ "answer": "done", "what": "it was stopped" });
    let (asked, text) = spoken(&["stop"], vec![done.clone()], 0);
    assert_eq!((asked, text.as_str()), (vec!["stop".to_owned()], "It was stopped.\n"));
    let (asked, text) = spoken(&["stop", "-n"], vec![status(false)], 0);
    assert_eq!(asked, ["status"]);
    assert!(text.contains("would be told: stop. It was not."), "{text}");
    let (_, text) = spoken(&["print", "off", "--json"], vec![done], 0);
    let object: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(object, json!({ "schema": "memtune.watch-answer/1", "done": "it was stopped" }));
    assert_eq!(Schema::of("watch-answer-1").complaint(&object), None);
    let refusal = json!({ "answer": "refused", "why": "`/etc/memtune/watch.toml` line 3: no" });
    let (asked, text) = spoken(&["reload"], vec![refusal], 4);
    assert_eq!(asked, ["reload"]);
    assert!(text.contains("the watchdog refuses: `/etc/memtune/watch.toml` line 3: no"), "{text}");
}

#[test]
fn nobody_is_ended_without_agreement() {
    let done = || json!({ "answer": "done", "what": "at the next look" });
    let (asked, text) = spoken(&["lowmem"], vec![status(false)], 2);
    assert_eq!(asked, ["status"], "{text}");
    let (asked, _) = spoken(&["lowmem", "-y"], vec![status(false), done()], 0);
    assert_eq!(asked, ["status", "lowmem"]);
    let shown = || {
        let mut status = status(false);
        status["last"] = json!({ "ago": 0, "what": "would have ended unit 'a.service'" });
        status
    };
    // It says who that is, and asks until it is known.
    let (asked, text) = spoken(&["lowmem", "-n"], vec![status(false), done(), status(false), shown()], 0);
    assert_eq!(asked, ["status", "lowmem dry-run", "status", "status"]);
    assert!(text.contains("Would have ended unit 'a.service'."), "{text}");
    // What it did before is not what it did now.
    let earlier = || {
        let mut status = shown();
        status["last"]["ago"] = json!(7);
        status
    };
    let (asked, _) = spoken(&["lowmem", "-n"], vec![earlier(), done(), earlier(), shown()], 0);
    assert_eq!(asked.len(), 4);
    let (asked, _) = spoken(&["lowmem"], vec![status(true), done(), shown()], 0);
    assert_eq!(asked, ["status", "lowmem dry-run", "status"]);
}

#[test]
fn on_this_machine_the_service_is_planned_or_refused_with_a_reason() {
    let output = memtune().args(["watch", "install", "-n", "--json"]).output().unwrap();
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&plan["schema"], &plan["area"]), (&json!("memtune.plan/1"), &json!("watch")));
    let refused = plan["refused"].as_array().unwrap();
    assert_eq!(output.status.code(), Some(if refused.is_empty() { 0 } else { 4 }), "{plan}");
    if !Path::new("/run/systemd/system").exists() {
        assert!(
            refused[0]["reason"].as_str().unwrap().contains("systemd does not run this machine"),
            "{plan}"
        );
    }
}
