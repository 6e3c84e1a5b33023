//! How the pages of `memtune watch` end.

use super::roff::{entry, line};
use super::watch_events;

/// The sections behind what the command line says of itself; `statuses` are those of every command.
pub(super) fn sections(name: &str, statuses: String) -> Vec<(&'static str, String)> {
    let examples: String = examples(name).iter().map(|(command, meaning)| entry(command, meaning)).collect();
    let mut sections = vec![("EXIT STATUS", ending(name) + &statuses), ("EXAMPLES", examples)];
    if matches!(name, "memtune-watch-install" | "memtune-watch-uninstall") {
        sections.insert(0, ("THE SERVICE", service()));
    }
    if name == "memtune-watch" {
        sections.insert(0, ("EVENTS", watch_events::events()));
        sections.insert(1, ("JOURNAL", watch_events::journal()));
        sections.push(("FILES", files()));
    }
    if name == "memtune-watch-replay" {
        sections.insert(0, ("RECORDINGS", recordings()));
    }
    sections.push(("SEE ALSO", line(see_also(name))));
    sections
}

/// What is typed most, and what it does.
fn examples(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        "memtune-watch-run" => &[
            ("sudo memtune watch run", "watch until Ctrl-C"),
            (
                "memtune watch run -n -v",
                "see each look, and who would be ended; nobody is, and no root is needed",
            ),
            ("memtune watch run -n --record night.jsonl", "keep what is seen, to be replayed later"),
            (
                "sudo memtune watch run --json | jq -c 'select(.event == \"kill\") | .job.name'",
                "the same for programs",
            ),
        ],
        "memtune-watch-explain" => &[
            ("memtune watch explain", "who would be ended if memory were short now"),
            (
                "memtune watch explain --config ./watch.toml",
                "the same by settings that are not in their place yet",
            ),
            ("memtune watch explain --json | jq .job.name", "the same for programs"),
        ],
        "memtune-watch-replay" => &[
            ("memtune watch replay night.jsonl", "would it have saved the machine last night?"),
            ("memtune watch replay night.jsonl --config ./watch.toml", "and with these settings?"),
            ("zcat night.jsonl.gz | memtune watch replay - --json | jq -c .", "the same for programs"),
        ],
        "memtune-watch-status" => &[
            ("sudo memtune watch status", "how it is, and what the levels are here"),
            ("sudo memtune watch status -q", "one line"),
            (
                "memtune watch status --last",
                "the story of the last jobs that were ended, also where no watchdog runs any more",
            ),
            ("memtune watch status --last 16 --json | jq .kills[].job", "the same for programs"),
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
        "memtune-watch-hook" => &[
            (
                "memtune watch hook | sudo install -D -m 755 /dev/stdin /usr/local/lib/memtune/watch-notify",
                "have it in a place that is root's alone",
            ),
            (
                "after-kill = [\"/usr/local/lib/memtune/watch-notify\"]",
                "and this below [hooks] in /etc/memtune/watch.toml",
            ),
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
            ("memtune watch status --last", "what it did last, and why"),
            ("memtune watch explain", "who would be ended if memory were short now"),
            ("sudo memtune watch", "watch in the foreground until Ctrl-C"),
            ("memtune watch -n --record night.jsonl", "only look on, and keep what is seen"),
            ("memtune watch replay night.jsonl", "what the watchdog would have done then"),
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

/// What the statuses mean here, before those of every command.
fn ending(name: &str) -> String {
    match name {
        "memtune-watch" | "memtune-watch-run" => line(
            "Ctrl-C and SIGTERM end it with status 0, and so does it where the pipe or terminal that it writes to is closed; SIGHUP has it read its settings anew. It ends with 3 without root where -n is not given, and with 4 where a watchdog runs already.",
        ),
        "memtune-watch-status" => {
            line("1 where no watchdog runs; with --last where none has run since the boot.")
        }
        "memtune-watch-replay" => line(
            "2 where a line of the recording is wrong: its number is told, and what stands before it was replayed.",
        ),
        _ => String::new(),
    }
}

fn recordings() -> String {
    line(
        "A recording has a sample on each line, an object with the keys `at` (milliseconds on the clock that nobody sets), `total`, `available`, `swap_total`, `swap_free`, `swap_worth`, `pinned`, `gpu` and `stalled` (null, or `some` and `full`: microseconds since the boot in which tasks waited for memory); amounts are bytes. `loses_swap` is true while an area is being turned off, and lacking otherwise. A line with `schema`, `fill_rate` (bytes a second) and `time` stands where a watchdog began, and one with `time` alone where the clock on the wall has moved against the other one. Lines of these two kinds may be lacking.",
    ) + ".PP\n"
        + &line(
            "What is printed with --json is an object on each line: `begin`, `level`, `ask`, `end`, `hasten`, and last `summary`, with `first_act`, `lowest` and `lead_ms`, the time between the two.",
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
        + &entry("/run/memtune/watch.json", "what the watchdog did since the boot, for all to read")
        + &entry("/run/memtune/watch.sock", "the controls, for root alone")
        + &entry("/run/memtune/watch.sock.lock", "held by the one watchdog that runs")
}

fn see_also(name: &str) -> &'static str {
    match name {
        "memtune-watch" => {
            "memtune(1), memtune-watch-run(1), memtune-watch-status(1), memtune-watch-explain(1), memtune-watch-replay(1), memtune-watch-lowmem(1), memtune-watch-check(1), memtune-watch-install(1), memtune-watch.toml(5), memtune-limits(1)"
        }
        "memtune-watch-install" | "memtune-watch-uninstall" => {
            "memtune-watch(1), memtune-watch.toml(5), memtune-undo(1), systemd.exec(5), systemd-run(1), systemctl(1)"
        }
        _ => "memtune-watch(1), memtune-watch.toml(5)",
    }
}
