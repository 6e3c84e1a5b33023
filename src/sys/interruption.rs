//! Ctrl-C, a terminal that goes away, and the signal with which a service is stopped, as something that can be asked for.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;

/// What the end of the terminal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hangup {
    /// It stops the program, as by default.
    Stops,
    /// It was made to mean nothing, as nohup(1) does.
    IsIgnored,
}

/// While it lives, such a signal ends nobody, but is noted. Afterwards it ends the program, as ever.
#[derive(Debug)]
pub struct Interruption {
    signals: &'static Signals,
}

#[derive(Debug)]
struct Signals {
    has_come: Arc<AtomicBool>,
    nobody_asks: Arc<AtomicBool>,
}

static SIGNALS: OnceLock<Signals> = OnceLock::new();

impl Interruption {
    /// Catches the signals.
    ///
    /// # Errors
    /// Says why that cannot be; they then end the program.
    pub fn catch(hangup: Hangup) -> io::Result<Self> {
        let signals = match SIGNALS.get() {
            Some(signals) => signals,
            None => {
                let signals = register(hangup)?;
                SIGNALS.get_or_init(|| signals)
            }
        };
        signals.has_come.store(false, Ordering::SeqCst);
        signals.nobody_asks.store(false, Ordering::SeqCst);
        Ok(Self { signals })
    }

    /// Whether one has come.
    pub fn has_come(&self) -> bool {
        self.signals.has_come.load(Ordering::SeqCst)
    }
}

impl Drop for Interruption {
    fn drop(&mut self) {
        self.signals.nobody_asks.store(true, Ordering::SeqCst);
    }
}

fn register(hangup: Hangup) -> io::Result<Signals> {
    let signals = Signals { has_come: Arc::default(), nobody_asks: Arc::new(AtomicBool::new(true)) };
    let hangup = (hangup == Hangup::Stops).then_some(SIGHUP);
    for signal in [SIGINT, SIGTERM, SIGQUIT].into_iter().chain(hangup) {
        flag::register_conditional_default(signal, Arc::clone(&signals.nobody_asks))?;
        flag::register(signal, Arc::clone(&signals.has_come))?;
    }
    Ok(signals)
}

/// Signals are the whole process's: of the tests that send some, or pass them on, one runs at a time.
#[cfg(test)]
pub(crate) fn alone() -> std::sync::MutexGuard<'static, ()> {
    static TESTS: std::sync::Mutex<()> = std::sync::Mutex::new(());
    // A test that failed leaves nothing that could harm the next one.
    TESTS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_signal_is_noted_and_forgotten_by_the_next() {
        let _alone = alone();
        let interruption = Interruption::catch(Hangup::Stops).unwrap();
        assert!(!interruption.has_come());
        let this = rustix::process::getpid();
        rustix::process::kill_process(this, rustix::process::Signal::TERM).unwrap();
        // Any thread of the process may be the one that gets it.
        let start = std::time::Instant::now();
        while !interruption.has_come() && start.elapsed().as_secs() < 10 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert!(interruption.has_come());
        drop(interruption);
        assert!(!Interruption::catch(Hangup::Stops).unwrap().has_come());
    }
}
