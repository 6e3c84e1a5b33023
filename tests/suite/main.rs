//! Tests of memtune from outside, one binary for all: what it prints, how it ends, and what it holds itself to.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read the cases and the sources, run programs, and panic where something is wrong"
)]

mod asking;
mod common;
mod compressed;
mod exit_statuses;
mod generated;
mod golden;
mod hostile;
mod limits;
mod limits_set;
mod limits_suggest;
mod recovery;
mod rooms;
mod schema;
mod shells;
mod swap;
mod swap_areas;
mod trial;
mod tune;
mod watch;
mod watch_run;
