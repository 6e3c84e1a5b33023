//! watch.toml: from its text to [`Settings`](super::settings::Settings) and back.
//!
//! What is absurd is refused here with its place and its reason, so that the loop never meets it: a watchdog that acts on a slip of the
//! pen ends what it should protect. What a text can only be judged by (the machine's memory, its users, its programs) comes in through
//! [`Surroundings`]. This is read at the start and where a reload is asked for, and may allocate.

mod bounds;
mod document;
mod file;
mod groups;
mod hooks;
mod levels;
mod program;
mod quantities;
mod reader;
mod rules;
mod spelling;
mod surroundings;
mod written;
mod wrong;

pub use bounds::{Bound, Bounds};
pub use file::{Failure, LARGEST, PATH, PROFILE_PATH, load, load_from, read};
pub use program::{FileMode, is_trusted};
pub use reader::{parse, parse_over};
pub use surroundings::{Live, Surroundings};
pub use written::{example, written};
pub use wrong::Wrong;
