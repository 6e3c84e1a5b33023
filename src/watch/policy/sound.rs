//! Samples that cannot be true. They come from counters that the kernel does not read at one moment, from limits that change in
//! between, and from recordings that somebody wrote by hand.

use crate::watch::sample::Sample;

/// The sample with its parts no larger than their wholes; `None` where there is no memory at all, which tells nothing.
pub(super) fn sound(sample: &Sample) -> Option<Sample> {
    if sample.total.0 == 0 {
        return None;
    }
    let swap_free = sample.swap_free.min(sample.swap_total);
    Some(Sample {
        available: sample.available.min(sample.total),
        swap_free,
        swap_worth: sample.swap_worth.min(swap_free),
        pinned: sample.pinned.min(sample.total),
        gpu: sample.gpu.min(sample.total),
        ..*sample
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::bytes::Bytes;

    #[test]
    fn parts_are_no_larger_than_the_whole() {
        let all = Bytes(u64::MAX);
        let wild = Sample {
            total: Bytes(10),
            available: all,
            swap_total: Bytes(5),
            swap_free: all,
            swap_worth: all,
            pinned: all,
            gpu: all,
            ..Sample::default()
        };
        let tamed = sound(&wild).unwrap();
        assert_eq!((tamed.available, tamed.swap_free, tamed.swap_worth), (Bytes(10), Bytes(5), Bytes(5)));
        assert_eq!((tamed.pinned, tamed.gpu), (Bytes(10), Bytes(10)));
        assert_eq!(sound(&tamed), Some(tamed));
        assert_eq!(sound(&Sample { available: all, ..Sample::default() }), None);
    }
}
