//! Who was killed and does not go: waits where no signal reaches, or for a parent to take notice. To be passed over, so that it stops
//! nobody.

use super::victim::Target;

/// A ring: the oldest is forgotten for the newest.
#[derive(Debug)]
pub struct Overdue {
    targets: Vec<Target>,
    next: usize,
    capacity: usize,
}

impl Overdue {
    /// Makes room for so many, at least one.
    pub fn with_capacity(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        Self { targets: Vec::with_capacity(capacity), next: 0, capacity }
    }

    /// Whether it is one of them; a number that was used again is not.
    pub fn contains(&self, target: Target) -> bool {
        self.targets.contains(&target)
    }

    /// Remembers one.
    pub fn add(&mut self, target: Target) {
        if self.contains(target) {
            return;
        }
        match self.targets.get_mut(self.next) {
            Some(oldest) => *oldest = target,
            None => self.targets.push(target),
        }
        self.next = (self.next + 1) % self.capacity;
    }

    /// All of them.
    pub fn all(&self) -> &[Target] {
        &self.targets
    }

    /// How many are remembered.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_in_the_room_there_is() {
        let target = |pid| Target { pid, started: 5 };
        let mut overdue = Overdue::with_capacity(3);
        let room = overdue.targets.capacity();
        for pid in [1, 2, 2, 3, 4, 5] {
            overdue.add(target(pid));
        }
        assert!([3, 4, 5].into_iter().all(|pid| overdue.contains(target(pid))));
        assert!(!overdue.contains(target(2)) && !overdue.contains(Target { pid: 3, started: 6 }));
        assert_eq!((overdue.len(), overdue.targets.capacity()), (3, room));
    }
}
