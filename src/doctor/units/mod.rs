//! U: systemd's units and their limits.

pub(super) mod budget;
pub(super) mod containers;
pub(super) mod crash_loop;
pub(super) mod high;
pub(super) mod ignored;
pub(super) mod immune;
pub(super) mod killed;
pub(super) mod leftovers;
pub(super) mod narrowed;
pub(super) mod near_max;
pub(super) mod old_groups;
pub(super) mod spared;

mod adjustment;
mod drop_in;
mod judged;
mod last_words;
mod limit;
mod own_files;

pub(in crate::doctor) use drop_in::drop_in;
pub(in crate::doctor) use limit::set_and_restart;
pub(in crate::doctor) use own_files::OwnFiles;
