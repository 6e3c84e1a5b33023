//! `memtune limits run` with real programs and real limits, and what `try` says where systemd does not run the machine.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::common::{cases, memtune};
use super::schema::Schema;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const ASKED: [&str; 2] = ["limits", "run"];

fn ran(arguments: &[&str], script: &str) -> Output {
    memtune().args(ASKED).args(arguments).args(["--", "sh", "-c", script]).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn answer(arguments: &[&str], script: &str) -> Value {
    let output = ran(&[arguments, &["--json"]].concat(), script);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", told(&output)))
}

/// Waits until `text` comes out of `reader`.
fn wait_for(reader: &mut impl Read, text: &str) {
    let mut found = String::new();
    let mut byte = [0];
    while !found.contains(text) {
        assert_eq!(reader.read(&mut byte).unwrap(), 1, "it ended after {found}");
        found.push(char::from(byte[0]));
    }
}

fn started(arguments: &[&str], script: &str) -> Child {
    let mut command = memtune();
    command.args(ASKED).args(arguments).args(["--", "sh", "-c", script]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn a_program_keeps_its_output_its_input_and_its_status() {
    let output = ran(&["--rlimit", "as=1G"], "echo out; echo err >&2; exit 3");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(3), b"out\n".as_slice()));
    assert!(told(&output).starts_with("err limits: it ended with status 3"), "{}", told(&output));
    let mut child = memtune();
    child.args(ASKED).args(["--rlimit", "as=1G", "-q", "--", "cat"]).stdin(Stdio::piped());
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), "grüße\n".as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.stdout.as_slice(), told(&output).as_str()),
        ("grüße\n".as_bytes(), "limits: it ran to its end")
    );
}

#[test]
fn what_it_died_of_is_told_and_its_status_is_a_shells() {
    let output = ran(&["--rlimit", "cpu=1"], "while :; do :; done");
    assert_eq!(output.status.code(), Some(128 + 24));
    assert!(told(&output).contains("ended by SIGXCPU: the limit of cpu was reached"), "{}", told(&output));
    // A program that does not listen is killed a second later.
    let deaf = answer(&["--rlimit", "cpu=1"], "trap '' XCPU; while :; do :; done");
    assert_eq!((&deaf["status"], &deaf["signal"], &deaf["died_of"]), (&137.into(), &9.into(), &"cpu".into()));

    let folder = tempfile::tempdir().unwrap();
    let script = format!("exec head -c 1M /dev/zero > '{}'", folder.path().join("ü").display());
    let output = ran(&["--rlimit", "fsize=64K"], &script);
    assert_eq!(output.status.code(), Some(128 + 25));
    assert!(told(&output).contains("the limit of fsize was reached"), "{}", told(&output));
    assert_eq!(fs::metadata(folder.path().join("ü")).unwrap().len(), 64 << 10);

    // It asks for a little more again and again, slowly enough to be seen near its limit.
    let script = "exec awk 'BEGIN { for (;;) { kept[n++] = n \"..........\"; if (n % 10000 == 0) system(\"sleep 0.02\") } }'";
    let hungry = answer(&["--rlimit", "data=24M"], script);
    assert_ne!(hungry["status"], 0);
    assert_eq!(
        (&hungry["died_of"], &hungry["limits"][0]["name"]),
        (&"data".into(), &"data".into()),
        "{hungry}"
    );
    assert!(hungry["limits"][0]["most"].as_u64().unwrap() <= 24 << 20, "{hungry}");
    let script = "exec 3</dev/null 4<&3 5<&3 6<&3 7<&3; n=0; while [ $n -lt 300000 ]; do n=$((n + 1)); done; exec 8<&3";
    let output = ran(&["--rlimit", "nofile=8"], script);
    assert!(output.status.code() > Some(0), "{}", told(&output));
    assert!(told(&output).contains("for want of nofile (open files):"), "{}", told(&output));
}

#[test]
fn what_is_not_known_is_not_claimed() {
    let output = ran(&["--rlimit", "as=1G"], "sleep 0.1; exit 5");
    assert!(
        told(&output).contains("a single large request may have been refused for as, or it failed by itself")
    );
    let answer = answer(&["--rlimit", "nofile=64,core=0"], "kill -TERM $$");
    assert_eq!((&answer["died_of"], &answer["signal"]), (&Value::Null, &15.into()), "{answer}");
    // This shell ends by itself, with the status of what it ran.
    let by_itself = self::answer(&["--rlimit", "core=0"], "sh -c 'kill -KILL $$'; exit $?");
    assert_eq!((&by_itself["status"], &by_itself["signal"]), (&137.into(), &Value::Null));
    assert!(by_itself["verdict"].as_str().unwrap().contains("which stands for SIGKILL"), "{by_itself}");
}

#[test]
fn limits_really_hold_and_none_is_left_out() {
    let output = ran(
        &[
            "--rlimit",
            "as=1G,nofile=64:128,core=0,stack=1M,memlock=64K",
            "--rlimit",
            "LimitNPROC=5000,cpu=2min",
        ],
        "ulimit -v; ulimit -Sn; ulimit -Hn; ulimit -c; ulimit -s; ulimit -t; ulimit -Ht",
    );
    let seen: Vec<&str> = std::str::from_utf8(&output.stdout).unwrap().lines().collect();
    assert_eq!(seen, ["1048576", "64", "128", "0", "1024", "120", "121"], "{}", told(&output));
}

#[test]
fn each_process_has_the_limits_for_itself_which_is_said_once() {
    let alone = ran(&["--rlimit", "nofile=64"], "sleep 0.2 & wait");
    assert_eq!(told(&alone).matches("for itself").count(), 1, "{}", told(&alone));
    let ladder = ran(&["--ladder", "1G,512M"], "sleep 0.2 & wait");
    assert_eq!(told(&ladder).matches("for itself").count(), 1, "{}", told(&ladder));
    let output =
        memtune().args(ASKED).args(["--rlimit", "nofile=64", "--", "sleep", "0.1"]).output().unwrap();
    assert!(!told(&output).contains("for itself"), "{}", told(&output));
}

#[test]
fn a_ladder_finds_the_smallest_size() {
    // The size of the program's own mappings lies far below the one, and far above the other.
    let answer = answer(&["--ladder", "256K,1G,512M,1G"], "cat; exit 0");
    assert_eq!(Schema::of("ladder-1").complaint(&answer), None);
    let tried: Vec<u64> =
        answer["rungs"].as_array().unwrap().iter().map(|rung| rung["size"].as_u64().unwrap()).collect();
    assert_eq!(tried, [1 << 30, 512 << 20, 256 << 10]);
    assert_eq!((&answer["smallest"], &answer["interrupted"]), (&(512u64 << 20).into(), &false.into()));
    let output = ran(&["--ladder", "1G,512M", "--of", "stack"], "true");
    assert_eq!(output.status.code(), Some(0));
    assert!(told(&output).contains("it survived all of them, 512 MiB, too"), "{}", told(&output));
    let none = ran(&["--ladder", "1G,512M", "-q"], "exit 9");
    assert_eq!((none.status.code(), none.stderr.iter().filter(|&&byte| byte == b'\n').count()), (Some(9), 1));
    assert!(told(&none).ends_with("does it succeed without a limit?"), "{}", told(&none));
}

#[test]
fn a_ladder_is_broken_off_as_a_whole() {
    // The program ends well, as if it had survived.
    let mut child =
        started(&["--ladder", "1G,512M"], "trap 'kill $!; exit 0' TERM; sleep 30 & echo begun; wait");
    wait_for(child.stdout.as_mut().unwrap(), "begun");
    send(&child, Signal::TERM);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(128 + 15));
    assert!(
        told(&output).contains("limits: interrupted at 1 GiB") && !told(&output).contains("512"),
        "{}",
        told(&output)
    );
}

#[test]
fn who_asks_once_is_passed_on_and_who_asks_twice_kills() {
    let cases = [
        ("echo begun; exec sleep 30", 1, 128 + 15),
        ("trap 'kill $!; exit 7' TERM; sleep 30 & echo begun; wait", 1, 7),
        ("trap '' TERM; echo begun; exec sleep 30", 2, 128 + 9),
    ];
    for (script, asked, status) in cases {
        let mut child = started(&["--rlimit", "core=0"], script);
        wait_for(child.stdout.as_mut().unwrap(), "begun");
        for _ in 0..asked {
            // So that two are not taken for one.
            std::thread::sleep(Duration::from_millis(300));
            send(&child, Signal::TERM);
        }
        let start = Instant::now();
        assert_eq!(child.wait().unwrap().code(), Some(status), "{script}");
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn what_the_caller_has_it_ignore_is_ignored_by_the_program() {
    let script = "trap '' HUP INT; \"$0\" limits run --rlimit core=0 -q -- sh -c 'kill -HUP $PPID $$; kill -INT $PPID $$; echo lives'";
    let output = Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_memtune")]).output().unwrap();
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(0), b"lives\n".as_slice()),
        "{}",
        told(&output)
    );
}

#[test]
fn a_reader_who_leaves_changes_nothing() {
    let mut child = started(&["--rlimit", "core=0"], "sleep 0.3; exit 3");
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(3));
    let script = "\"$0\" limits run --rlimit core=0 -- yes 2>\"$1\" | head -n 1";
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let output =
        Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_memtune")]).arg(&log).output().unwrap();
    assert_eq!(output.stdout, b"y\n");
    assert!(fs::read_to_string(log).unwrap().contains("SIGPIPE"));
}

#[test]
fn what_cannot_be_run_and_what_is_typed_wrongly_is_told_apart() {
    let cases: [(&[&str], i32, &str); 15] = [
        (
            &["--rlimit", "as=1G", "--", "no-such-program"],
            127,
            "error: there is no program `no-such-program`",
        ),
        (&["--rlimit", "as=1G", "--", "/etc/passwd"], 126, "error: `/etc/passwd` is there"),
        (&["--", "true"], 2, "no limit is named"),
        (&["--rlimit", "as=1G"], 2, "PROGRAM"),
        (&["--rlimit", "as=1G,as=2G", "--", "true"], 2, "the limit of as is named twice"),
        (&["--rlimit", "as", "--", "true"], 2, "write NAME=VALUE"),
        (&["--rlimit", "as=24X", "--", "true"], 2, "`24X` is no size"),
        (&["--rlimit", "as=50%", "--", "true"], 2, "`50%` is no size"),
        (&["--rlimit", "as=2G:1G", "--", "true"], 2, "more than what it may be raised to"),
        (&["--rlimit", "rss=1G", "--", "true"], 2, "the kernel ignores limits of rss"),
        (&["--ladder", "1G,0", "--", "true"], 2, "no size of 0"),
        (&["--ladder", "1G,,2G", "--", "true"], 2, "is no size"),
        (&["--ladder", "1G", "--of", "cpu", "--", "true"], 2, "there is no ladder of `cpu`"),
        (&["--ladder", "1G", "--rlimit", "as=2G", "--", "true"], 2, "which is given besides"),
        (&["--rlimit", "nofile=4611686018427387904", "--", "true"], 0, "hard limit"),
    ];
    for (arguments, status, wanted) in cases {
        let output = memtune().args(ASKED).args(arguments).output().unwrap();
        let code = output.status.code().unwrap();
        assert!(
            code == status || status == 0 && [3, 4].contains(&code),
            "{arguments:?}: {code}: {}",
            told(&output)
        );
        assert!(
            told(&output).contains(wanted) && !told(&output).contains("limits:"),
            "{arguments:?}: {}",
            told(&output)
        );
    }
    let root = cases_root();
    let output = memtune()
        .arg("--root")
        .arg(root)
        .args(ASKED)
        .args(["--rlimit", "as=1G", "--", "true"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
}

fn cases_root() -> std::path::PathBuf {
    cases().join("11-sound/root")
}

#[test]
fn what_would_be_run_is_shown_and_nothing_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a b");
    let mut command = memtune();
    command.args(ASKED).args(["-n", "--rlimit", "core=0", "--ladder", "1G,2G", "--", "touch"]).arg(&file);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let wanted: Vec<String> = [2u64 << 30, 1 << 30]
        .map(|size| format!("$ prlimit --core=0:0 --as={size}:{size} -- touch '{}'", file.display()))
        .into();
    assert_eq!(text.lines().collect::<Vec<_>>(), wanted);
    assert!(!file.exists());
    assert_eq!(
        command.arg("--json").output().unwrap().status.code(),
        Some(0),
        "it is an argument of the program"
    );
}

#[test]
fn a_run_follows_its_schema_and_the_schema_refuses_what_is_wrong() {
    let schema = Schema::of("trial-1");
    let sound = answer(&["--rlimit", "as=1G,nofile=64"], "kill -KILL $$");
    assert_eq!(schema.complaint(&sound), None);
    assert!(sound["left_behind"].is_null(), "nothing was ended: {sound}");
    assert_eq!(schema.complaint(&answer(&["--rlimit", "memlock=64K:64K"], "true")), None);
    let faults: [fn(&mut Value); 5] = [
        |trial| trial["status"] = 300.into(),
        |trial| trial["status"] = 1.into(),
        |trial| trial["limits"][0]["most"] = "1 GiB".into(),
        |trial| trial["died_of"] = "".into(),
        |trial| drop(trial.as_object_mut().unwrap().remove("left_behind")),
    ];
    for (number, fault) in faults.iter().enumerate() {
        let mut broken = sound.clone();
        fault(&mut broken);
        assert!(schema.complaint(&broken).is_some(), "fault {number} passes");
    }
    let schema = Schema::of("ladder-1");
    let sound = answer(&["--ladder", "1G"], "true");
    assert_eq!(schema.complaint(&sound), None);
    let faults: [fn(&mut Value); 3] = [
        |ladder| ladder["rungs"] = Value::Array(Vec::new()),
        |ladder| ladder["smallest"] = "1G".into(),
        |ladder| ladder["rungs"][0]["size"] = 0.into(),
    ];
    for (number, fault) in faults.iter().enumerate() {
        let mut broken = sound.clone();
        fault(&mut broken);
        assert!(schema.complaint(&broken).is_some(), "fault {number} of a ladder passes");
    }
}

#[test]
fn without_systemd_a_scope_is_refused_with_what_there_is_instead() {
    let cases: [(&[&str], &str); 8] = [
        (&["MemoryMax=24GB"], "say `24G`"),
        (&["MemoryMax=0"], "`24G`"),
        (&["MemroyMax=1G"], "did you mean `MemoryMax`?"),
        (&["LimitMEMLOCK=1G"], "is no property of a scope"),
        (&["MemoryMax=1G", "MemoryMax=2G"], "named twice"),
        (&["MemoryMax"], "write PROPERTY=VALUE"),
        (&["MemoryMax=1G", "--ladder", "2G"], "which is given besides"),
        (&["--ladder", "2G,0%"], "no size of 0"),
    ];
    for (arguments, wanted) in cases {
        let output = memtune().args(["limits", "try"]).args(arguments).args(["--", "true"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", told(&output));
        assert!(told(&output).contains(wanted), "{arguments:?}: {}", told(&output));
    }
    if Path::new("/run/systemd/system").exists() {
        eprintln!("skipped: systemd runs this machine, and what is refused without it cannot be seen");
        return;
    }
    let output = memtune().args(["limits", "try", "MemoryMax=1G", "--", "true"]).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(told(&output).contains("`memtune limits run"), "{}", told(&output));
}
