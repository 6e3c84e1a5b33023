//! Knobs of which one unsets the other.

/// The pairs: bytes or KiB, and the share of memory that says the same otherwise. The kernel keeps the one that was written last.
const PAIRS: [(&str, &str); 3] = [
    ("vm.dirty_bytes", "vm.dirty_ratio"),
    ("vm.dirty_background_bytes", "vm.dirty_background_ratio"),
    ("vm.overcommit_kbytes", "vm.overcommit_ratio"),
];

/// The knob that the kernel sets to 0 when `key` is written.
pub fn twin(key: &str) -> Option<&'static str> {
    PAIRS.iter().find_map(|&(amount, share)| match key {
        _ if key == amount => Some(share),
        _ if key == share => Some(amount),
        _ => None,
    })
}

/// Whether `key` is the one of its pair that counts bytes or KiB, which is 0 until somebody sets it.
pub fn is_amount(key: &str) -> bool {
    PAIRS.iter().any(|&(amount, _)| key == amount)
}

/// The pairs, each as the knob of an amount and the knob of a share.
pub fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAIRS.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_are_mutual() {
        for (amount, share) in pairs() {
            assert_eq!((twin(amount), twin(share)), (Some(share), Some(amount)));
            assert!(is_amount(amount) && !is_amount(share));
        }
        assert_eq!(twin("vm.swappiness"), None);
    }
}
