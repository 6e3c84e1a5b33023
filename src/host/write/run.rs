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
