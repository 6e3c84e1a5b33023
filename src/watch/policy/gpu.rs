//! The GPU's share of memory that it has in common with the machine. Such pages are pinned: what a model holds there can neither be
//! swapped nor reclaimed, and the rest of the machine has to live on what is left.

use crate::sys::bytes::Bytes;
use crate::watch::sample::Sample;

use super::bounds::debounce;

/// The rule: the GPU's part of what it and all others could have, in per cent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gpu {
    percent: Option<f64>,
    was_too_much: bool,
}

impl Gpu {
    pub(super) fn new(percent: Option<f64>) -> Self {
        let is_share = |percent: &f64| *percent > 0.0 && *percent <= 100.0;
        Self { percent: percent.filter(is_share), was_too_much: false }
    }

    /// What the GPU can still take before it holds too much; `None` where it is not looked at, or holds nothing.
    pub(super) fn room(&self, sample: &Sample) -> Option<Bytes> {
        let percent = self.percent.filter(|_| sample.gpu > Bytes(0))?;
        Some((sample.gpu + sample.available).percent(percent).less(sample.gpu))
    }

    /// Whether it holds too much now.
    pub(super) fn is_too_much(&self, sample: &Sample) -> bool {
        self.room(sample) == Some(Bytes(0))
    }

    /// Whether it holds too much, or did and still is near it.
    pub(super) fn debounced(&mut self, sample: &Sample) -> bool {
        let is_near = self.room(sample).is_some_and(|room| room <= debounce(sample.total));
        self.was_too_much = self.is_too_much(sample) || (self.was_too_much && is_near);
        self.was_too_much
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(gpu: u64, available: u64) -> Sample {
        let (gpu, available) = (Bytes::from_mib(gpu), Bytes::from_mib(available));
        Sample { total: Bytes::from_gib(32), gpu, available, ..Sample::default() }
    }

    #[test]
    fn the_share_is_of_what_both_could_have() {
        let mut gpu = Gpu::new(Some(85.0));
        assert!(!gpu.is_too_much(&sample(20 << 10, 4 << 10)));
        assert!(gpu.is_too_much(&sample(20 << 10, 3614)));
        assert!(!gpu.is_too_much(&sample(20 << 10, 3615)));
        assert!(!gpu.is_too_much(&sample(0, 0)), "a machine without a GPU");
        assert!(gpu.debounced(&sample(20 << 10, 3614)));
        assert!(gpu.debounced(&sample(20 << 10, 3630)), "a little better");
        assert!(!gpu.debounced(&sample(20 << 10, 3700)));
        assert!(!gpu.debounced(&sample(20 << 10, 3630)));
    }

    #[test]
    fn what_is_no_share_turns_it_off() {
        for percent in [None, Some(0.0), Some(-1.0), Some(101.0), Some(f64::NAN)] {
            assert!(!Gpu::new(percent).is_too_much(&sample(30 << 10, 0)), "{percent:?}");
        }
        assert!(Gpu::new(Some(100.0)).is_too_much(&sample(30 << 10, 0)));
    }
}
