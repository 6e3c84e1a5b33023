//! K: watchdogs that kill, and daemons that tune, where they do not fit together or to the machine.

pub(super) mod oomd;
pub(super) mod tuned;
pub(super) mod watchdogs;
