//! How the pages of `memtune limits try` and `run` end.

use super::roff::{entry, line};

/// The sections behind what the command line says of itself; `statuses` are those of every command.
pub(super) fn sections(name: &str, statuses: &str) -> Vec<(&'static str, String)> {
    let is_run = name == "memtune-limits-run";
    let examples: &[(&str, &str)] = if is_run { &RUN } else { &TRY };
    let examples: String = examples.iter().map(|(command, meaning)| entry(command, meaning)).collect();
    let told = if is_run { told_of_run() } else { told_of_try() };
    vec![
        ("WHAT IS TOLD", told),
        ("LADDERS", ladders()),
        ("EXIT STATUS", exit_status() + statuses),
        ("EXAMPLES", examples),
        ("SEE ALSO", line(if is_run { OF_RUN } else { OF_TRY })),
    ]
}

const TRY: [(&str, &str); 6] = [
    ("sudo memtune limits try -- make -j8", "how much memory a build needs"),
    ("memtune limits try MemoryMax=2G MemorySwapMax=0 -- ./server --once", "whether 2 GiB are enough for it"),
    ("sudo memtune limits try CPUQuota=50% -- ./job", "how long it takes with half a processor"),
    ("sudo memtune limits try --ladder 4G,2G,1G,512M -- ./job", "the smallest of these that it survives"),
    ("memtune limits try MemoryMax=2G --json -- ./job 2>log | jq .peak", "the same for programs"),
    ("memtune limits try MemoryMax=2G -n -- ./job", "what would be run"),
];

const RUN: [(&str, &str); 5] = [
    (
        "memtune limits run --rlimit as=512M,memlock=64K -- ./job",
        "whether it lives with that, and if not, what it died of",
    ),
    ("memtune limits run --rlimit cpu=2min,fsize=1G -- ./job", "an end to what would go on for ever"),
    ("memtune limits run --rlimit nofile=64:1024 -- ./server", "what it may raise itself, up to 1024"),
    ("memtune limits run --ladder 2G,1G,512M -- ./job", "the smallest address space that it survives"),
    ("memtune limits run --ladder 64M,8M,1M --of stack -- ./job", "the same of its stack"),
];

fn told_of_try() -> String {
    line(
        "What the program writes goes where it ever goes; what memtune has to say stands on standard error behind `limits:`, or with --json on standard output, and then the program writes to standard error. Told is the most memory that its processes held together, for how long they waited for memory, how often MemoryHigh slowed them down and CPUQuota stopped them, and whether MemoryMax killed one of them, or want of memory elsewhere.",
    ) + &line(
        "When the program has ended, whatever it has left behind in its scope is ended, too, and told of: a server that goes into the background has to be kept in the foreground. Where one process is killed for want of memory the others go on, unless an OOMPolicy says otherwise; systemd before version 253 ends them, which is told.",
    ) + &line(
        "Ctrl-C goes to the program. What asks memtune to end (SIGTERM, SIGHUP) is passed on to it; asked twice, it is killed.",
    )
}

fn told_of_run() -> String {
    line(
        "The kernel says by a signal that a limit of cpu, rttime (SIGXCPU) or fsize (SIGXFSZ) was reached. It says nothing of the others: a program that gets no more memory ends as it likes. So the most that was seen of as, data, stack, memlock, cpu and nofile is told, looked at fifty times a second, and a limit of which nine tenths were in use is suspected. What cannot be known is said.",
    ) + &line(
        "Each process has these limits for itself, and whatever it starts has them anew. The hard limit is set with the soft one, so that the program cannot raise it; of times it is a second more, for it kills without a reason. A hard limit above one's own needs root.",
    ) + &line(
        "Ctrl-C goes to the program. What asks memtune to end (SIGTERM, SIGHUP) is passed on to it; asked twice, it is killed.",
    )
}

fn ladders() -> String {
    line(
        "A ladder begins with the largest size, in whatever order they were typed, and ends with the first that the program does not survive: that is one with which it ends with another status than 0, or, under `try`, loses a process for want of memory. The program is run anew for each, with nothing to read.",
    )
}

fn exit_status() -> String {
    line(
        "That of the program: its own status, or 128 and the number of the signal that ended it. 127 where there is no such program, 126 where it cannot be run. A ladder ends with 0 where a size was survived, and else as the program did with the largest. Where memtune itself fails, a line that begins with `error:` says so, nothing behind `limits:` is told, and the status is one of these:",
    )
}

const OF_TRY: &str = "memtune-limits(1), memtune-limits-run(1), memtune-limits-set(1), systemd-run(1), systemd.resource-control(5), systemd.scope(5)";
const OF_RUN: &str =
    "memtune-limits(1), memtune-limits-try(1), prlimit(1), getrlimit(2), limits.conf(5), signal(7)";
