//! Signals while a program of the caller's runs in the foreground: Ctrl-C is that program's affair, and what asks us to end is passed on.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::SigId;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::unregister;

/// While it lives, no such signal ends us.
#[derive(Debug)]
pub struct Foreground {
    terminate: Arc<AtomicBool>,
    registered: Vec<SigId>,
}

impl Foreground {
    /// Begins to hear the signals.
    ///
    /// # Errors
    /// Says why that cannot be.
    pub fn begin() -> io::Result<Self> {
        let mut foreground = Self { terminate: Arc::default(), registered: Vec::new() };
        // The terminal sends these to the program as well.
        for signal in [SIGINT, SIGQUIT] {
            foreground.registered.push(flag::register(signal, Arc::default())?);
        }
        for signal in [SIGTERM, SIGHUP] {
            foreground.registered.push(flag::register(signal, Arc::clone(&foreground.terminate))?);
        }
        Ok(foreground)
    }

    /// Whether we were asked to end since this was asked last.
    pub fn was_asked_to_end(&self) -> bool {
        self.terminate.swap(false, Ordering::SeqCst)
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        for id in self.registered.drain(..) {
            unregister(id);
        }
    }
}
