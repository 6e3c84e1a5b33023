//! The primitives of writing: one file, one folder, one swap file, one knob, one program, one lock.
//!
//! They are for `change/` alone, which writes down what was there before it calls them; only whose a folder is may be asked by plans. No path goes through a link, each
//! file is replaced as a whole, and what a call has done is on the disk when it returns.

mod files;
mod fill;
mod folder;
mod label;
mod lock;
mod poke;
mod run;
mod state;
mod swap_file;
mod trust;

pub use lock::{Lock, LockFailure};
pub use run::{Patience, Ran};
pub use state::FileState;
pub use swap_file::{Filling, FoundSwapFile, NewSwapFile, Watch};
pub use trust::{Distrust, Stranger};
