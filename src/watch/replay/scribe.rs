//! The thread that writes samples down.

use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, SystemTime};

use rustix::io::Errno;
use serde::Serialize;

use crate::sys::bytes::Bytes;
use crate::watch::sample::Sample;

use super::recording::{self, Mark, ROOM};
use super::recording_file::RecordingFile;

/// Where the two clocks move against each other by more, the time is told again.
const APART: Duration = Duration::from_secs(2);

/// What is to be written down.
#[derive(Clone, Copy, Debug)]
pub(super) enum Noted {
    /// A watchdog begins.
    Beginning {
        /// In bytes a second.
        fill_rate: Bytes,
        /// When.
        time: SystemTime,
    },
    /// A look.
    Sample {
        /// What was seen.
        sample: Sample,
        /// When.
        time: SystemTime,
    },
}

/// What the watchdog hears of the thread.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    lost: AtomicU64,
    /// The number of the error; 0 while all is well.
    error: AtomicI32,
}

impl Trouble {
    pub(super) fn lose(&self, error: Errno) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        self.error.store(error.raw_os_error(), Ordering::Relaxed);
    }

    fn is_over(&self) {
        self.error.store(0, Ordering::Relaxed);
    }

    pub(super) fn failing(&self) -> Option<Errno> {
        let error = self.error.load(Ordering::Relaxed);
        (error != 0).then(|| Errno::from_raw_os_error(error))
    }

    pub(super) fn take_lost(&self) -> u64 {
        self.lost.swap(0, Ordering::Relaxed)
    }
}

/// Writes until nobody hands anything over any more.
pub(super) fn write_down(from: &Receiver<Noted>, file: RecordingFile, trouble: &Trouble) {
    let mut scribe = Scribe { file, trouble, clocks: None };
    while let Ok(noted) = from.recv() {
        match noted {
            Noted::Beginning { fill_rate, time } => {
                scribe.clocks = None;
                scribe.line(&Mark::beginning(fill_rate, time));
                // The sample behind it is seen at once.
                scribe.is_told(time);
            }
            Noted::Sample { sample, time } => scribe.sample(&sample, time),
        }
    }
}

struct Scribe<'t> {
    file: RecordingFile,
    trouble: &'t Trouble,
    /// A moment on both clocks, as the recording has it; the second one is not known before the next sample.
    clocks: Option<(SystemTime, Option<u64>)>,
}

impl Scribe<'_> {
    fn is_told(&mut self, time: SystemTime) {
        self.clocks = Some((time, None));
    }

    fn sample(&mut self, sample: &Sample, time: SystemTime) {
        let is_right = match self.clocks {
            Some((told, None)) => apart(told, time) <= APART,
            Some((told, Some(at))) => {
                let passed = sample.at.checked_sub(at).map(Duration::from_millis);
                passed
                    .and_then(|passed| told.checked_add(passed))
                    .is_some_and(|told| apart(told, time) <= APART)
            }
            None => false,
        };
        if !is_right {
            self.line(&Mark::date(time));
            self.is_told(time);
        }
        if let Some((_, at)) = &mut self.clocks {
            at.get_or_insert(sample.at);
        }
        self.line(sample);
    }

    fn line(&mut self, line: &impl Serialize) {
        let mut buffer = [0; ROOM];
        let mut room = &mut buffer[..];
        let written = recording::write(line, &mut room).map(|()| room.len());
        let length = written.map_or(0, |left| ROOM.saturating_sub(left));
        match self.file.add(buffer.get(..length).unwrap_or_default()) {
            Ok(()) => self.trouble.is_over(),
            Err(error) => self.trouble.lose(error),
        }
    }
}

fn apart(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).or_else(|_| other.duration_since(one)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_until_it_is_over() {
        let trouble = Trouble::default();
        assert_eq!((trouble.failing(), trouble.take_lost()), (None, 0));
        trouble.lose(Errno::NOSPC);
        trouble.lose(Errno::NOSPC);
        assert_eq!((trouble.failing(), trouble.take_lost()), (Some(Errno::NOSPC), 2));
        trouble.is_over();
        assert_eq!(trouble.failing(), None);
    }
}
