//! The watchdog: how it is, and what its settings come to.

mod checked;
mod line;
mod status;

pub use checked::Checked;
pub use status::{done, for_programs, sentence, status, verdict};
