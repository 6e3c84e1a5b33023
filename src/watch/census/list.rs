//! The list of all processes, of which as many are kept as the table has room for: where there are more, the largest of the rest.

use arrayvec::ArrayVec;

use super::count::Census;
use super::counted::Lacking;
use super::groups::keep_largest;
use super::taking::UNKNOWN;

/// So many of those that do not fit are taken in.
const LARGEST: usize = 64;

impl Census {
    /// The numbers are sorted, since the tables are searched by them; a folder of a test lists them in any order.
    pub(super) fn list_processes(&mut self) -> Result<(), Lacking> {
        self.pids.clear();
        let mut others = 0u32;
        let pids = &mut self.pids;
        let listed = self.reader.list_processes(|pid, identity| match pids.len() < pids.capacity() {
            true => pids.push((pid, identity)),
            false => others = others.saturating_add(1),
        });
        self.pids.sort_unstable();
        if others > 0 {
            others = self.list_the_largest_of(others);
        }
        self.counted.left_out_processes = others;
        listed.map_err(|why| Lacking { what: "list all processes", why })
    }

    /// Makes place for some, and asks each that is not in the list how large it is. Gives how many are left out then.
    fn list_the_largest_of(&mut self, others: u32) -> u32 {
        let place = LARGEST.min(self.pids.len() / 4);
        self.pids.truncate(self.pids.len() - place);
        let mut largest = ArrayVec::<(u64, usize), LARGEST>::new();
        let pids = &self.pids;
        let is_left_out = |pid| pids.binary_search_by_key(&pid, |&(listed, _)| listed).is_err();
        // What cannot be listed now is left out.
        let _ = self.reader.each_resident(is_left_out, |pid, resident| {
            keep_largest(&mut largest, resident, pid as usize);
        });
        largest.truncate(place);
        // Nothing else is known of them: they are read each time.
        self.pids.extend(largest.iter().map(|&(_, pid)| (pid as u32, UNKNOWN)));
        self.pids.sort_unstable();
        others.saturating_add(place as u32).saturating_sub(largest.len() as u32)
    }
}
