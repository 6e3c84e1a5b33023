//! The census: all processes, and the jobs that they make.
//!
//! Control groups tell what belongs together, with a unit or container as a whole; inside logins and terminals, and where there are no
//! groups, the process trees tell it. One cheap file is read of each process, and none where its group tells all that the choice needs;
//! what can be chosen is looked at again in full. All tables are made at the start and none grows: what does not fit is counted.

mod base;
mod closer;
mod count;
mod counted;
mod gpu;
mod groups;
mod keepers;
mod kin;
mod list;
mod past;
mod place;
mod reader;
mod refresh;
mod swap;
mod swapoff;
mod table;
mod taking;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod trees;
mod unit;

pub use count::Census;
pub use counted::{Asks, Capacities, Counted, Lacking, Places, Population};
pub use groups::Version;
pub use unit::usual_place;
