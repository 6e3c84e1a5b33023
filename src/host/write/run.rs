//! Runs a program for what it does, not for what it prints.

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::host::Host;

/// systemd gives a unit 90 seconds to start.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// No more is kept of what a program complains.
const LONGEST_COMPLAINT: u64 = 64 << 10;

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Its exit status; `None` where a signal ended it, ours after two minutes included.
    pub status: Option<i32>,
    /// The last line that it wrote to standard error.
    pub complaint: String,
}

impl Host {
    /// Runs `words`, the first of which is the program, with a neutral locale and no input. For `change/` only.
    ///
    /// # Errors
    /// Says why it could not be started. In a tree no program is run (EINVAL).
    pub fn run(&self, words: &[String]) -> io::Result<Ran> {
        let Some((program, arguments)) = words.split_first().filter(|_| self.is_live()) else {
            return Err(Errno::INVAL.into());
        };
        run_within(program, arguments, LONGEST_WAIT)
    }
}

fn run_within(program: &str, arguments: &[String], limit: Duration) -> io::Result<Ran> {
    let path = which::which(program).map_err(|_| io::Error::from(Errno::NOENT))?;
    #[expect(clippy::disallowed_methods, reason = "the one place that runs programs for what they do")]
    let mut child = Command::new(path)
        .args(arguments)
        .env("LC_ALL", "C")
        .env("SYSTEMD_COLORS", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let complaints = listen(&mut child);
    let status = wait(&mut child, limit)?;
    // A grandchild may keep the pipe open for good: what came until now is enough.
    let complaint = complaints.recv_timeout(Duration::from_millis(200)).unwrap_or_default();
    Ok(Ran { status, complaint: last_line(&complaint) })
}

fn listen(child: &mut Child) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(mut pipe) = child.stderr.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // What could be read is worth telling, however the reading ended.
            let _ = pipe.by_ref().take(LONGEST_COMPLAINT).read_to_end(&mut bytes);
            let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
            // A full pipe would stop the program.
            let _ = io::copy(&mut pipe, &mut io::sink());
        });
    }
    receiver
}

fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<i32>> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    // It may have ended in this very moment.
    let _ = child.kill();
    child.wait()?;
    Ok(None)
}

fn last_line(text: &str) -> String {
    text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn how_a_program_ended_is_told() {
        let ran = Host::live().run(&words(&["sh", "-c", "echo first >&2; echo last >&2; exit 3"])).unwrap();
        assert_eq!(ran, Ran { status: Some(3), complaint: "last".to_owned() });
        assert_eq!(Host::live().run(&words(&["true"])).unwrap().status, Some(0));
        assert_eq!(
            Host::live().run(&words(&["no-such-program-anywhere"])).unwrap_err().raw_os_error(),
            Some(2)
        );
    }

    #[test]
    fn a_program_that_complains_without_end_is_not_stopped_by_a_full_pipe() {
        let line = "i=0; while [ $i -lt 3000 ]; do echo $i-0123456789012345678901234567890123456789 >&2; i=$((i+1)); done";
        assert_eq!(run_within("sh", &words(&["-c", line]), Duration::from_secs(60)).unwrap().status, Some(0));
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let ran = run_within("sleep", &words(&["600"]), Duration::from_millis(50)).unwrap();
        assert_eq!(ran.status, None);
    }

    #[test]
    fn in_a_tree_no_program_is_run() {
        let (_folder, host) = made_tree(&[("/etc/a", "x")]);
        assert!(host.run(&words(&["true"])).is_err());
        assert!(Host::live().run(&[]).is_err());
    }
}
