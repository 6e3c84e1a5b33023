//! What was used stays in memory.

use super::namespace::inside;
use crate::facts::process_fields::number;
use crate::sys::memory_lock::lock_memory;

#[test]
fn pages_are_locked_as_they_are_used() {
    inside("locked::pages_are_locked_as_they_are_used", || {
        let locked = || {
            #[expect(clippy::disallowed_methods, reason = "what the kernel says")]
            let text = std::fs::read_to_string("/proc/self/status").unwrap();
            (
                number(&text, "VmLck").unwrap(),
                number(&text, "VmRSS").unwrap(),
                number(&text, "VmSize").unwrap(),
            )
        };
        assert_eq!(locked().0, 0);
        lock_memory().unwrap();
        let (held, resident, mapped) = locked();
        // The mappings count in full, but only what is used is in memory.
        assert!(held > resident && resident < mapped / 2, "{held} {resident} {mapped}");
    });
}
