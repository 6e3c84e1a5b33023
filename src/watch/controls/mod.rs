//! The controls: a socket that only root and the watchdog's own user can open, on which one line asks and one object of JSON answers.
//!
//! [`Controls`] is the watchdog's side: it never waits, has room for a fixed number of callers, and allocates nothing once it is made.
//! [`ask`] is the side of `memtune watch status` and its kind, which may take its time.
//!
//! **Invariants.** What a caller sends is hostile: no line is longer than a few bytes, nobody is waited for, and whoever says nothing, or
//! does not listen, is let go of. One watchdog holds a socket at a time; the lock goes with the process, whatever it dies of.

mod answer;
mod ask;
mod caller;
mod place;
mod request;
mod server;

pub use answer::{Answer, Decision, Memory, Status, Text};
pub use ask::{NoAnswer, ask};
pub use place::Unavailable;
pub use request::Request;
pub use server::{Caller, Controls};

/// Where the socket of the machine's watchdog is.
pub const PATH: &str = "/run/memtune/watch.sock";
