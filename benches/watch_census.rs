//! What one choice among all processes costs, with 1,000 and 10,000 of them: after a new count, after one that was brought up to date, and
//! with five rules.
//!
//! `cargo bench --bench watch_census` prints a table; nothing here fails because of a clock. It needs root, for the processes live in a
//! namespace of their own, which ends with them. That the system calls are counted rightly shows
//! `unshare -fp --mount-proc --kill-child BENCH spawn 10000 strace -c BENCH count 1`, where BENCH is the built file of this bench.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "runs programs and prints what they cost"
)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use memtune::sys::bytes::Bytes;
use memtune::watch::census::{Capacities, Census, Places};
use memtune::watch::ranking::{Ranking, Rules, choose};
use memtune::watch::sample::Sample;
use memtune::watch::settings::{Action, Rule};

/// Each process is a shell that waits for a pipe to be opened: it shares nearly all of its memory with the others.
const SPAWN: &str = r#"
pipe=$(mktemp -u) && mkfifo "$pipe" || exit 1
left=$1; shift
while [ "$left" -gt 0 ]; do
    { read -r _ < "$pipe"; } &
    left=$((left - 1))
done
"$@"
status=$?
rm -f "$pipe"
exit $status
"#;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["count", rounds, ..] => count(rounds.parse().unwrap_or(1)),
        ["spawn", rest @ ..] => {
            let status = Command::new("sh").args(["-c", SPAWN, "spawn"]).args(rest).status();
            std::process::exit(status.ok().and_then(|status| status.code()).unwrap_or(1));
        }
        _ => [1_000, 10_000].into_iter().for_each(in_a_namespace),
    }
}

fn in_a_namespace(processes: u32) {
    let Ok(own) = std::env::current_exe() else { return };
    let count = processes.to_string();
    let mut command = Command::new("unshare");
    command.args(["--fork", "--pid", "--mount-proc", "--kill-child"]).arg(&own).args(["spawn", &count]);
    let ended = command.arg(&own).args(["count", "10"]).status();
    if !ended.is_ok_and(|status| status.success()) {
        println!("{processes} processes: not measured: a namespace needs root");
    }
}

/// The first round finds the kernel's own tables cold. In the third and later ones those who kept still are passed over.
fn count(rounds: u32) {
    let places = Places { processes: Path::new("/proc"), groups: Path::new("/sys/fs/cgroup") };
    let capacities = Capacities::default();
    let Ok(mut census) = Census::new(places, capacities, std::process::id()) else { return };
    let mut ranking = Ranking::new(capacities.jobs);
    let mut at = 0;
    for (what, rules, apart) in [
        ("counted", Rules::default(), 11_000),
        ("refreshed", Rules::default(), 10),
        ("with five rules", five_rules(), 11_000),
    ] {
        for _ in 0..rounds {
            at += apart;
            let sample = Sample { at, total: Bytes::from_gib(1), ..Sample::default() };
            let begin = processor_time();
            let counted = choose(&mut census, &mut ranking, &rules, &sample, &[], None);
            let took = processor_time().saturating_sub(begin);
            let Ok(counted) = counted else { return };
            println!(
                "{what:<16} {:>6} processes, {:>5} jobs: {:>6.2} ms of processor time, {:>6} calls, {:>6} passed over",
                counted.processes,
                counted.jobs,
                took.as_secs_f64() * 1e3,
                counted.calls,
                counted.passed_over,
            );
        }
    }
}

/// None of them fits anybody, so that each is tried on each.
fn five_rules() -> Rules {
    let rule = |action, command: Option<&str>, unit: Option<&str>, group: Option<&str>| Rule {
        action,
        command: command.map(str::to_owned),
        unit: unit.map(str::to_owned),
        group: group.map(str::to_owned),
        user: None,
    };
    Rules::new(&[
        rule(Action::Protect, Some("*postgres*"), None, None),
        rule(Action::Avoid, Some("java*"), None, None),
        rule(Action::Prefer, Some("*chrom?um*"), None, None),
        rule(Action::Protect, None, Some("postgresql@*.service"), None),
        rule(Action::Ignore, None, None, Some("/machine.slice/**")),
    ])
}

fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}
