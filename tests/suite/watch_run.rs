//! The watchdog in the foreground, recordings and what is told of them, from outside. Whoever is run here only rehearses, or sees nobody but itself.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::common::{cases, memtune};
use super::schema::Schema;

fn of_tree(case: &str, arguments: &[&str]) -> Output {
    memtune().arg("--root").arg(cases().join(case).join("root")).args(arguments).output().unwrap()
}

fn lines(output: &[u8]) -> Vec<Value> {
    output
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

#[test]
fn a_replay_follows_its_schema() {
    let output = of_tree("11-sound", &["watch", "replay", "/night.jsonl", "--json"]);
    let schema = Schema::of("watch-replay-1");
    let told = lines(&output.stdout);
    for line in &told {
        assert_eq!(schema.complaint(line), None, "{line}");
    }
    let events: Vec<&str> = told.iter().filter_map(|line| line["event"].as_str()).collect();
    for event in ["level", "ask", "begin", "summary"] {
        assert!(events.contains(&event), "{events:?}");
    }
    let summary = told.last().unwrap();
    assert!(summary["lead_ms"].as_u64().unwrap() > 1000, "{summary}");
    assert_eq!(summary["stretches"], 2);
    let faults: [fn(&mut Value); 3] = [
        |line| line["lead_ms"] = "3 s".into(),
        |line| line["schema"] = "memtune.watch-replay/2".into(),
        |line| drop(line.as_object_mut().unwrap().remove("lowest")),
    ];
    for (number, fault) in faults.iter().enumerate() {
        let mut broken = summary.clone();
        fault(&mut broken);
        assert!(schema.complaint(&broken).is_some(), "fault {number} passes");
    }
}

#[test]
fn a_recording_is_read_from_a_pipe() {
    let text = fs::read(cases().join("11-sound/root/night.jsonl")).unwrap();
    let mut replay = memtune()
        .args(["watch", "replay", "-", "-q"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    replay.stdin.take().unwrap().write_all(&text).unwrap();
    let output = replay.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let of_file = of_tree("11-sound", &["watch", "replay", "/night.jsonl", "-q"]);
    assert_eq!(output.stdout, of_file.stdout);
}

#[test]
fn the_last_kills_follow_their_schema() {
    let schema = Schema::of("watch-kills-1");
    for (case, status, kills) in [("11-sound", 0, 3), ("03-server-hydrus", 1, 0)] {
        let output = of_tree(case, &["watch", "status", "--last", "--json"]);
        assert_eq!(output.status.code(), Some(status), "{case}");
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(schema.complaint(&told), None, "{told}");
        assert_eq!(told["kills"].as_array().unwrap().len(), kills, "{case}");
    }
    let output = of_tree("11-sound", &["watch", "status", "--last", "17"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_state_that_is_none_is_refused_with_its_place() {
    let machine = super::tune::Machine::of("11-sound");
    fs::write(machine.root().join("run/memtune/watch.json"), "{\"schema\":\u{1b}").unwrap();
    let told = machine.ends("watch status --last", 5);
    assert!(told.contains("`/run/memtune/watch.json`") && told.contains("line 1 column 11"), "{told}");
}

#[test]
fn this_machine_is_explained() {
    let output = memtune().args(["watch", "explain", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let told = lines(&output.stdout);
    assert_eq!(told.len(), 1);
    assert_eq!(Schema::of("watch-1").complaint(&told[0]), None, "{}", told[0]);
    assert_eq!(told[0]["dry_run"], true);
    let output = unprivileged(&mut memtune()).args(["watch", "explain"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("Memory is") && text.contains("looking for a job to end:"), "{text}");
}

/// As somebody without privileges, also where the tests run as root.
fn unprivileged(command: &mut Command) -> &mut Command {
    if rustix::process::geteuid().is_root() {
        command.uid(65534).gid(65534);
    }
    command
}

#[test]
fn without_root_it_is_refused_but_for_a_rehearsal() {
    for arguments in [&["watch"][..], &["watch", "run"], &["watch", "run", "--json"]] {
        let output = unprivileged(&mut memtune()).args(arguments).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(told.contains("sudo /") && told.contains("with -n it watches without root"), "{told}");
    }
}

#[test]
fn it_ends_with_whoever_reads_along() {
    let mut watch = memtune();
    let mut watch = watch.args(["watch", "-n"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(watch.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("Watching, and ending nobody"), "{line}");
    assert_eq!(watch.wait().unwrap().code(), Some(0));
}

/// A rehearsal that listens at a socket of its own, from the moment on in which it says that it runs.
struct Rehearsal {
    process: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Rehearsal {
    fn begin(folder: &Path, arguments: &[&str]) -> Self {
        Self::with("", folder, arguments)
    }

    fn with(text: &str, folder: &Path, arguments: &[&str]) -> Self {
        let settings = folder.join("watch.toml");
        fs::write(&settings, text).unwrap();
        let mut process = memtune()
            .args(["watch", "run", "-n", "-v", "--json", "--config"])
            .arg(settings)
            .arg("--socket")
            .arg(folder.join("watch.sock"))
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, lines }
    }

    fn next(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }

    /// Ctrl-C: what it says from then on, and its status.
    fn end(mut self) -> (Vec<Value>, Option<i32>) {
        kill_process(Pid::from_child(&self.process), Signal::INT).unwrap();
        let told = self.lines.by_ref().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
        (told, self.process.wait().unwrap().code())
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        // It has ended already, but where a test failed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_rehearsal_tells_records_answers_and_ends_at_ctrl_c() {
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("night.jsonl");
    let schema = Schema::of("watch-1");
    for turn in [1, 2] {
        let mut rehearsal = Rehearsal::begin(folder.path(), &["--record", &recording.display().to_string()]);
        let started = rehearsal.next();
        assert_eq!((&started["event"], &started["dry_run"]), (&"started".into(), &true.into()), "{started}");
        let look = rehearsal.next();
        assert!(["sample", "level"].contains(&look["event"].as_str().unwrap()), "{look}");
        let status = asked(folder.path(), "status");
        assert_eq!(status["watchdog"]["dry_run"], true, "{status}");
        let (told, ended) = rehearsal.end();
        assert_eq!((told.last().unwrap()["event"].as_str(), ended), (Some("stopped"), Some(0)));
        for line in [started, look].iter().chain(&told) {
            assert_eq!(schema.complaint(line), None, "{line}");
        }
        let replay = memtune().args(["watch", "replay", "--json"]).arg(&recording).output().unwrap();
        assert_eq!(replay.status.code(), Some(0), "{}", String::from_utf8_lossy(&replay.stderr));
        let summary = lines(&replay.stdout).pop().unwrap();
        assert_eq!(summary["stretches"], turn, "{summary}");
        assert!(summary["lowest"]["time"].is_string(), "{summary}");
    }
}

/// The error about that which a rehearsal with these settings tells, once memory is taken for short.
fn error_about(what: &str, settings: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut rehearsal = Rehearsal::with(settings, folder.path(), &[]);
    rehearsal.next();
    let socket = folder.path().join("watch.sock");
    let asked = memtune().args(["watch", "lowmem", "-n", "--socket"]).arg(socket).output().unwrap();
    assert_eq!(asked.status.code(), Some(0), "{asked:?}");
    let is_meant =
        |line: &Value| line["event"] == "error" && line["message"].as_str().unwrap().contains(what);
    let error = std::iter::repeat_with(|| rehearsal.next()).find(is_meant).unwrap();
    assert_eq!(rehearsal.end().1, Some(0));
    error
}

#[test]
fn a_hook_that_fails_is_told() {
    let settings = "[hooks]\ncritical = [\"/bin/sh\", \"-c\", \"exit 3\"]\n";
    let error = error_about("the hook 'critical'", settings);
    assert_eq!(error["message"], "the hook 'critical' ended with status 3");
}

#[test]
fn where_nobody_may_be_ended_it_is_told_why() {
    let settings = "[[rule]]\naction = \"protect\"\ncommand = \"?*\"\n";
    let error = error_about("no job that may be ended", settings);
    assert_eq!(Schema::of("watch-1").complaint(&error), None, "{error}");
    assert_eq!((&error["rule"], &error["job"]), (&"simulated".into(), &Value::Null), "{error}");
    let ranked = error["ranked"].as_array().unwrap();
    assert!(!ranked.is_empty() && ranked.iter().all(|job| job["verdict"] == "skip"), "{error}");
}

/// What `memtune watch` prints as JSON when it asks the rehearsal at this socket.
fn asked(folder: &Path, order: &str) -> Value {
    let socket = folder.join("watch.sock");
    let output = memtune().args(["watch", order, "--json", "--socket"]).arg(socket).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn what_was_done_last_is_told_with_its_age() {
    let folder = tempfile::tempdir().unwrap();
    let mut rehearsal = Rehearsal::begin(folder.path(), &[]);
    rehearsal.next();
    assert_eq!(asked(folder.path(), "status")["watchdog"]["last"], Value::Null);
    assert!(asked(folder.path(), "lowmem")["done"].is_string());
    let is_done = |line: &Value| line["event"] == "term" || line["event"] == "error";
    let done = std::iter::repeat_with(|| rehearsal.next()).find(is_done).unwrap();
    if done["event"] == "error" {
        eprintln!("skipped: nobody here could be ended: {}", done["message"]);
        return;
    }
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let last = asked(folder.path(), "status")["watchdog"]["last"].clone();
    assert!(last["what"].as_str().unwrap().starts_with("would have ended"), "{last}");
    assert!((1..60).contains(&last["ago"].as_u64().unwrap()), "{last}");
    assert_eq!(rehearsal.end().1, Some(0));
}

#[test]
fn what_cannot_be_watched_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("watch.toml");
    fs::write(&settings, "[redline]\navailable = \"50%\"\n").unwrap();
    let ends = |arguments: &[&str], status: i32| {
        let output = memtune().args(["watch", "-n"]).args(arguments).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{told}");
        told
    };
    let told = ends(&["--config", &settings.display().to_string()], 2);
    assert!(told.contains("line 2, column 13"), "{told}");
    let told = ends(&["--record", &settings.display().to_string()], 4);
    assert!(told.contains("cannot record to") && told.contains("no recording"), "{told}");
    assert!(fs::read_to_string(&settings).unwrap().starts_with("[redline]"));
    assert!(ends(&["--record", "/nowhere/night"], 5).contains("cannot record to `/nowhere/night`"));
    assert!(ends(&["--record", "/dev/null"], 5).contains("no file"));
}

/// In a namespace of its own, where it sees nobody else.
#[test]
fn beside_a_watchdog_that_listens_it_is_refused() {
    let is_root = rustix::process::geteuid().is_root();
    let alone = ["-fp", "--mount-proc", "--kill-child"];
    if !is_root
        || !Command::new("unshare").args(alone).arg("true").status().is_ok_and(|status| status.success())
    {
        eprintln!("skipped: it takes root and a namespace of processes");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("watch.sock");
    // Whoever holds this is the machine's watchdog, for as long as it lives.
    let lock = fs::File::create(folder.path().join("watch.sock.lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    // Should it run after all, it leaves nothing behind.
    let script = "mount -t tmpfs none /run && exec timeout -k 1 100 \"$0\" watch run --socket \"$1\"";
    let output = Command::new("unshare")
        .args(alone)
        .args(["sh", "-c", script, env!("CARGO_BIN_EXE_memtune")])
        .arg(socket)
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(
        told.contains("a watchdog runs already") && told.contains("with -n this one watches beside it"),
        "{told}"
    );
    drop(lock);
}

/// The manual names each key of the lines and each field of the journal.
#[test]
fn the_manual_tells_all_that_is_told() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(house.join("man/memtune-watch.1")).unwrap().replace("\\-", "-");
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(house.join("tests/schema/watch-1.schema.json")).unwrap())
            .unwrap();
    for key in schema["properties"].as_object().unwrap().keys() {
        assert!(page.contains(key.as_str()), "{key} is not in the manual");
    }
    let source = fs::read_to_string(house.join("src/watch/account/journal_entry.rs")).unwrap();
    let code = source.split("#[cfg(test)]").next().unwrap();
    let fields = code.split('"').filter(|word| word.starts_with("MEMTUNE_") || word.starts_with("OBJECT_"));
    assert_eq!(fields.clone().filter(|field| !page.contains(field)).collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(fields.count() > 30, "the test no longer finds the fields");
}
