//! How the pages of `memtune limits set` and `unset` end.

use super::roff::{entry, line};

/// The sections behind what the command line says of itself; `statuses` are those of every command.
pub(super) fn sections(name: &str, statuses: String) -> Vec<(&'static str, String)> {
    let examples: String = examples(name).iter().map(|(command, meaning)| entry(command, meaning)).collect();
    vec![("EXIT STATUS", statuses), ("EXAMPLES", examples), ("FILES", files()), ("SEE ALSO", line(SEE_ALSO))]
}

/// What is typed most, and what it does.
fn examples(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        "memtune-limits-unset" => &[
            ("sudo memtune limits unset llama MemoryHigh", "one property goes, the others stay"),
            ("sudo memtune limits unset llama", "all that memtune limits set has set, and the file"),
            ("sudo memtune undo", "have it back as it was"),
        ],
        _ => &[
            (
                "sudo memtune limits set llama MemoryMax=24G MemoryHigh=22G CPUQuota=600%",
                "at once, and at every start",
            ),
            ("memtune limits set llama MemoryMax=24G -n", "only the plan"),
            (
                "sudo memtune limits set llama LimitMEMLOCK=infinity --restart",
                "what only a start gives it; all is taken back where it does not stay up",
            ),
            ("sudo memtune limits set web@.service MemoryMax=2G", "all instances of a template"),
            (
                "sudo memtune limits set user-.slice MemoryHigh=80%",
                "all units of one user together, for each",
            ),
            ("sudo memtune limits set --user app.service MemoryMax=2G", "a unit of the caller"),
            ("sudo memtune limits unset llama", "take it all away"),
        ],
    }
}

fn files() -> String {
    entry(
        "/etc/systemd/system/UNIT.d/90-memtune.conf",
        "the limits of a unit; 89-memtune.conf of templates, and 90-memtune-profile.conf what a profile sets",
    ) + &entry(
        "~/.config/systemd/user/UNIT.d/90-memtune.conf, /etc/systemd/user/UNIT.d/90-memtune.conf",
        "the same with --user: of one user, and of all",
    ) + &entry("/var/lib/memtune/journal", "what was there before each change, so that it can be taken back")
}

const SEE_ALSO: &str = "memtune(1), memtune-undo(1), memtune-tune(1), systemd.resource-control(5), systemd.exec(5), systemd.unit(5), systemctl(1), systemd-analyze(1)";
