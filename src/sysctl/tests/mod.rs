//! The model over small trees, and over any trees.

mod boot;
mod later_writers;
mod properties;
mod small;
