//! A choice as the loop would tell it, made up.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use memtune::sys::bytes::Bytes;
use memtune::watch::account::event::{End, Event, Happened, Reason, Recovery};
use memtune::watch::account::scene::Scene;
use memtune::watch::job::{Command, GroupPath, Job, Kind, Name, Process, Spared, Verdict};
use memtune::watch::level::Level;
use memtune::watch::sample::{Sample, Stalled};

pub(crate) const REASON: Reason =
    Reason::MemoryAndSwap { available: Bytes(2_468_409_344), swap: Bytes(214_748_364) };

pub(crate) const RECOVERY: Recovery = Recovery {
    end: End::Gone,
    took: 312,
    processes: 41,
    ended: 41,
    not_allowed: 0,
    freed: Bytes(3_300_000_000),
    freed_after_a_second: Some(Bytes(3_400_000_000)),
};

pub(crate) fn sample() -> Sample {
    Sample {
        at: 5_000,
        total: Bytes::from_mib(24_105),
        available: Bytes::from_mib(412),
        swap_total: Bytes::from_gib(2),
        swap_free: Bytes::from_mib(12),
        swap_worth: Bytes::from_mib(8),
        loses_swap: false,
        pinned: Bytes::from_mib(2_100),
        gpu: Bytes(0),
        stalled: Some(Stalled { some: 3_000_000, full: 1_000_000 }),
    }
}

pub(crate) fn event(happened: Happened<'_>) -> Event<'_> {
    let time = UNIX_EPOCH + Duration::from_millis(1_795_310_100_250);
    Event { happened, time, sample: sample(), level: Level::Critical, is_dry_run: false }
}

pub(crate) fn job(name: &str, kind: Kind, mib: u64) -> Job {
    let group = (kind == Kind::Unit).then(|| GroupPath::from(&format!("/system.slice/{name}")).unwrap());
    Job { name: Name::from(name).unwrap(), kind, memory: Bytes::from_mib(mib), group, ..Job::default() }
}

pub(crate) fn process(pid: u32, command: &str, mib: u64) -> Process {
    let command = Command::from(command).unwrap();
    Process { pid, command, memory: Bytes::from_mib(mib), ..Process::default() }
}

/// A ranking of jobs with these names: the first is passed over, the second is the victim, the others come next.
pub(crate) fn named(scene: &mut Scene, names: &[String]) {
    let jobs: Vec<Job> = names.iter().map(|name| job(name, Kind::Unit, 900)).collect();
    let verdicts =
        [Verdict::Skip(Spared::ByRule), Verdict::Kill].into_iter().chain(std::iter::repeat(Verdict::Next));
    let processes: Vec<Process> =
        (0..200).map(|pid| process(u32::MAX - pid, "\u{1}\u{1}\"\\\u{1}\u{1}\u{1}\u{1}\u{1}\n", 3)).collect();
    scene.set(jobs.iter().zip(verdicts), processes.iter(), processes.iter());
}

/// A database that is protected, a job of 41 processes that is taken, and who comes next.
pub(crate) fn choice(scene: &mut Scene) {
    let jobs = [
        (job("postgresql.service", Kind::Unit, 6_200), Verdict::Skip(Spared::ByRule)),
        (job("user@1000.service", Kind::Unit, 80), Verdict::Skip(Spared::KeepsTheMachineUsable)),
        (job("render-farm", Kind::Session, 3_215), Verdict::Kill),
        (job("registry.example.org/group/image:latest", Kind::Container, 1_100), Verdict::Next),
        (job("app-firefox-4179.scope", Kind::Unit, 812), Verdict::Next),
    ];
    let members: Vec<Process> = (0..41).map(|place| process(32_000 + place, "render\nworker", 78)).collect();
    let others =
        [process(1043, "postgres", 6_200), process(4_194_304, "firefox", 812), process(7, "a", 1023)];
    let everybody = members.iter().take(3).chain(&others);
    scene.set(jobs.iter().map(|(job, verdict)| (job, *verdict)), members.iter(), everybody);
}

pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_310_101)
}

/// An event of each kind.
pub(crate) fn with_each<T>(work: impl FnOnce(&[Event<'_>]) -> T) -> T {
    let stuck = Recovery { end: End::DoesNotEnd, not_allowed: 2, ..RECOVERY };
    let thrash = Reason::Thrash { available: Bytes(1 << 31), full: 25.0, lasts: Duration::from_secs(2) };
    let group = Reason::Group {
        name: Name::from("ml.slice").unwrap(),
        memory: Some(Bytes(1 << 31)),
        full: Some(10.0),
    };
    let all = |happened: &[Happened<'_>]| work(&happened.iter().copied().map(event).collect::<Vec<_>>());
    all(&[
        Happened::Sample,
        Happened::Level { from: Level::Normal, reason: Some(REASON) },
        Happened::Level { from: Level::Redline, reason: None },
        Happened::Level { from: Level::Normal, reason: Some(Reason::Gpu { percent: 85.0 }) },
        Happened::Simulate,
        Happened::Term { reason: REASON, grace: Duration::from_secs(1) },
        Happened::Kill { reason: REASON, ignored_for: Some(Duration::from_millis(1_004)) },
        Happened::Recovered(RECOVERY),
        Happened::Recovered(stuck),
        Happened::Kill { reason: thrash, ignored_for: None },
        Happened::Kill { reason: group, ignored_for: None },
        Happened::Kill { reason: Reason::Simulated, ignored_for: None },
        Happened::Error(format_args!("cannot read `{}`", "/proc/pressure/memory")),
        Happened::Started(None),
        Happened::Started(Some(format_args!("there is no `{}`", "/proc/pressure"))),
        Happened::Stopped(format_args!("it was told to ({})", "SIGTERM")),
        Happened::Reloaded(None),
        Happened::Reloaded(Some(format_args!("line {}: no such key", 3))),
    ])
}
