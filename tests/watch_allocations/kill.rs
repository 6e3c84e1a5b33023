//! A real end of processes of the test's own.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use memtune::sys::bytes::Bytes;
use memtune::watch::execution::clock;
use memtune::watch::execution::executioner::{Executioner, Powers, Room};
use memtune::watch::execution::outcome::{Begun, End, Outcome, Progress};
use memtune::watch::execution::victim::{Manner, Moment, Reach, Target, Victim};
use memtune::watch::process_folder::ProcessFolder;
use memtune::watch::settings::Kill;

use crate::counting::count;

/// Does not hear SIGTERM, and has children of its own.
const STUBBORN: &str = "trap '' TERM; sleep 60 & sleep 60 & while :; do sleep 0.1; done";
/// Busy machines take their time; this is no bound of anything but the test.
const LONGEST: Duration = Duration::from_secs(120);

pub(crate) fn ends_processes_without_allocating() {
    for manner in [Manner::AtOnce, Manner::Ask] {
        let kill = Kill { grace: Duration::from_millis(100), settle: Duration::from_millis(50) };
        let mut executioner = Executioner::new(kill, Powers::default(), Room::default()).unwrap();
        let mut children: Vec<Child> =
            (0..10).map(|_| Command::new("sh").args(["-c", STUBBORN]).spawn().unwrap()).collect();
        let targets = targets(&children);
        let (allocated, outcome) = count(|| end(&mut executioner, &targets, manner));
        for child in &mut children {
            child.wait().unwrap();
        }
        assert!(outcome.is_some(), "it does not come to an end: {:?}", executioner.outcome());
        let outcome = outcome.unwrap();
        assert_eq!((outcome.end, outcome.asked.is_some()), (End::Gone, manner == Manner::Ask), "{outcome:?}");
        assert!(outcome.processes >= 10, "{outcome:?}");
        assert_eq!(allocated, 0, "{outcome:?}");
    }
}

fn targets(children: &[Child]) -> Vec<Target> {
    // Who was started in the same tick of the clock as the count would be passed over as too young.
    std::thread::sleep(Duration::from_millis(300));
    let processes = ProcessFolder::open().unwrap();
    let target =
        |child: &Child| Target { pid: child.id(), started: processes.find(child.id()).unwrap().started };
    children.iter().map(target).collect()
}

fn end(executioner: &mut Executioner, targets: &[Target], manner: Manner) -> Option<Outcome> {
    let began = Instant::now();
    let now = || Moment { at: began.elapsed().as_millis() as u64, available: Bytes(0) };
    let victim = Victim { group: None, reach: Reach::Listed, counted: clock::ticks(), may_keep_memory: true };
    if executioner.begin(&victim, targets.iter().copied(), manner, now()) != Begun::Started {
        return None;
    }
    while began.elapsed() < LONGEST {
        if let Progress::Over(outcome) = executioner.tick(now()) {
            return Some(outcome);
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    None
}
