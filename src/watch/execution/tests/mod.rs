//! On the real kernel, each in a PID namespace of its own, so that whatever goes wrong ends with it.

mod control_groups;
mod escalation;
mod guarded;
mod locked;
mod many;
mod namespace;
mod reuse;
mod slow;
