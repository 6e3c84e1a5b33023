//! Signals while a program of the caller's runs in the foreground: Ctrl-C is that program's affair, and what asks us to end is passed on.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::SigId;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::unregister;

/// No signal.
const NONE: usize = 0;

/// While it lives, no such signal ends us.
#[derive(Debug)]
pub struct Foreground {
    interrupted: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
    registered: Vec<SigId>,
}

impl Foreground {
    /// Begins to hear the signals, but for those in `ignored` (as SigIgn in proc_pid_status(5) has them): whoever started us by nohup(1) or in
    /// the background meant the program, which would no longer ignore what we hear.
    ///
    /// # Errors
    /// Says why that cannot be.
    pub fn begin(ignored: u64) -> io::Result<Self> {
        let mut foreground =
            Self { interrupted: Arc::default(), asked: Arc::default(), registered: Vec::new() };
        for signal in [SIGINT, SIGQUIT, SIGTERM, SIGHUP] {
            if ignored >> (signal - 1) & 1 == 1 {
                continue;
            }
            // The terminal sends the first two to the program as well.
            let is_of_terminal = [SIGINT, SIGQUIT].contains(&signal);
            let noted = if is_of_terminal { &foreground.interrupted } else { &foreground.asked };
            let number = usize::try_from(signal).unwrap_or(NONE);
            let registered = flag::register_usize(signal, Arc::clone(noted), number)?;
            foreground.registered.push(registered);
        }
        Ok(foreground)
    }

    /// The signal that asked us to end, since this was asked last.
    pub fn was_asked_to_end(&self) -> Option<i32> {
        let signal = number(self.asked.swap(NONE, Ordering::SeqCst))?;
        // For whoever asks whether all of it was broken off.
        self.interrupted.store(signal.unsigned_abs() as usize, Ordering::SeqCst);
        Some(signal)
    }

    /// The signal, Ctrl-C's too, that has come since the beginning, if any has.
    pub fn was_interrupted(&self) -> Option<i32> {
        number(self.interrupted.load(Ordering::SeqCst)).or_else(|| number(self.asked.load(Ordering::SeqCst)))
    }
}

fn number(noted: usize) -> Option<i32> {
    i32::try_from(noted).ok().filter(|&signal| signal > 0)
}

impl Drop for Foreground {
    fn drop(&mut self) {
        for id in self.registered.drain(..) {
            unregister(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::interruption::{self, Hangup, Interruption};
    use super::*;
    use rustix::process::{Signal, getpid, kill_process};

    fn heard(foreground: &Foreground, signal: Signal) -> Option<i32> {
        kill_process(getpid(), signal).unwrap();
        // Any thread of the process may be the one that gets it.
        let start = std::time::Instant::now();
        while foreground.was_interrupted().is_none() && start.elapsed().as_secs() < 10 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        foreground.was_interrupted()
    }

    #[test]
    fn who_asks_is_heard_once_and_an_interruption_stays() {
        let _alone = interruption::alone();
        // Where its own tests have run before, signals end the process unless somebody asks.
        let _caught = Interruption::catch(Hangup::Stops).unwrap();
        let foreground = Foreground::begin(0).unwrap();
        assert_eq!((foreground.was_interrupted(), foreground.was_asked_to_end()), (None, None));
        assert_eq!(heard(&foreground, Signal::TERM), Some(SIGTERM));
        assert_eq!(foreground.was_asked_to_end(), Some(SIGTERM));
        assert_eq!((foreground.was_asked_to_end(), foreground.was_interrupted()), (None, Some(SIGTERM)));
        drop(foreground);
        let foreground = Foreground::begin(0).unwrap();
        assert_eq!(heard(&foreground, Signal::INT), Some(SIGINT));
        assert_eq!(foreground.was_asked_to_end(), None);
    }
}
