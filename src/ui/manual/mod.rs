//! The manual pages: one for each command from the command line's own description, one for the checks from their registry.

mod limits;
mod limits_set;
mod limits_trial;
mod pages;
mod roff;
mod swap;
mod synopsis;
mod watch;
mod watch_events;
mod watch_settings;

pub use pages::{MARK, pages};
