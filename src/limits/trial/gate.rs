//! What holds a scope open until it has been looked at, and what ends it.

use std::thread;
use std::time::Duration;

use crate::facts::unit_listing::Manager;
use crate::host::Host;

use super::group::Group;

/// Once the program has ended, its shell stops itself until the group has been looked at for the last time: with the last process the
/// group would go, and with it all that it could tell. SIGUSR1 says that it has been; SIGCONT alone does not, for systemd sends that to all
/// of a scope that it ends; where SIGUSR1 was ignored from the start, which a shell cannot change, it has to do. Where nobody is left to look,
/// it ends at once. It waits for the program whatever signal comes, and the program hears them as ever: a trap is not inherited. `exec` takes
/// programs, where the shell has commands by the same names.
pub(super) const GATE: &str = r#"trap : HUP INT QUIT TERM; memtune_seen=; trap memtune_seen=yes USR1; kill -USR1 $$; memtune_hears=$memtune_seen; (exec "$@"); status=$?; memtune_seen=; while [ ! "$memtune_seen" ] && kill -0 $PPID 2>/dev/null; do kill -STOP $$; [ "$memtune_hears" ] || memtune_seen=yes; done; exit $status"#;

/// What ends together with the program needs a moment for it.
const MOMENTS: u32 = 15;
const MOMENT: Duration = Duration::from_millis(20);

/// A scope whose program has ended.
pub(super) struct Leftovers<'h> {
    pub(super) host: &'h Host,
    pub(super) unit: &'h str,
    pub(super) manager: Manager,
}

impl Leftovers<'_> {
    /// Ends what is still in the group, and tells how many processes that were.
    pub(super) fn end(&self, group: &Group) -> u64 {
        for _ in 0..MOMENTS {
            if group.processes(self.host) == 0 {
                return 0;
            }
            thread::sleep(MOMENT);
        }
        let left = group.processes(self.host);
        let user: &[&str] = if self.manager.is_of_user() { &["--user"] } else { &[] };
        // It asks them to end, and kills after the time that the scope was given. What may hinder it, nobody could do better.
        let _ = self.host.output("systemctl", &[user, &["stop", self.unit]].concat());
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Ended, Input, Manner, Output, Stop};
    use crate::sys::foreground::Foreground;
    use crate::sys::interruption;

    fn ended(command: &[&str]) -> (Ended, usize) {
        attended(&[&["sh", "-c", GATE, "sh"], command].concat())
    }

    fn attended(words: &[&str]) -> (Ended, usize) {
        let _alone = interruption::alone();
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let foreground = Foreground::begin(0).unwrap();
        let manner =
            Manner { foreground: &foreground, output: Output::Error, input: Input::Empty, stop: Stop::Gate };
        let mut last_looks = 0;
        let look = &mut |attended: crate::host::Attended| last_looks += usize::from(attended.is_last);
        (Host::live().attend(&words, manner, look).unwrap(), last_looks)
    }

    #[test]
    fn the_gate_waits_for_one_last_look_and_ends_as_the_program_did() {
        assert_eq!(ended(&["sh", "-c", "exit 3"]), (Ended::Status(3), 1));
        assert_eq!(ended(&["sh", "-c", "kill -KILL $$"]), (Ended::Status(137), 1));
        assert_eq!(ended(&["sh", "-c", "test \"$1\" = '$HOME *'", "sh", "$HOME *"]), (Ended::Status(0), 1));
    }

    #[test]
    fn who_lets_all_of_the_scope_go_on_does_not_open_the_gate() {
        // As systemd does after SIGTERM, where something in the scope was killed for want of memory.
        let go_on = "gate=$PPID; (for i in $(seq 2000); do kill -CONT $gate; done) 2>/dev/null & exit 3";
        for _ in 0..3 {
            let (ended, last_looks) = ended(&["sh", "-c", go_on]);
            assert!(ended == Ended::Status(3) && last_looks > 0, "{ended:?} after {last_looks} last looks");
        }
    }

    #[test]
    fn the_program_does_not_open_it_and_a_signal_that_is_ignored_does_not_keep_it_shut() {
        assert_eq!(ended(&["sh", "-c", "kill -USR1 $PPID; exit 4"]), (Ended::Status(4), 1));
        let deaf = format!("trap '' USR1; exec sh -c '{GATE}' sh sh -c 'exit 5'");
        assert_eq!(attended(&["sh", "-c", &deaf]), (Ended::Status(5), 1));
    }

    #[test]
    fn signals_reach_the_program_and_not_the_gate() {
        // The program ends by what would end a gate that does not listen, and the gate tells of it.
        assert_eq!(ended(&["sh", "-c", "kill -TERM $PPID; kill -TERM $$"]), (Ended::Status(143), 1));
        assert_eq!(ended(&["sh", "-c", "kill -INT $PPID; sleep 0.1; exit 4"]), (Ended::Status(4), 1));
    }

    #[test]
    fn programs_are_run_and_no_commands_of_the_shell() {
        assert_eq!(ended(&["exit", "5"]), (Ended::Status(127), 1));
    }
}
