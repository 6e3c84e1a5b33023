//! Runs a test again as the first process of a PID namespace, and plays victims and loop there.

use std::mem::MaybeUninit;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{WaitOptions, wait};

use super::super::clock::ticks;
use super::super::executioner::{Executioner, Powers, Room};
use super::super::outcome::{Begun, Outcome, Progress};
use super::super::victim::{Manner, Moment, Reach, Target, Victim};
use crate::sys::bytes::Bytes;
use crate::watch::process_folder::ProcessFolder;
use crate::watch::settings::Kill;

const MARK: &str = "MEMTUNE_TEST_IN_NAMESPACE";

/// Runs the body there; skips visibly where that cannot be.
pub(super) fn inside(test: &str, body: fn()) {
    if std::env::var_os(MARK).is_some() {
        return body();
    }
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: a PID namespace needs root");
        return;
    }
    let name = format!("watch::execution::tests::{test}");
    let status = program("unshare")
        .args(["-fp", "--mount-proc", "--kill-child"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--nocapture", "--test-threads=1"])
        .env(MARK, "1")
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&status.stdout).into_owned() + &String::from_utf8_lossy(&status.stderr);
    for line in said.lines().filter(|line| line.starts_with("skipped")) {
        eprintln!("{line}");
    }
    assert!(status.status.success() && said.contains("1 passed"), "{name}: {said}");
}

pub(super) fn program(name: &str) -> Command {
    #[expect(clippy::disallowed_methods, reason = "a process of the test's own")]
    Command::new(name)
}

/// A shell in a process group of its own.
pub(super) fn shell(script: &str) -> Child {
    program("sh").args(["-c", script]).stdout(Stdio::null()).process_group(0).spawn().unwrap()
}

/// As root starts what the tests need, this limits nobody but them: waits until the kernel's clock is past what was started by now.
pub(super) fn count() -> u64 {
    let now = ticks();
    while ticks() == now {
        sleep(Duration::from_millis(1));
    }
    ticks()
}

pub(super) fn target(pid: u32) -> Target {
    let life = ProcessFolder::open().unwrap().find(pid).unwrap();
    Target { pid, started: life.started }
}

/// All of the namespace but its first process, in the order of their numbers.
pub(super) fn everybody() -> Vec<Target> {
    let folder = ProcessFolder::open().unwrap();
    let mut found = Vec::new();
    folder.list(&mut [MaybeUninit::uninit(); 4096], |pid, _| found.push(pid)).unwrap();
    found.sort_unstable();
    let others = found.into_iter().filter(|&pid| pid != 1);
    others.filter_map(|pid| folder.find(pid).map(|life| Target { pid, started: life.started })).collect()
}

pub(super) fn kill(grace: u64) -> Kill {
    Kill { grace: Duration::from_millis(grace), settle: Duration::from_millis(100) }
}

/// On a machine that is busy with other tests, who was killed may wait long for its turn to end.
pub(super) fn powers() -> Powers {
    Powers { patience: Duration::from_secs(60), ..Powers::default() }
}

pub(super) fn executioner(grace: u64) -> Executioner {
    Executioner::new(kill(grace), powers(), Room::default()).unwrap()
}

/// The victim without a group, counted now.
pub(super) fn listed() -> Victim<'static> {
    Victim { group: None, reach: Reach::Listed, counted: count(), may_keep_memory: false }
}

/// The time of this machine. Its memory stands still, for others take and give as they please.
pub(super) struct Clock {
    begun: Instant,
    waited: u64,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { begun: Instant::now(), waited: waited() }
    }

    pub(super) fn now(&self) -> Moment {
        Moment { at: self.begun.elapsed().as_millis() as u64, available: Bytes::from_gib(1) }
    }
}

/// As the watchdog's loop does, until the victim is done with.
pub(super) fn run(executioner: &mut Executioner, clock: &Clock) -> Outcome {
    loop {
        let now = clock.now();
        assert!(now.at < 200_000, "{:?}", executioner.outcome());
        match executioner.tick(now) {
            Progress::Over(outcome) => return outcome,
            _ => poll_until(executioner, now.at),
        }
    }
}

fn poll_until(executioner: &Executioner, now: u64) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let wait = executioner.deadline(now).map_or(10, |deadline| deadline.saturating_sub(now)).min(50);
    let mut polled: Vec<PollFd<'_>> = executioner
        .handles()
        .take(16)
        .map(|handle| PollFd::from_borrowed_fd(handle, PollFlags::IN))
        .collect();
    let limit = Timespec { tv_sec: 0, tv_nsec: wait as i64 * 1_000_000 };
    poll(&mut polled, Some(&limit)).unwrap();
}

/// Whether something took no longer than so many milliseconds, were the machine not busy with other things: what the loop had to wait for its own
/// turn, its victim had to wait as well, for each step of its end.
pub(super) fn is_within(clock: &Clock, limit: u64, took: u64) -> bool {
    took <= limit + (waited() - clock.waited) * 4
}

/// For how long this thread could have run, but had to wait for a processor; milliseconds.
fn waited() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "what the kernel says")]
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().nth(1).and_then(|word| word.parse::<u64>().ok());
    nanoseconds.unwrap_or_default() / 1_000_000
}

/// Begins, and runs to the end.
pub(super) fn end(
    executioner: &mut Executioner,
    victim: &Victim<'_>,
    targets: Vec<Target>,
    manner: Manner,
) -> Outcome {
    timed(executioner, victim, targets, manner, &Clock::start())
}

/// The same by a clock of the caller's.
pub(super) fn timed(
    executioner: &mut Executioner,
    victim: &Victim<'_>,
    targets: Vec<Target>,
    manner: Manner,
    clock: &Clock,
) -> Outcome {
    assert_eq!(executioner.begin(victim, targets, manner, clock.now()), Begun::Started);
    run(executioner, clock)
}

/// Whether a process is there and no zombie.
pub(super) fn lives(pid: u32) -> bool {
    state(pid).is_some_and(|state| state != 'Z' && state != 'X')
}

/// The letter of its state.
pub(super) fn state(pid: u32) -> Option<char> {
    #[expect(clippy::disallowed_methods, reason = "what the kernel says")]
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    text.rsplit_once(") ")?.1.chars().next()
}

/// Those of the namespace that live, but for its first process.
pub(super) fn survivors() -> Vec<u32> {
    everybody().into_iter().map(|target| target.pid).filter(|&pid| lives(pid)).collect()
}

/// Waits until something is so.
pub(super) fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed().as_secs() < 120, "{what}");
        sleep(Duration::from_millis(2));
    }
}

/// Takes note of everybody who has ended, as a first process must.
pub(super) fn reap() {
    while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
}
