//! What units without a limit hold together. What they cannot do without now is known; the most that they have held is known, too, but
//! not how much of that was cache of files, which may have gone long ago: only the first counts, and the second is told.

use crate::facts::cgroup_memory::GroupMemory;
use crate::sys::bytes::Bytes;

use super::holder::{Holder, HolderKind};

/// Units without a limit.
#[derive(Clone, Debug, Default)]
pub(super) struct Free {
    names: Vec<String>,
    now: Bytes,
    cache: Bytes,
    held: Bytes,
    is_peak: bool,
}

impl Free {
    /// The group `name` with its numbers.
    pub(super) fn of(name: &str, group: Option<&GroupMemory>) -> Self {
        let group = group.cloned().unwrap_or_default();
        let held = group.peak.max(group.current).unwrap_or_default();
        let cache = group.droppable().unwrap_or_default().min(held);
        let now = group.current.map(|current| current.less(cache)).or(group.needed()).unwrap_or(held);
        let names = if held.0 > 0 { vec![name.to_owned()] } else { Vec::new() };
        Self { names, now, cache, held, is_peak: group.peak.is_some() }
    }

    /// What is cache now goes when memory is needed.
    pub(super) fn bytes(&self) -> Bytes {
        self.now
    }

    /// What they would need if only what is cache now had been cache when they held most.
    fn most(&self) -> Bytes {
        self.held.less(self.cache).max(self.now)
    }

    /// Both of them.
    pub(super) fn add(&mut self, other: Self) {
        self.is_peak = other.is_peak || (self.is_peak && other.names.is_empty());
        self.now = self.now + other.now;
        self.cache = self.cache + other.cache;
        self.held = self.held + other.held;
        self.names.extend(other.names);
    }

    /// Peaks of several units need not fall together: what the slice has held is known better. Where some of them have a limit, that
    /// holds those, too.
    pub(super) fn narrow(&mut self, slice: &str, numbers: Option<&GroupMemory>, is_all: bool) {
        let of_slice = Self::of(slice, numbers);
        if of_slice.held.0 == 0 {
            return;
        }
        self.now = if is_all { of_slice.now } else { self.now.min(of_slice.now) };
        if is_all || of_slice.most() < self.most() {
            if self.names.len() == 1 && of_slice.held > self.held {
                // The rest was left by units that are gone.
                self.names.clone_from(&of_slice.names);
            }
            (self.held, self.cache, self.is_peak) = (of_slice.held, of_slice.cache, of_slice.is_peak);
        }
    }

    /// They as a line of the sum, in the group `top`; `None` where they hold nothing.
    pub(super) fn holder(&self, top: &str) -> Option<Holder> {
        let (name, who) = match self.names.as_slice() {
            [] => return None,
            [one] => (one.clone(), "no limit".to_owned()),
            several => (format!("{top}, the rest"), format!("{} units without a limit", several.len())),
        };
        let how = format!("{who}: {}", self.how(self.names.len() == 1));
        Some(Holder { most: self.most(), ..Holder::new(&name, self.now, HolderKind::Unlimited, how) })
    }

    fn how(&self, is_one: bool) -> String {
        let Self { now, cache, held, .. } = self;
        let (needs, holds, has) = if is_one { ("needs", "holds", "has") } else { ("need", "hold", "have") };
        match (self.is_peak, cache.0 > 0) {
            (true, _) if held <= now => format!("{has} held {held} at most"),
            (true, _) => format!("{needs} {now} now, and {has} held {held} at most"),
            (false, true) => format!("{holds} {held} now, {cache} of it cache of files that can go"),
            (false, false) => format!("{holds} {held} now"),
        }
    }
}
