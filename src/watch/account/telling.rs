//! An event with all that is known around it: what each form of the account is made from.

use crate::sys::bytes::Bytes;
use crate::watch::job::Job;

use super::event::Event;
use super::scene::Scene;
use super::waiting::Shares;

/// An event, the scene, and what can only be known from the samples before.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// What happened.
    pub event: &'a Event<'a>,
    /// Who was there when the last victim was chosen.
    pub scene: &'a Scene,
    /// What was available when the last line was told.
    pub before: Option<Bytes>,
    /// For which part of the time tasks waited of late.
    pub waiting: Option<Shares>,
}

impl<'a> Telling<'a> {
    /// The victim, where it is about one.
    pub fn victim(&self) -> Option<&'a Job> {
        self.scene.victim().filter(|_| self.event.is_about_a_victim())
    }

    /// How much more is available than when the last line was told; less than 0 where it is less.
    pub fn change(&self) -> Option<i64> {
        let (now, before) = (self.event.sample.available.0, self.before?.0);
        let apart = i64::try_from(now.abs_diff(before)).unwrap_or(i64::MAX);
        Some(if now < before { -apart } else { apart })
    }
}
