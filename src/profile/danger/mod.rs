//! What values would do to this machine: [`danger()`] is refused whoever asks, [`warnings()`] are told.
//!
//! Each judgement names the amount, of what it is a part, and what would be left. Where a fact is lacking nothing is claimed;
//! the warnings say what could not be judged.

mod commit;
mod floor;
mod huge_pages;
mod judge;
mod unit;
mod warn;
mod watermarks;

pub use judge::{Danger, danger};
pub use warn::warnings;
