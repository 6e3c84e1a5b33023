//! The watchdog: how it is, what its settings come to, what it would do and what it did.

mod beginning;
mod checked;
mod kills;
mod line;
mod replayed;
mod status;

pub use beginning::{Beginning, rival, supposed};
pub use checked::Checked;
pub use kills::kills;
pub use replayed::Replayed;
pub use status::{done, for_programs, sentence, status, verdict};
