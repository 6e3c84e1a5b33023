//! Who was there when a victim was chosen: as much of the ranking and of the processes as an account needs, in tables of fixed size.

use arrayvec::ArrayVec;

use crate::sys::bytes::Bytes;
use crate::watch::job::{Job, Kind, Name, Process, Spared, Verdict};

/// So many of those who are passed over are named.
const SKIPPED: usize = 12;
/// So many of those who come next.
const NEXT: usize = 4;
/// So many processes of the victim, the largest.
const MEMBERS: usize = 64;
/// So many of the largest processes there are.
const HOLDERS: usize = 10;

/// A job in the walk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// Its name.
    pub name: Name,
    /// Its kind.
    pub kind: Kind,
    /// What would come free.
    pub memory: Bytes,
    /// What is to become of it.
    pub verdict: Verdict,
}

/// The ranked walk, the victim, and who holds most.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    walk: ArrayVec<Ranked, { SKIPPED + NEXT + 1 }>,
    skipped: u32,
    next: u32,
    victim: Option<Job>,
    members: ArrayVec<Process, MEMBERS>,
    all_members: u32,
    holders: ArrayVec<Process, HOLDERS>,
}

impl Scene {
    /// Takes down the walk, in its order; the job whose verdict is `Kill` is the victim, to which `members` belong, and `everybody` is
    /// looked through for those who hold most.
    pub fn set<'a>(
        &mut self,
        walk: impl Iterator<Item = (&'a Job, Verdict)>,
        members: impl Iterator<Item = &'a Process>,
        everybody: impl Iterator<Item = &'a Process>,
    ) {
        self.clear();
        for (job, verdict) in walk {
            self.rank(job, verdict);
        }
        for process in members {
            self.all_members = self.all_members.saturating_add(1);
            keep_largest(&mut self.members, process);
        }
        for process in everybody {
            keep_largest(&mut self.holders, process);
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.walk.clear();
        self.members.clear();
        self.holders.clear();
        self.victim = None;
        (self.skipped, self.next, self.all_members) = (0, 0, 0);
    }

    fn rank(&mut self, job: &Job, verdict: Verdict) {
        let has_room = match verdict {
            Verdict::Skip(_) => {
                self.skipped = self.skipped.saturating_add(1);
                self.skipped as usize <= SKIPPED
            }
            Verdict::Next => {
                self.next = self.next.saturating_add(1);
                self.next as usize <= NEXT
            }
            Verdict::Kill => {
                let is_first = self.victim.is_none();
                self.victim.get_or_insert(*job);
                is_first
            }
        };
        if has_room {
            let ranked = Ranked { name: job.name, kind: job.kind, memory: job.memory, verdict };
            // There is room for each of the three sorts.
            let _ = self.walk.try_push(ranked);
        }
    }

    /// The walk.
    pub fn walk(&self) -> &[Ranked] {
        &self.walk
    }

    /// How many of the walk are not named.
    pub fn left_out(&self) -> u32 {
        let over = |count: u32, most: usize| count.saturating_sub(most as u32);
        over(self.skipped, SKIPPED).saturating_add(over(self.next, NEXT))
    }

    /// The victim.
    pub fn victim(&self) -> Option<&Job> {
        self.victim.as_ref()
    }

    /// Its largest processes, the largest first.
    pub fn members(&self) -> &[Process] {
        &self.members
    }

    /// How many processes it has.
    pub fn all_members(&self) -> u32 {
        self.all_members
    }

    /// The largest processes there are, the largest first.
    pub fn holders(&self) -> &[Process] {
        &self.holders
    }
}

/// Keeps the table in order, and the smallest out of it once it is full.
fn keep_largest<const SIZE: usize>(table: &mut ArrayVec<Process, SIZE>, process: &Process) {
    let place = table.iter().position(|kept| kept.memory < process.memory).unwrap_or(table.len());
    if place >= SIZE {
        return;
    }
    if table.is_full() {
        table.pop();
    }
    let _ = table.try_insert(place, *process);
}

/// Why a job is passed over, in a few words.
pub fn why(spared: Spared) -> &'static str {
    match spared {
        Spared::KeepsTheMachineUsable => "the machine cannot be used without it",
        Spared::IsTheWatchdog => "the watchdog itself, or who started it",
        Spared::ByRule => "protected by a rule",
        Spared::ByItsOwner => "its owner excluded it",
        Spared::HasNothingToEnd => "nothing in it could be ended",
        Spared::HoldsLittle => "it holds too little",
        Spared::DoesNotEnd => "it was ended before, and does not go",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::watch::job::Command;
    use proptest::prelude::*;

    pub(crate) fn job(name: &str, kind: Kind, mib: u64) -> Job {
        let name = Name::from(name).unwrap();
        Job { name, kind, memory: Bytes::from_mib(mib), ..Job::default() }
    }

    pub(crate) fn process(pid: u32, command: &str, mib: u64) -> Process {
        let command = Command::from(command).unwrap();
        Process { pid, command, memory: Bytes::from_mib(mib), ..Process::default() }
    }

    proptest! {
        #[test]
        fn the_victim_is_named_however_many_there_are(before in 0usize..40, after in 0usize..40) {
            let skipped = vec![job("small.service", Kind::Unit, 1); before];
            let victim = job("hog", Kind::Session, 900);
            let next = vec![job("next", Kind::Unit, 2); after];
            let walk = skipped
                .iter()
                .map(|job| (job, Verdict::Skip(Spared::ByRule)))
                .chain([(&victim, Verdict::Kill)])
                .chain(next.iter().map(|job| (job, Verdict::Next)));
            let mut scene = Scene::default();
            scene.set(walk, [].iter(), [].iter());
            prop_assert_eq!(scene.victim().unwrap(), &victim);
            let kills = scene.walk().iter().filter(|ranked| ranked.verdict == Verdict::Kill).count();
            prop_assert_eq!(kills, 1);
            prop_assert_eq!(scene.walk().len() + scene.left_out() as usize, before + after + 1);
        }

        #[test]
        fn the_largest_are_kept_in_order(sizes in proptest::collection::vec(0u64..50, 0..200)) {
            let processes: Vec<Process> = sizes.iter().map(|&size| process(7, "a", size)).collect();
            let mut scene = Scene::default();
            scene.set([].into_iter(), processes.iter(), processes.iter());
            let mut sorted = sizes.clone();
            sorted.sort_unstable_by(|left, right| right.cmp(left));
            let shown = |kept: &[Process]| kept.iter().map(|process| process.memory.0 >> 20).collect::<Vec<_>>();
            prop_assert_eq!(shown(scene.holders()), &sorted[..sorted.len().min(HOLDERS)]);
            prop_assert_eq!(shown(scene.members()), &sorted[..sorted.len().min(MEMBERS)]);
            prop_assert_eq!(scene.all_members() as usize, sizes.len());
        }
    }
}
