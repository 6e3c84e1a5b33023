//! What the census knows of a process beyond what the ranking needs.

use crate::facts::process_stat::Stat;
use crate::sys::bytes::Bytes;

use super::keepers::Role;

/// No place in a table.
pub(super) const NOWHERE: u32 = u32::MAX;

/// The rest of a process: same place in its table as the process in the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kin {
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
    /// What of it lies in swap, as far as it is known.
    pub(super) swap: Bytes,
    /// Its oom_score_adj, as far as it was asked for.
    pub(super) adjustment: Option<i16>,
    /// What its command is known for.
    pub(super) role: Option<Role>,
    /// It has a controlling terminal.
    pub(super) has_terminal: bool,
    /// Its line of /proc/PID/stat was read.
    pub(super) is_known: bool,
    /// Its memory is anonymous and swap; else it is all that is resident.
    pub(super) is_exact: bool,
    /// It may be no job's root, and is spared.
    pub(super) is_anchor: bool,
    /// The watchdog, or an ancestor of it.
    pub(super) is_ours: bool,
}

impl Kin {
    /// A process of which only the group is known.
    pub(super) fn unknown(place: u32) -> Self {
        Self {
            place,
            realm: NOWHERE,
            group: 0,
            session: 0,
            parent_at: NOWHERE,
            root: NOWHERE,
            resident: Bytes(0),
            size: Bytes(0),
            swap: Bytes(0),
            adjustment: None,
            role: None,
            has_terminal: false,
            is_known: false,
            is_exact: false,
            is_anchor: false,
            is_ours: false,
        }
    }

    /// Takes over what the line tells.
    pub(super) fn learn(&mut self, stat: &Stat<'_>, page: u64, role: Option<Role>) {
        self.group = stat.group;
        self.session = stat.session;
        self.has_terminal = stat.has_terminal;
        self.resident = Bytes(stat.resident.saturating_mul(page));
        self.size = Bytes(stat.size);
        self.role = role;
        self.is_known = true;
    }
}
