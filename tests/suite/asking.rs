//! The question before something is written, on a terminal of its own (script(1) makes it).

use std::io::Write;
use std::process::{Command, Stdio};

use super::common::memtune;
use super::tune::Machine;

/// What a terminal shows of `tune --profile hydrus` where `typed` is typed, and the exit status; `None` where no terminal can be made.
fn on_a_terminal(machine: &Machine, typed: &str) -> Option<(String, Option<i32>)> {
    let command = format!(
        "{} --root {} --color never tune --profile hydrus",
        memtune().get_program().display(),
        machine.root().display()
    );
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut script = script.spawn().ok()?;
    script.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = script.wait_with_output().unwrap();
    Some((String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code()))
}

#[test]
fn only_yes_is_a_yes() {
    for (typed, is_done) in [("y\n", true), ("\n", false), ("n\n", false), ("\u{4}\n", false)] {
        let machine = Machine::of("11-sound");
        let before = machine.state();
        let Some((text, status)) = on_a_terminal(&machine, typed) else {
            eprintln!("skipped: script(1) is not installed");
            return;
        };
        assert_eq!(status, Some(0), "{text}");
        assert!(text.contains("[y/N]"), "{text}");
        assert_eq!(text.contains("Done: this is change 1"), is_done, "{typed:?}: {text}");
        if !is_done {
            assert!(text.contains("Nothing was changed."), "{text}");
            machine.is_as(&before, typed);
        }
    }
}
