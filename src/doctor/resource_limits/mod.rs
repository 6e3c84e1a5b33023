//! L: limits of single processes, where they are the wrong tool or too small.

pub(super) mod address_space;
pub(super) mod locked;
pub(super) mod logins;

mod default_limits;
mod lock_need;
mod lock_wish;
