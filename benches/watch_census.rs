//! What one count of all processes costs, with 1,000 and 10,000 of them.
//!
//! `cargo bench --bench watch_census` prints a table; nothing here fails because of a clock. It needs root, for the processes live in a
//! namespace of their own, which ends with them. The system calls are counted by hand:
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

/// The first round finds the kernel's own tables cold.
fn count(rounds: u32) {
    let places = Places { processes: Path::new("/proc"), groups: Path::new("/sys/fs/cgroup") };
    let capacities = Capacities::default();
    let Ok(mut census) = Census::new(places, capacities, std::process::id()) else { return };
    let mut ranking = Ranking::new(capacities.jobs);
    for round in 0..rounds {
        let sample = Sample { at: u64::from(round) * 1_000, total: Bytes::from_gib(1), ..Sample::default() };
        let (calls, begin) = (reads(), processor_time());
        let counted = choose(&mut census, &mut ranking, &Rules::default(), &sample, &[], None);
        let took = processor_time().saturating_sub(begin);
        let Ok(counted) = counted else { return };
        let reads = reads().saturating_sub(calls);
        println!(
            "{:>6} processes, {:>5} jobs: {:>6.1} ms of processor time, {reads} reads",
            counted.processes,
            counted.jobs,
            took.as_secs_f64() * 1e3
        );
    }
}

fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

fn reads() -> u64 {
    let text = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("syscr: "));
    line.and_then(|number| number.parse().ok()).unwrap_or(0)
}
