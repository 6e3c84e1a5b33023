//! What a command costs: processor time, wall time and peak memory, taken from the kernel's own count of one child.
//!
//! Nothing here fails because of a clock. Commands that are compared run in turn, and medians are taken, so that a busy
//! machine blurs all of them alike.

use std::io;
use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How often each command runs.
pub(crate) const RUNS: usize = 21;

/// What one command costs, the median of all runs.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) processor: Duration,
    pub(crate) wall: Duration,
    pub(crate) peak_kib: i64,
}

/// The heading of the lines that [`show`] prints.
pub(crate) fn heading() {
    println!("{:<52} {:>9} {:>9} {:>9}", format!("median of {RUNS} runs"), "CPU ms", "wall ms", "peak MiB");
}

pub(crate) fn show(name: &str, cost: &Cost) {
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "{name:<52} {:>9.2} {:>9.2} {:>9.1}",
        millis(cost.processor),
        millis(cost.wall),
        cost.peak_kib as f64 / 1024.0
    );
}

pub(crate) fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(1e-9)
}

/// Runs the commands in turn and takes the median of each figure.
pub(crate) fn compare(commands: &[&[&str]]) -> Vec<Cost> {
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); commands.len()];
    for _ in 0..RUNS {
        for (place, command) in commands.iter().enumerate() {
            costs[place].extend(cost_of(command).ok());
        }
    }
    costs.into_iter().map(|runs| median(&runs)).collect()
}

fn median(runs: &[Cost]) -> Cost {
    let middle = |key: fn(&Cost) -> Duration| {
        let mut times: Vec<Duration> = runs.iter().map(key).collect();
        times.sort();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    let peak_kib = runs.iter().map(|cost| cost.peak_kib).max().unwrap_or_default();
    Cost { processor: middle(|cost| cost.processor), wall: middle(|cost| cost.wall), peak_kib }
}

fn cost_of(command: &[&str]) -> io::Result<Cost> {
    let start = Instant::now();
    let child =
        Command::new(command[0]).args(&command[1..]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let (_, usage) = wait(&child)?;
    let time = |value: libc::timeval| Duration::new(value.tv_sec as u64, value.tv_usec as u32 * 1000);
    Ok(Cost {
        processor: time(usage.ru_utime) + time(usage.ru_stime),
        wall: start.elapsed(),
        peak_kib: usage.ru_maxrss,
    })
}

/// Waits for `child` and takes what the kernel counted for it and its own children.
#[expect(unsafe_code, reason = "no crate here wraps wait4, which alone tells what one child cost")]
fn wait(child: &Child) -> io::Result<(ExitStatus, libc::rusage)> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both places outlive the call, and a zeroed rusage is a valid one.
    let answer = unsafe { libc::wait4(child.id() as i32, &raw mut status, 0, usage.as_mut_ptr()) };
    if answer < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: zeroed above, and filled in by the kernel.
    Ok((ExitStatus::from_raw(status), unsafe { usage.assume_init() }))
}
