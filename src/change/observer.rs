//! Who follows a plan while it is carried out, and may stop it or keep swap on.

use crate::exit::Fault;
use crate::sys::bytes::Bytes;

/// How far something long has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'p> {
    /// What is done, and to which object.
    pub what: &'p str,
    /// So much of it is done.
    pub done: Bytes,
    /// All of it.
    pub total: Bytes,
}

/// Follows a plan.
pub trait Observer {
    /// Something long has come so far. It is called often.
    fn progress(&self, progress: &Progress<'_>);

    /// What was long has ended, in whatever way.
    fn ended(&self);

    /// Whether memory can take back what the swap area at `path` holds; asked right before it is turned off.
    ///
    /// # Errors
    /// Says what is missing; the area then stays on.
    fn may_drain(&self, _path: &str) -> Result<(), Fault> {
        Ok(())
    }

    /// Whether somebody wants the plan to stop. What was done of it is then taken back, which is not stopped again.
    fn is_interrupted(&self) -> bool;
}

/// Nobody follows, and nobody stops it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Observer for Nobody {
    fn progress(&self, _: &Progress<'_>) {}

    fn ended(&self) {}

    fn is_interrupted(&self) -> bool {
        false
    }
}
