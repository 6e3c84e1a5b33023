//! Who ends jobs, one after the other.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use crate::sys::bytes::Bytes;
use crate::watch::process_folder::ProcessFolder;
use crate::watch::settings::Kill;

use super::gathering::Gathering;
use super::group::{Group, Hierarchy};
use super::guard::Guard;
use super::outcome::Outcome;
use super::overdue::Overdue;
use super::recovery::Recovery;
use super::release::Releaser;
use super::roll::Roll;
use super::victim::{Reach, Target};

/// How large the tables are; pages that nobody uses cost nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// How many processes a victim may have.
    pub members: usize,
    /// To how many of them a handle may be open at once; the limit on open files must allow it. The others take their turn.
    pub handles: usize,
    /// How many that do not end are remembered.
    pub overdue: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { members: 32_768, handles: 4_096, overdue: 4_096 }
    }
}

/// What the executioner may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Powers {
    /// A rehearsal does everything but the signal, and nothing to the group.
    pub is_rehearsal: bool,
    /// Whether cgroup.kill is used where the kernel has it.
    pub group_kill: bool,
    /// So long after SIGKILL a victim may take if nothing of it moves, and five times as long if something does; then the next one can be
    /// chosen.
    pub patience: Duration,
}

impl Default for Powers {
    fn default() -> Self {
        Self { is_rehearsal: false, group_kill: true, patience: Duration::from_secs(2) }
    }
}

/// Ends one job at a time.
#[derive(Debug)]
pub struct Executioner {
    pub(super) kill: Kill,
    pub(super) powers: Powers,
    pub(super) processes: ProcessFolder,
    pub(super) hierarchy: Hierarchy,
    pub(super) guard: Guard,
    pub(super) roll: Roll,
    pub(super) overdue: Overdue,
    pub(super) releaser: Releaser,
    pub(super) group: Option<Group>,
    pub(super) reach: Reach,
    pub(super) counted: u64,
    pub(super) may_keep_memory: bool,
    pub(super) phase: Phase,
    pub(super) outcome: Outcome,
    pub(super) recovery: Recovery,
    pub(super) released_before: (u32, u32),
    pub(super) gathering: Gathering,
}

/// Where it is with its victim; times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// There is none.
    Idle,
    /// It was asked, and is killed then.
    Asked { until: u64 },
    /// It was killed; looked for newcomers next then, and so often by now.
    Ending { killed: u64, next_look: u64, looks: u32 },
    /// It is gone.
    Settling { gone: u64 },
    /// It is done with; what is available is looked at once more then.
    Past { until: u64 },
}

impl Executioner {
    /// Opens what it needs, and makes its tables; from here on it allocates nothing. Starts the thread that takes memory back.
    ///
    /// # Errors
    /// What the kernel answered: without /proc nobody can be told from another.
    pub fn new(kill: Kill, powers: Powers, room: Room) -> io::Result<Self> {
        let processes = ProcessFolder::open()?;
        Ok(Self {
            kill,
            powers,
            guard: Guard::look(&processes),
            processes,
            hierarchy: Hierarchy::find(),
            roll: Roll::with_capacity(room.members, room.handles),
            overdue: Overdue::with_capacity(room.overdue),
            releaser: Releaser::start()?,
            group: None,
            reach: Reach::Listed,
            counted: 0,
            may_keep_memory: false,
            phase: Phase::Idle,
            outcome: Outcome::default(),
            recovery: Recovery::default(),
            released_before: (0, 0),
            gathering: Gathering::None,
        })
    }

    /// Takes new settings; a victim that was asked keeps the time that it was given.
    pub fn configure(&mut self, kill: Kill) {
        self.kill = kill;
    }

    /// Whether a victim is not done with, so that no other one can be begun.
    pub fn is_busy(&self) -> bool {
        matches!(self.phase, Phase::Asked { .. } | Phase::Ending { .. } | Phase::Settling { .. })
    }

    /// What became of the victim so far, or of the last one.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Whether this process was killed and does not end.
    pub fn is_overdue(&self, target: Target) -> bool {
        self.overdue.contains(target)
    }

    /// Those that were killed and do not end.
    pub fn overdue(&self) -> &[Target] {
        self.overdue.all()
    }

    /// Whether the watchdog cannot see who it is itself, so that nobody can be ended: its /proc is that of another PID namespace.
    pub fn is_blind(&self) -> bool {
        self.guard.is_blind()
    }

    /// What to poll for reading: as soon as one is readable, a process has ended and [`tick`](Self::tick) has something to do. As many as
    /// the victim has processes, at most; it is enough to poll the first few, for the deadline is near while anybody ends.
    pub fn handles(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.roll.descriptors()
    }

    /// How much more is available than before the first signal.
    pub fn freed(&self) -> Bytes {
        self.recovery.freed()
    }
}
