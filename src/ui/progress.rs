//! Shows that something long is under way, to whoever watches.

use std::io::{Write, stderr};
use std::thread;
use std::time::{Duration, Instant};

use super::terminal::is_watched;

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

/// Replaces the last line; `\x1b[K` clears what was longer.
fn show(text: &str) {
    if is_watched() {
        let mut stream = stderr();
        // Progress is a courtesy: if it cannot be shown, the work goes on.
        let _ = write!(stream, "\r{text}\x1b[K").and_then(|()| stream.flush());
    }
}
