//! What processes have in swap, which only their status tells, and that takes twice as long to read as their line.

use crate::sys::bytes::Bytes;

use super::count::Census;

/// What a process may hide in swap before it is worth a look.
const WORTH_A_LOOK: Bytes = Bytes(4 << 20);

/// So many are looked at, or one in eight; what they hold is known in the next count, in which the others come.
const LEAST: usize = 128;
const MOST: usize = 512;

impl Census {
    /// Looks at those first that could hide the most, until all that is used was found.
    pub(super) fn look_for_swap(&mut self, used: Bytes) {
        if used.0 == 0 {
            return;
        }
        let mut found = self.swap_of_groups();
        self.table.runs.clear();
        for (at, kin) in self.table.kin.iter().enumerate() {
            let hidden = kin.size.less(kin.resident);
            if self.is_weighed(kin.place) || !kin.is_known {
                continue;
            }
            if kin.is_exact {
                found = found + kin.swap;
            } else if hidden >= WORTH_A_LOOK {
                self.table.runs.push((hidden.0, at as u32));
            }
        }
        self.table.runs.sort_unstable();
        let mut left = (self.table.kin.len() / 8).clamp(LEAST, MOST);
        while left > 0
            && !is_all(found, used)
            && let Some((_, at)) = self.table.runs.pop()
        {
            left -= 1;
            self.look_at_memory(at as usize);
            found = found + self.table.kin.get(at as usize).map_or(Bytes(0), |kin| kin.swap);
        }
        self.counted.unseen_swap = if is_all(found, used) { 0 } else { self.table.runs.len() as u32 };
    }

    fn swap_of_groups(&self) -> Bytes {
        let groups = self.groups.iter().flat_map(|groups| &groups.table);
        groups.filter_map(|group| group.memory).map(|(_, swap)| swap).sum()
    }

    fn is_weighed(&self, place: u32) -> bool {
        let Some(groups) = &self.groups else { return false };
        let top = groups.table.get(place as usize).and_then(|group| groups.table.get(group.top as usize));
        top.is_some_and(|top| top.memory.is_some())
    }
}

/// But for what is not worth a look.
fn is_all(found: Bytes, used: Bytes) -> bool {
    used.less(found) < WORTH_A_LOOK
}
