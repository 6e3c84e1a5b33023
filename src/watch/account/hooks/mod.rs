//! Hooks: programs that are told what happened, and that can neither hold the watchdog up nor outlive their time.
//!
//! They are started by a helper, a copy of the watchdog made before anything else was opened, locked or grown; the two speak over a pair of
//! sockets. **Why not start them from the watchdog itself:** fork, vfork and posix_spawn need memory from the kernel in the caller's name
//! at the very moment when there is none, and vfork and posix_spawn hold the caller until the program was read from its disk, which under
//! thrash takes seconds. To the helper both may happen: the watchdog sends a datagram without waiting, and goes on. The helper sleeps,
//! shares its pages with the watchdog, and is there whether hooks are set or not, so that settings which are read anew can set some: it is
//! copied before the watchdog has anything, and so is hardly more than a stack; it may allocate. Where it was killed, hooks are off, that is
//! said, and everything else goes on.

pub mod answer;
mod child;
pub mod choice;
pub mod environment;
mod helper;
pub mod request;
pub mod starter;
