//! Real programs as hooks.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use memtune::watch::account::event::Happened;
use memtune::watch::account::hooks::answer::{Answer, Outcome};
use memtune::watch::account::hooks::starter::{Hooks, NotRun, Running};
use memtune::watch::account::scene::Scene;
use memtune::watch::account::telling::Telling;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::allocations::count;
use crate::scenes;

fn shell(script: &str) -> Vec<String> {
    ["/bin/sh", "-c", script].map(str::to_owned).to_vec()
}

fn run(hooks: &mut Hooks, words: &[String], limit: Duration) -> Result<Running, NotRun> {
    let mut scene = Scene::default();
    scenes::choice(&mut scene);
    let event = scenes::event(Happened::Kill { reason: scenes::REASON, ignored_for: None });
    let telling = Telling { event: &event, scene: &scene, before: None, waiting: None };
    let (allocated, answer) = count(|| hooks.run("before_kill", words, limit, &telling));
    assert_eq!(allocated, 0);
    answer
}

fn wait(hooks: &mut Hooks) -> Answer {
    let timeout = Timespec { tv_sec: 60, tv_nsec: 0 };
    let ready = {
        let mut files = [PollFd::from_borrowed_fd(hooks.handle().unwrap(), PollFlags::IN)];
        poll(&mut files, Some(&timeout)).unwrap()
    };
    assert_eq!(ready, 1, "no answer within a minute");
    let (name, answer) = hooks.answer().unwrap();
    assert_eq!(name, "before_kill");
    answer
}

const LONG: Duration = Duration::from_secs(60);

pub(crate) fn are_told_and_end() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let mut hooks = Hooks::start().unwrap();
    let script = format!(
        "env > {0}.new; readlink /proc/self/fd/0 >> {0}.new; ulimit -v >> {0}.new
        cat /proc/self/oom_score_adj >> {0}.new; mv {0}.new {0}; exit 3",
        told.display()
    );
    let running = run(&mut hooks, &shell(&script), LONG).unwrap();
    assert!(hooks.is_running(running));
    let answer = wait(&mut hooks);
    assert_eq!(answer.outcome, Outcome::Exited(3));
    assert!(!hooks.is_running(running));
    let told = fs::read_to_string(&told).unwrap();
    let pids =
        format!("MEMTUNE_PIDS={}", (32_000..32_041).map(|pid| pid.to_string()).collect::<Vec<_>>().join(" "));
    for line in [
        "MEMTUNE_HOOK=before_kill",
        "MEMTUNE_EVENT=kill",
        "MEMTUNE_JOB=render-farm",
        "MEMTUNE_JOB_KIND=session",
        "MEMTUNE_PROCESSES=41",
        "MEMTUNE_RULE=memory-and-swap",
        "MEMTUNE_AVAILABLE=432013312",
        "MEMTUNE_FREED=",
        "/dev/null",
        "0",
        &pids,
    ] {
        assert!(told.lines().any(|told| told == line), "{line} is not in\n{told}");
    }
    assert!(!told.contains("CARGO"), "the watchdog's own environment is handed on:\n{told}");
    run(&mut hooks, &["/no/such/program".to_owned()], LONG).unwrap();
    assert_eq!(wait(&mut hooks).outcome, Outcome::NotStarted(2));
    assert_eq!(run(&mut hooks, &["x".repeat(1 << 16)], LONG), Err(NotRun::Words));
    run(&mut hooks, &shell("kill -SEGV $$"), LONG).unwrap();
    assert_eq!(wait(&mut hooks).outcome, Outcome::Signalled(11));
}

fn is_gone(pid: &str) -> bool {
    let state = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    let after = state.rsplit(')').next().unwrap_or_default().trim_start().to_owned();
    after.is_empty() || after.starts_with('Z') || after.starts_with('X')
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < LONG, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn one_that_hangs_is_ended_with_all_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let mut hooks = Hooks::start().unwrap();
    // It heeds no signal, and neither does what it has started.
    let script = format!(
        "trap '' TERM INT HUP; sleep 1000 & echo $$ $! > {0}.new; mv {0}.new {0}; wait; sleep 1000",
        pids.display()
    );
    let begun = Instant::now();
    let running = run(&mut hooks, &shell(&script), Duration::from_secs(4)).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(2), "to start it took {:?}", begun.elapsed());
    assert!(hooks.answer().is_none() && hooks.is_running(running));
    wait_until("the hook never ran", || pids.exists());
    let answer = wait(&mut hooks);
    assert_eq!(answer.outcome, Outcome::TimedOut);
    assert!(answer.took >= 4000, "{answer:?}");
    for pid in fs::read_to_string(&pids).unwrap().split_whitespace() {
        wait_until("it outlives its time", || is_gone(pid));
    }
}

pub(crate) fn no_more_than_a_few_run_at_once() {
    let mut hooks = Hooks::start().unwrap();
    let started: Vec<_> =
        (0..5).map(|_| run(&mut hooks, &shell("exec sleep 1000"), Duration::from_secs(1))).collect();
    assert!(started[..4].iter().all(Result::is_ok));
    assert_eq!(started[4], Err(NotRun::OthersRun));
    for _ in 0..4 {
        assert_eq!(wait(&mut hooks).outcome, Outcome::TimedOut);
    }
    run(&mut hooks, &shell("exit 0"), LONG).unwrap();
    assert_eq!(wait(&mut hooks).outcome, Outcome::Exited(0));
}

/// The address space of the watchdog is at its end: nothing more can be mapped, and a posix_spawn of its own fails. The helper has its own.
pub(crate) fn start_where_the_watchdog_gets_no_memory() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let mut hooks = Hooks::start().unwrap();
    let words = shell("exit 7");
    let before = getrlimit(Resource::As);
    setrlimit(Resource::As, Rlimit { current: Some(1), ..before }).unwrap();
    let own = std::process::Command::new("/bin/true").status();
    let answer = run(&mut hooks, &words, LONG).map(|_| wait(&mut hooks).outcome);
    setrlimit(Resource::As, before).unwrap();
    assert!(own.is_err(), "there was still room for a program of its own");
    assert_eq!(answer, Ok(Outcome::Exited(7)));
}

pub(crate) fn go_off_with_their_helper() {
    let mut hooks = Hooks::start().unwrap();
    rustix::process::kill_process(hooks.helper(), rustix::process::Signal::KILL).unwrap();
    wait_until("the helper does not go", || is_gone(&hooks.helper().as_raw_nonzero().to_string()));
    assert_eq!(run(&mut hooks, &shell("exit 0"), LONG), Err(NotRun::HelperIsGone));
    assert!(hooks.is_gone() && hooks.handle().is_none() && hooks.answer().is_none());
    assert_eq!(run(&mut hooks, &shell("exit 0"), LONG), Err(NotRun::HelperIsGone));
}
