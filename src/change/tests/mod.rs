//! Whole plans on made-up machines.
