//! Whole plans on made-up machines.

mod crash;
mod hostile;
mod kernel;
mod knobs;
mod random;
mod real_swap;
mod refusals;
mod swap;
mod swap_plans;
mod trees;
mod world;
