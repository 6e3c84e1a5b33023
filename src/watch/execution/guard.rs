//! The last word before each signal: who is never ended, whatever the ranking said.

use arrayvec::ArrayVec;

use crate::watch::process_folder::ProcessFolder;

/// So many generations of ancestors are remembered; with more the guard forbids everything.
const GENERATIONS: usize = 64;
/// So often it is looked again where something changed meanwhile.
const ATTEMPTS: usize = 3;

/// Knows the watchdog and who started it.
#[derive(Debug, Default)]
pub struct Guard {
    own: u32,
    ancestors: ArrayVec<u32, GENERATIONS>,
    is_blind: bool,
}

impl Guard {
    /// Looks who the watchdog is, and who started it.
    pub fn look(processes: &ProcessFolder) -> Self {
        let mut guard = Self::default();
        guard.look_again(processes);
        guard
    }

    /// Looks once more: a parent that ended was replaced by another one.
    pub fn look_again(&mut self, processes: &ProcessFolder) {
        self.own = std::process::id();
        // A parent may end while it is looked at.
        let seen = (0..ATTEMPTS).find_map(|_| ancestors(processes, self.own));
        self.is_blind = seen.is_none();
        self.ancestors = seen.unwrap_or_default();
    }

    /// Whether this process must not be signalled.
    pub fn forbids(&self, pid: u32) -> bool {
        self.is_blind || pid <= 1 || pid == self.own || self.ancestors.contains(&pid)
    }

    /// Those whom a control group that is ended as a whole must not hold.
    pub fn protected(&self) -> impl Iterator<Item = u32> {
        [1, self.own].into_iter().chain(self.ancestors.iter().copied().filter(|&pid| pid > 1))
    }

    /// Whether it cannot see who is who, and so forbids everything.
    pub fn is_blind(&self) -> bool {
        self.is_blind
    }
}

/// From the parent up to the first process, or to the one that comes from another namespace; `None` where they cannot be followed, or where
/// this /proc is another PID namespace's, which gives everybody another number.
fn ancestors(processes: &ProcessFolder, own: u32) -> Option<ArrayVec<u32, GENERATIONS>> {
    let parent = std::os::unix::process::parent_id();
    let mut ancestors = ArrayVec::new();
    let life = processes.own_stat().filter(|life| life.pid == own && life.parent == parent)?;
    let mut next = life.parent;
    while next > 0 {
        ancestors.try_push(next).ok()?;
        next = if next == 1 { 0 } else { processes.find(next)?.parent };
    }
    Some(ancestors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbids_the_test_and_who_started_it() {
        let guard = Guard::look(&ProcessFolder::open().unwrap());
        for pid in [0, 1, std::process::id(), std::os::unix::process::parent_id()] {
            assert!(guard.forbids(pid), "{pid}");
        }
        assert!(!guard.forbids(u32::MAX));
        assert!(guard.protected().any(|pid| pid == std::process::id()));
    }

    #[test]
    fn who_sees_nothing_forbids_everything() {
        let guard = Guard { is_blind: true, ..Guard::default() };
        assert!(guard.forbids(u32::MAX) && guard.is_blind());
    }
}
