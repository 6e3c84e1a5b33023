//! Little memory and much waiting: the machine moves pages instead of working, however much swap is free.
//!
//! Waiting alone never counts: a unit that thrashes within its own limit makes all the machine's tasks wait, as far as the kernel can
//! tell, while most of the memory is available.
//!
//! **At the redline with swap still free.** A machine may live there: what it swaps out is cold, and the kernel makes room as fast as
//! room is asked for. So the amount alone says nothing. What tells is whether anybody waits: where tasks do so as in a thrash, the swap
//! is slower than what fills the memory, and half the time is enough evidence, since file pages, programs among them, are all but gone
//! by then. A job is asked to end, no more: with swap free the end is not a matter of milliseconds. Where the kernel does not count
//! waiting, the swap fills up until the ordinary lines are crossed.

use crate::sys::bytes::Bytes;
use crate::watch::lines::Lines;
use crate::watch::sample::Sample;
use crate::watch::settings;

use super::bounds::debounce;
use super::rate::millis;
use super::waiting::Waiting;

/// The rule, with what it has seen.
#[derive(Clone, Debug)]
pub(super) struct Thrash {
    settings: settings::Thrash,
    waiting: Waiting,
    /// A sample has told of waiting before: the kernel counts it, even where a sample of much memory does not tell.
    is_counted: bool,
}

impl Thrash {
    pub(super) fn new(settings: settings::Thrash) -> Self {
        Self { settings, waiting: Waiting::over(settings.lasts), is_counted: false }
    }

    /// The same for other settings; what was seen is forgotten.
    pub(super) fn set(&mut self, settings: settings::Thrash) {
        *self = Self { is_counted: self.is_counted, ..Self::new(settings) };
    }

    /// Whether the machine thrashes. `is_after_a_kill`: what was waited for then was the victim's doing.
    pub(super) fn step(&mut self, sample: &Sample, lines: &Lines, is_after_a_kill: bool) -> bool {
        self.is_counted |= sample.stalled.is_some();
        let bound = self.settings.available.of(sample.total);
        let Some(stalled) = sample.stalled.filter(|_| !is_after_a_kill && bound > Bytes(0)) else {
            self.waiting.clear();
            return false;
        };
        // Under reclaim available memory jumps up and down: only well over the bound is it another story.
        if sample.available > bound + debounce(sample.total).max(Bytes(bound.0 / 4)) {
            self.waiting.clear();
            return false;
        }
        self.waiting.see(sample.at, stalled.full);
        sample.available <= bound && self.waiting.is_at_least(self.settings.full, self.over(sample, lines))
    }

    /// For how long it must have lasted, in milliseconds.
    fn over(&self, sample: &Sample, lines: &Lines) -> u64 {
        let is_at_the_redline = sample.available <= lines.redline.available;
        if is_at_the_redline { self.waiting.length() / 2 } else { self.waiting.length() }
    }

    /// The milliseconds within which a look is needed, so that there are enough of them, where memory falls by no more than `fastest`
    /// bytes a second; `None` where the rule is off.
    pub(super) fn patience(&self, sample: &Sample, lines: &Lines, fastest: Bytes) -> Option<u64> {
        let bound = self.settings.available.of(sample.total);
        (self.is_counted && self.settings.full > 0.0 && bound > Bytes(0)).then_some(())?;
        let fall = sample.available.less(bound);
        let until_low = millis(fall, fastest)?;
        Some(until_low.saturating_add(self.over(sample, lines) / 4))
    }

    /// Forgets what was seen.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::size::Size;
    use crate::watch::lines::Thresholds;
    use crate::watch::sample::Stalled;
    use crate::watch::settings::Settings;

    #[test]
    fn the_rule_holds_on_where_much_memory_is_left_and_waiting_is_not_looked_at() {
        let settings = Settings::default();
        let much = Sample { total: Bytes::from_gib(24), available: Bytes::from_gib(13), ..Sample::default() };
        let lines = Thresholds::of(&settings).lines(much.total, much.swap_total);
        let mut thrash = Thrash::new(settings.thrash);
        let patience = |thrash: &Thrash| thrash.patience(&much, &lines, Bytes::from_gib(1));
        thrash.step(&much, &lines, false);
        assert_eq!(patience(&thrash), None, "the kernel may not count it at all");
        thrash.step(&Sample { stalled: Some(Stalled::default()), ..much }, &lines, false);
        thrash.step(&much, &lines, false);
        assert!(patience(&thrash).is_some_and(|patience| patience > 10_000));
        thrash.set(settings.thrash);
        assert!(patience(&thrash).is_some());
    }

    #[test]
    fn a_rule_that_is_off_stays_off_where_nothing_is_available() {
        let settings = Settings::default();
        let off = settings::Thrash { available: Size::Percent(0.0), ..settings.thrash };
        let holds = |thrash| {
            let mut thrash = Thrash::new(thrash);
            (0..100_u64).any(|tick| {
                let sample = Sample {
                    at: 100 * tick,
                    total: Bytes::from_gib(1),
                    stalled: Some(Stalled { some: 100_000 * tick, full: 100_000 * tick }),
                    ..Sample::default()
                };
                let lines = Thresholds::of(&settings).lines(sample.total, sample.swap_total);
                thrash.step(&sample, &lines, false)
            })
        };
        assert!(holds(settings.thrash) && !holds(off));
    }
}
