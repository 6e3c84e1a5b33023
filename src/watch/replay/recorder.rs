//! Keeps what the watchdog sees in a file.
//!
//! The watchdog hands each sample over to a thread and goes on; that thread alone waits for the disk.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use rustix::io::Errno;

use crate::sys::bytes::Bytes;
use crate::watch::sample::Sample;

use super::recording_file::RecordingFile;
use super::scribe::{self, Noted, Trouble};

/// So many samples may wait for the disk: twenty seconds of the shortest sleep.
const WAITING: usize = 1024;
/// A thread that does nothing but write lines.
const STACK: usize = 128 << 10;
/// At the end it is waited this long for what is not written yet.
const PATIENCE: Duration = Duration::from_secs(2);

/// Records samples.
#[derive(Debug)]
pub struct Recorder {
    to: Option<SyncSender<Noted>>,
    trouble: Arc<Trouble>,
    scribe: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Opens the file, which is made for its owner alone, or goes on with one that holds a recording; and starts the thread. Programs that
    /// shall be started for hooks need a helper that was started before.
    ///
    /// # Errors
    /// What the kernel answered, that it is no file, that it holds something else, or that another watchdog writes it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = RecordingFile::open(path)?;
        let trouble = Arc::new(Trouble::default());
        let (to, from) = sync_channel(WAITING);
        let seen = Arc::clone(&trouble);
        let work = move || scribe::write_down(&from, file, &seen);
        let scribe = thread::Builder::new().name("recording".to_owned()).stack_size(STACK).spawn(work)?;
        Ok(Self { to: Some(to), trouble, scribe: Some(scribe) })
    }

    /// Says that a watchdog begins here, on a machine that fills so many bytes a second at most.
    pub fn begin(&self, fill_rate: Bytes, time: SystemTime) {
        self.hand(Noted::Beginning { fill_rate, time });
    }

    /// Takes a sample down. Waits for nobody: what is not taken at once is lost, and counted.
    pub fn take(&self, sample: &Sample, time: SystemTime) {
        self.hand(Noted::Sample { sample: *sample, time });
    }

    fn hand(&self, noted: Noted) {
        match self.to.as_ref().map(|to| to.try_send(noted)) {
            Some(Ok(())) | None => {}
            Some(Err(TrySendError::Full(_))) => self.trouble.lose(Errno::AGAIN),
            Some(Err(TrySendError::Disconnected(_))) => self.trouble.lose(Errno::PIPE),
        }
    }

    /// Why the last sample was not written, where it was not.
    pub fn failing(&self) -> Option<Errno> {
        self.trouble.failing()
    }

    /// How many lines were lost since this was last asked.
    pub fn take_lost(&self) -> u64 {
        self.trouble.take_lost()
    }

    /// Waits until all is written, as long as it has patience; says whether it is. Nothing is taken after that.
    pub fn end(&mut self) -> bool {
        self.to = None;
        let end = Instant::now() + PATIENCE;
        while self.scribe.as_ref().is_some_and(|scribe| !scribe.is_finished()) && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
        self.scribe.take_if(|scribe| scribe.is_finished()).is_some_and(|scribe| scribe.join().is_ok())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "reads what was recorded")]
mod tests {
    use super::super::recording::Samples;
    use super::*;
    use std::fs;

    fn sample(at: u64) -> Sample {
        Sample { at, total: Bytes::from_gib(1), available: Bytes::from_mib(at), ..Sample::default() }
    }

    fn time(at: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000) + Duration::from_millis(at)
    }

    fn read(path: &Path) -> Vec<(u64, Option<SystemTime>, bool)> {
        let text = fs::read(path).unwrap();
        let taken = Samples::of(&text[..]).map(Result::unwrap);
        taken.map(|taken| (taken.sample.at, taken.time, taken.begun.is_some())).collect()
    }

    #[test]
    fn what_is_seen_is_read_back_and_a_recording_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("night");
        for begin in [10, 50] {
            let mut recorder = Recorder::open(&path).unwrap();
            recorder.begin(Bytes::from_gib(2), time(begin));
            for at in [begin, begin + 20] {
                recorder.take(&sample(at), time(at));
            }
            assert!(recorder.end());
            assert_eq!((recorder.failing(), recorder.take_lost()), (None, 0));
        }
        let line = |at, begun| (at, Some(time(at)), begun);
        assert_eq!(read(&path), [line(10, true), line(30, false), line(50, true), line(70, false)]);
    }

    #[test]
    fn after_a_suspend_the_time_is_told_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("night");
        let mut recorder = Recorder::open(&path).unwrap();
        recorder.begin(Bytes::from_gib(2), time(0));
        recorder.take(&sample(0), time(0));
        recorder.take(&sample(100), time(1_900));
        recorder.take(&sample(200), time(9_000_000));
        recorder.end();
        let told =
            [(0, Some(time(0)), true), (100, Some(time(100)), false), (200, Some(time(9_000_000)), false)];
        assert_eq!(read(&path), told);
    }

    #[test]
    fn a_disk_that_takes_nothing_costs_samples_and_no_time() {
        // Nobody writes: as many wait as there is room for.
        let (to, from) = sync_channel(WAITING);
        let recorder = Recorder { to: Some(to), trouble: Arc::default(), scribe: None };
        for at in 0..WAITING as u64 + 5 {
            recorder.take(&sample(at), time(at));
        }
        assert_eq!(
            (recorder.failing(), recorder.take_lost(), recorder.take_lost()),
            (Some(Errno::AGAIN), 5, 0)
        );
        drop(from);
        recorder.take(&sample(1), time(1));
        assert_eq!((recorder.failing(), recorder.take_lost()), (Some(Errno::PIPE), 1));
    }
}
