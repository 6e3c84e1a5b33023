//! Takes samples: the kernel's numbers of the moment as one [`Sample`](super::sample::Sample).
//!
//! Files are opened when the watchdog starts, and when the swap areas change. A calm tick costs one read; what only matters when memory
//! is short is read only then.

mod areas;
mod container;
mod fill_rate;
mod group;
mod machine;
mod price;

pub use fill_rate::fill_rate;
pub use group::GroupMeter;
pub use machine::{Meter, milliseconds};
