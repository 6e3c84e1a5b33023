//! Shows that something long is under way, to whoever watches.

use std::cell::RefCell;
use std::io::{Write, stderr};
use std::thread;
use std::time::{Duration, Instant};

use crate::change::{Observer, Progress};
use crate::sys::bytes::Bytes;
use crate::sys::interruption::{Hangup, Interruption};

use super::look::harmless;
use super::terminal::is_watched;

const BETWEEN_LINES: Duration = Duration::from_millis(250);

/// What is over sooner needs no line.
const WORTH_A_LINE: Duration = Duration::from_millis(400);

/// Waits for `duration`, counting the seconds down on a terminal; returns the time that really passed.
pub fn wait(duration: Duration, what: &str) -> Duration {
    let start = Instant::now();
    let step = Duration::from_millis(250);
    while let Some(left) = duration.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
        show(&format!("{what}: {} s left", left.as_secs() + 1));
        thread::sleep(step.min(left));
    }
    show("");
    start.elapsed()
}

/// Waits for half a second, with `what` on a terminal meanwhile.
pub fn pause(what: &str) {
    show(&harmless(what));
    thread::sleep(Duration::from_millis(500));
    show("");
}

/// Shows how a plan comes along, and stops it at Ctrl-C.
pub struct Follower {
    interruption: Option<Interruption>,
    current: RefCell<Option<Current>>,
}

/// What is under way.
struct Current {
    what: String,
    start: Instant,
    /// What was done already when it was first seen.
    from: Bytes,
    shown: Option<Instant>,
}

impl Follower {
    /// Follows from now on. Until it is dropped, Ctrl-C and SIGTERM stop the plan instead of the program, and so does the end of the
    /// terminal, unless `hangup` is ignored.
    pub fn new(hangup: Hangup) -> Self {
        // Where they cannot be caught they end the program, and the next run takes back what it left.
        Self { interruption: Interruption::catch(hangup).ok(), current: RefCell::default() }
    }
}

impl Observer for Follower {
    fn progress(&self, progress: &Progress<'_>) {
        let now = Instant::now();
        let mut current = self.current.borrow_mut();
        let is_new = current.as_ref().is_none_or(|current| current.what != progress.what);
        if is_new {
            let what = progress.what.to_owned();
            *current = Some(Current { what, start: now, from: progress.done, shown: None });
        }
        let Some(current) = current.as_mut() else { return };
        let elapsed = now.duration_since(current.start);
        let is_time = match current.shown {
            Some(shown) => now.duration_since(shown) >= BETWEEN_LINES,
            None => elapsed >= WORTH_A_LINE,
        };
        if is_time {
            current.shown = Some(now);
            show(&line(progress, current.from, elapsed));
        }
    }

    fn ended(&self) {
        let ended = self.current.borrow_mut().take();
        if ended.is_some_and(|current| current.shown.is_some()) {
            show("");
        }
    }

    fn is_interrupted(&self) -> bool {
        self.interruption.as_ref().is_some_and(Interruption::has_come)
    }
}

/// How far it came, how fast, and how long it will take; `from` was done before the first look, `elapsed` ago.
fn line(progress: &Progress<'_>, from: Bytes, elapsed: Duration) -> String {
    let Progress { what, done, total } = *progress;
    let mut text = format!("{}: {done} of {total}", harmless(what));
    let rate = done.less(from).0 as f64 / elapsed.as_secs_f64().max(f64::EPSILON);
    if rate >= 1.0 {
        let left = (total.less(done).0 as f64 / rate).ceil();
        text += &format!(", {}/s, {} left", Bytes(rate as u64), duration(left as u64));
    }
    text
}

/// Shows `what` on a terminal until the next thing is shown; nothing takes it away.
pub fn tell(what: &str) {
    show(&harmless(what));
}

/// A span of time, in the two largest units that it has.
pub fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Replaces the last line; `\x1b[K` clears what was longer.
fn show(text: &str) {
    if is_watched() {
        let mut stream = stderr();
        // Progress is a courtesy: if it cannot be shown, the work goes on.
        let _ = write!(stream, "\r{text}\x1b[K").and_then(|()| stream.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: u64, done: u64, from: u64) -> String {
        let progress =
            Progress { what: "filling /swap\x1b[2J", done: Bytes::from_mib(done), total: Bytes::from_gib(1) };
        line(&progress, Bytes::from_mib(from), Duration::from_secs(seconds))
    }

    #[test]
    fn rate_and_time_are_told() {
        assert_eq!(after(4, 512, 0), "filling /swap\u{fffd}[2J: 512 MiB of 1 GiB, 128 MiB/s, 4 s left");
        assert_eq!(after(10, 24, 14), "filling /swap\u{fffd}[2J: 24 MiB of 1 GiB, 1 MiB/s, 16 min 40 s left");
        assert_eq!(after(4, 0, 0), "filling /swap\u{fffd}[2J: 0 B of 1 GiB");
        assert_eq!(after(0, 1024, 1024), "filling /swap\u{fffd}[2J: 1 GiB of 1 GiB");
        assert_eq!((duration(59), duration(3600)), ("59 s".to_owned(), "1 h 0 min".to_owned()));
    }

    #[test]
    fn each_deed_is_timed_from_its_own_start() {
        let follower = Follower { interruption: None, current: RefCell::default() };
        let told = |what: &str, done| {
            let total = Bytes(100);
            follower.progress(&Progress { what, done: Bytes(done), total });
            follower.current.borrow().as_ref().map(|current| (current.what.clone(), current.from.0))
        };
        assert_eq!(told("one", 10), Some(("one".to_owned(), 10)));
        assert_eq!(told("one", 20), Some(("one".to_owned(), 10)));
        assert_eq!(told("two", 30), Some(("two".to_owned(), 30)));
        follower.ended();
        assert_eq!(told("two", 40), Some(("two".to_owned(), 40)));
        assert!(!follower.is_interrupted());
    }
}
