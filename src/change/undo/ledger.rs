//! What entries say of knobs, also of those that the kernel moved along with others.

use std::collections::BTreeMap;

use crate::change::journal::Entry;
use crate::change::settle::knobs;

/// The values of knobs before the first and after the last of some entries.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger<'e> {
    first: BTreeMap<&'e str, &'e str>,
    last: BTreeMap<&'e str, &'e str>,
}

impl<'e> Ledger<'e> {
    /// Reads `entries`, the oldest first.
    pub(super) fn new(entries: &[&'e Entry]) -> Self {
        let mut ledger = Self::default();
        for knob in entries.iter().flat_map(|entry| knobs(&entry.changes)) {
            ledger.add(&knob.target, &knob.before, Some(&knob.after));
            for companion in &knob.companions {
                ledger.add(&companion.target, &companion.before, companion.after.as_deref());
            }
        }
        ledger
    }

    /// The value before all entries.
    pub(super) fn before<'s>(&'s self, target: &str) -> Option<&'s str> {
        self.first.get(target).copied()
    }

    /// The value that the last of them left.
    pub(super) fn after<'s>(&'s self, target: &str) -> Option<&'s str> {
        self.last.get(target).copied()
    }

    fn add(&mut self, target: &'e str, before: &'e str, after: Option<&'e str>) {
        self.first.entry(target).or_insert(before);
        if let Some(after) = after {
            self.last.insert(target, after);
        }
    }
}
