//! Tests of memtune from outside, one binary for all: what it prints, how it ends, and what it holds itself to.
#![expect(clippy::disallowed_methods, reason = "tests read the cases and the sources, and run programs")]

mod common;
mod exit_statuses;
mod generated;
mod golden;
mod hostile;
mod rooms;
mod schema;
mod shells;
