//! Swap: which areas there are, what turns them on at boot, and what can safely be done about them.
//!
//! This room reads, reckons and plans; what it plans is carried out by `change/`. doctor judges the same facts, so that a machine is
//! never told two things.

pub mod add;
pub mod advice;
pub mod areas;
pub mod commands;
pub mod cut_short;
pub mod devices;
pub mod disk;
pub mod draining;
pub mod filling;
pub mod fitness;
pub mod fstab;
pub mod generator;
pub mod holders;
pub mod managers;
pub mod overview;
pub mod planned;
pub mod remarks;
pub mod removal;
pub mod remove;
pub mod resize;
pub mod resume;
pub mod resume_place;
pub mod settings;
pub mod sizing;
pub mod space;
pub mod start;
pub mod survey;
pub mod zram;
pub mod zswap;

mod boot;
mod coming;
mod device;
mod extents;
mod lasting;
mod named;
mod new_file;
mod place;
mod present_file;
mod script;
