//! Whole plans on made-up machines.

mod crash;
mod hostile;
mod kernel;
mod knobs;
mod random;
mod refusals;
mod trees;
mod world;
