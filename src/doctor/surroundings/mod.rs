//! E: what kind of machine this is, where that changes what the other findings mean.

pub(super) mod balloon;
pub(super) mod container;
pub(super) mod settings_home;

mod caution;

pub(in crate::doctor) use caution::caution;
