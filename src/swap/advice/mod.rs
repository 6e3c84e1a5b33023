//! How much swap a machine should have, and of which kind: the facts, what is wanted, and what of it is lacking.

mod grounds;
mod lacking;
mod wanted;

pub use grounds::Grounds;
pub use lacking::{Advice, Advised};
