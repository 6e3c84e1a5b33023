//! Whether all that may take memory fits into the machine together.

pub mod claims;
pub mod fixed;
pub mod holder;
pub mod instances;
pub mod reserve;
pub mod sum;

mod elsewhere;
mod faults;
mod free;
