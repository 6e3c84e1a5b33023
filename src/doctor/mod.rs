//! The diagnosis: checks that judge what `facts/` read, and the engine that runs them.
//!
//! One file per group of checks; each ends in a table `CHECKS` that [`registry`] collects. A check reads nothing itself, asks
//! [`Readings`](crate::facts::readings::Readings), and answers with one [`Diagnosis`](diagnosis::Diagnosis). doctor never
//! writes: a fix is a list of commands.

pub mod check;
pub mod diagnosis;
pub mod examine;
pub mod finding;
pub mod group;
pub mod ignore;
pub mod registry;
pub mod report;
pub mod selection;
pub mod verdict;

mod boot_parameter;
mod compressed_swap;
mod fragmentation;
mod huge_pages;
mod keepers;
mod numa;
mod overcommit;
mod pressure;
mod reclaim;
mod resource_limits;
mod shell;
mod surroundings;
mod swap;
mod sysctl;
mod units;
mod wording;

#[cfg(test)]
mod on_tree;
