//! What the census knows of a process beyond what the ranking needs.

use crate::facts::process_stat::Stat;
use crate::sys::bytes::Bytes;

use super::keepers::Role;

/// No place in a table.
pub(super) const NOWHERE: u32 = u32::MAX;

/// The rest of a process: same place in its table as the process in the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kin {
    /// The number of its folder below /proc, which no other process has while this one is there.
    pub(super) identity: u64,
    /// Its control group's place, or `NOWHERE`.
    pub(super) place: u32,
    /// The group within which its tree is told, or `NOWHERE` for a part of a unit or container.
    pub(super) realm: u32,
    /// Its process group; 0 is nobody's.
    pub(super) group: u32,
    /// Its session, likewise.
    pub(super) session: u32,
    /// Its parent's place, or `NOWHERE`.
    pub(super) parent_at: u32,
    /// The place of the process at the root of its tree.
    pub(super) root: u32,
    /// What is in memory of it, files included.
    pub(super) resident: Bytes,
    /// What it has mapped.
    pub(super) size: Bytes,
    /// What is in memory of it and of no file, where that is known exactly.
    pub(super) anonymous: Bytes,
    /// What of it lies in swap, as far as it is known.
    pub(super) swap: Bytes,
    /// Its oom_score_adj, as far as it was asked for.
    pub(super) adjustment: Option<i16>,
    /// What its command is known for.
    pub(super) role: Option<Role>,
    /// So often in turn it was read and held as much as before.
    pub(super) still: u8,
    /// It is as the last count left it, and was not read for this one.
    pub(super) is_old: bool,
    /// It has a controlling terminal.
    pub(super) has_terminal: bool,
    /// Its line of /proc/PID/stat was read.
    pub(super) is_known: bool,
    /// Its memory is anonymous and swap; else it is all that is resident.
    pub(super) is_exact: bool,
    /// It may be no job's root, and is spared.
    pub(super) is_anchor: bool,
    /// It had ended when it was looked at before its job's end.
    pub(super) is_gone: bool,
    /// The watchdog, or an ancestor of it.
    pub(super) is_ours: bool,
    /// It turns swap off: a job by itself, wherever it is.
    pub(super) turns_swap_off: bool,
}

impl Kin {
    /// A process of which only the group is known.
    pub(super) fn unknown(identity: u64, place: u32) -> Self {
        Self {
            identity,
            place,
            realm: NOWHERE,
            group: 0,
            session: 0,
            parent_at: NOWHERE,
            root: NOWHERE,
            resident: Bytes(0),
            size: Bytes(0),
            anonymous: Bytes(0),
            swap: Bytes(0),
            adjustment: None,
            role: None,
            still: 0,
            is_old: false,
            has_terminal: false,
            is_known: false,
            is_exact: false,
            is_anchor: false,
            is_gone: false,
            is_ours: false,
            turns_swap_off: false,
        }
    }

    /// Takes over what the line tells.
    pub(super) fn learn(&mut self, stat: &Stat, page: u64, role: Option<Role>) {
        self.group = stat.process_group;
        self.session = stat.session;
        self.has_terminal = stat.has_terminal;
        self.resident = Bytes(stat.resident.saturating_mul(page));
        self.size = Bytes(stat.size);
        self.role = role;
        self.is_known = true;
    }

    /// Takes over what a closer look told of it before, where it holds as much as it did then.
    pub(super) fn keep(&mut self, before: &Self) {
        if (before.resident, before.size, before.is_known) == (self.resident, self.size, true) {
            self.still = before.still.saturating_add(1);
            self.anonymous = before.anonymous;
            self.swap = before.swap;
            self.is_exact = before.is_exact;
        }
    }
}
