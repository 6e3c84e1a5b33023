//! Runs a program of the live machine and takes what it prints, within a size and a time.

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::lacking::{Lacking, Reason};

const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Runs `program` with a neutral locale and no input; its complaints are dropped, its exit status is not asked.
pub(super) fn run(program: &str, arguments: &[&str], limit: u64) -> Result<String, Lacking> {
    let path = which::which(program).map_err(|_| Lacking::absent(program))?;
    #[expect(clippy::disallowed_methods, reason = "this is the one place that runs programs")]
    let child = Command::new(path)
        .args(arguments)
        .env("LC_ALL", "C")
        .env("SYSTEMD_COLORS", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    child
        .and_then(|child| collect(child, limit))
        .map_err(|error| Lacking::from_io(program, &error))?
        .ok_or_else(|| {
            Lacking::new(program, Reason::Failed(format!("no answer in {} s", LONGEST_WAIT.as_secs())))
        })
}

/// Takes what `child` prints; `None` when it does not end in time. It never outlives this call.
fn collect(mut child: Child, limit: u64) -> io::Result<Option<String>> {
    let Some(output) = child.stdout.take() else {
        return Ok(None);
    };
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let answer = output.take(limit).read_to_end(&mut bytes).map(|_| bytes);
        // The receiver is gone when it has waited long enough.
        let _ = sender.send(answer);
    });
    let answer = receiver.recv_timeout(LONGEST_WAIT);
    // A child that has already ended, the ordinary case, cannot be killed: that is no failure.
    let _ = child.kill();
    child.wait()?;
    match answer {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes?).into_owned())),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_a_real_program_prints() {
        assert_eq!(run("echo", &["one", "two"], 100).unwrap(), "one two\n");
    }

    #[test]
    fn a_program_that_prints_without_end_is_cut() {
        assert_eq!(run("yes", &[], 10).unwrap(), "y\ny\ny\ny\ny\n");
    }

    #[test]
    fn an_absent_program_is_absent() {
        assert_eq!(
            run("no-such-program-anywhere", &[], 10),
            Err(Lacking::absent("no-such-program-anywhere"))
        );
    }
}
