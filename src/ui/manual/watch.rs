//! How the pages of `memtune watch` end.

use super::roff::{entry, line};

/// The sections behind what the command line says of itself; `statuses` are those of every command.
pub(super) fn sections(name: &str, statuses: String) -> Vec<(&'static str, String)> {
    let examples: String = examples(name).iter().map(|(command, meaning)| entry(command, meaning)).collect();
    let mut sections = vec![("EXIT STATUS", statuses), ("EXAMPLES", examples)];
    if matches!(name, "memtune-watch-install" | "memtune-watch-uninstall") {
        sections.insert(0, ("THE SERVICE", service()));
    }
    if name == "memtune-watch" {
        sections.push(("FILES", files()));
    }
    sections.push(("SEE ALSO", line(see_also(name))));
    sections
}

/// What is typed most, and what it does.
fn examples(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        "memtune-watch-status" => &[
            ("sudo memtune watch status", "how it is, and what the levels are here"),
            ("sudo memtune watch status -q", "one line"),
            ("sudo memtune watch status --json | jq .watchdog.level", "the same for programs"),
        ],
        "memtune-watch-lowmem" => &[
            ("sudo memtune watch lowmem -n", "who would be ended if memory were short now"),
            ("sudo memtune watch lowmem", "the same in earnest, once that is agreed to"),
        ],
        "memtune-watch-check" => &[
            ("memtune watch check", "what the settings of this machine come to"),
            ("memtune watch check ./watch.toml", "the same of a file that is not in its place yet"),
        ],
        "memtune-watch-config" => &[
            ("memtune watch config", "what holds, and what it means"),
            ("memtune watch config | sudo tee /etc/memtune/watch.toml", "begin with that"),
        ],
        "memtune-watch-print" => {
            &[("sudo memtune watch print on; journalctl -fu memtune-watchd", "see each look")]
        }
        "memtune-watch-reload" => &[
            ("memtune watch check && sudo memtune watch reload", "have new settings hold"),
            (
                "sudo systemctl reload memtune-watchd",
                "the same, though nobody is told here if they are wrong",
            ),
        ],
        "memtune-watch-start" | "memtune-watch-stop" => &[
            (
                "sudo memtune watch stop",
                "nothing is ended until further notice, or the next start of the service",
            ),
            ("sudo memtune watch start", "things are as they were"),
        ],
        "memtune-watch-install" => &[
            ("memtune watch install -n", "what would be done"),
            ("sudo memtune watch install", "do it"),
            ("systemd-analyze security memtune-watchd", "what the service may do"),
        ],
        "memtune-watch-uninstall" => &[
            ("sudo memtune watch uninstall", "the service goes, the settings stay"),
            ("sudo memtune undo", "have it back as it was"),
        ],
        _ => &[
            ("sudo memtune watch install", "have it run, now and at every boot"),
            ("sudo memtune watch status", "how it is"),
            ("sudo memtune watch lowmem -n", "who would be ended if memory were short now"),
            ("memtune watch config", "what can be set"),
            ("journalctl -u memtune-watchd", "what it has done, and why"),
        ],
    }
}

fn service() -> String {
    line(
        "The program is memtune-watchd, beside memtune itself or in /usr/libexec, /usr/lib/memtune, /usr/local/libexec or /usr/local/lib/memtune; it and the folders above it must be root's alone. The unit gives it what a kill needs and nothing else: of all capabilities CAP_KILL, and CAP_SYS_PTRACE where /proc hides the processes of others. Control groups stay open to writing, for cgroup.kill ends a job at one stroke. It lies directly below the root of the control groups, where its protected memory (MemoryMin) and its weight count.",
    ) + ".PP\n"
        + &line(
            "Hooks run with the same few rights: without network, home folders and other capabilities. What needs more is started by `systemd-run`, which has systemd start it outside. What shall be different belongs into a drop-in, made by `systemctl edit memtune-watchd`.",
        )
        + ".PP\n"
        + &line(
            "earlyoom, nohang, bustd and oomd are stopped and disabled, systemd-oomd is stopped and masked, for its socket would start it again. A watchdog that no service started has to be ended by who started it: until then the plan is refused.",
        )
}

fn files() -> String {
    entry("/etc/memtune/watch.toml", "the settings; see memtune-watch.toml(5)")
        + &entry(
            "/etc/memtune/watch-profile.toml",
            "what the active profile wishes; the settings come behind it",
        )
        + &entry(
            "/etc/systemd/system/memtune-watchd.service",
            "the service, as `memtune watch install` writes it",
        )
        + &entry("/run/memtune/watch.sock", "the controls, for root alone")
        + &entry("/run/memtune/watch.sock.lock", "held by the one watchdog that runs")
}

fn see_also(name: &str) -> &'static str {
    match name {
        "memtune-watch" => {
            "memtune(1), memtune-watch-status(1), memtune-watch-lowmem(1), memtune-watch-check(1), memtune-watch-install(1), memtune-watch.toml(5), memtune-limits(1)"
        }
        "memtune-watch-install" | "memtune-watch-uninstall" => {
            "memtune-watch(1), memtune-watch.toml(5), memtune-undo(1), systemd.exec(5), systemd-run(1), systemctl(1)"
        }
        _ => "memtune-watch(1), memtune-watch.toml(5)",
    }
}
