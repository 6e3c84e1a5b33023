//! Who turns swap off while memory is short. What lies in the swap is read back into memory, so there is no other process whose end helps
//! as much and costs as little: the swap comes back with it, and nobody loses his work. It holds next to nothing itself, and what it takes
//! counts as others' memory, so neither size nor growth would ever show it.

use super::count::Census;

/// swapoff(8), whether by hand, by a script or by systemd, which starts it for its swap units.
const COMMAND: &[u8] = b"swapoff";
const FIRST_PROCESS: u32 = 1;

impl Census {
    /// Looks through the list, which takes as long as a count, where swap is being turned off and only there.
    pub(super) fn look_for_swapoff(&mut self, loses_swap: bool) {
        self.swapoff.clear();
        if !loses_swap {
            return;
        }
        // Nobody else may turn swap off, and any name can be had.
        let root = self.reader.owner(FIRST_PROCESS);
        for &(pid, _) in &self.pids {
            let is_named = self.reader.stat(pid).is_ok_and(|stat| stat.command.as_slice() == COMMAND);
            let is_one = is_named && self.reader.owner(pid) == root;
            // Of more than have room the first ones are enough to make the others fewer.
            if is_one && self.swapoff.try_push(pid).is_err() {
                break;
            }
        }
    }

    /// Whether this process turns swap off.
    pub(super) fn turns_swap_off(&self, pid: u32) -> bool {
        self.swapoff.contains(&pid)
    }
}
