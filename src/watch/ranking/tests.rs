//! Tables of jobs: who is chosen, and who never is.

use proptest::prelude::*;

use super::{Machine, Ranking, Rules, Within, choose, useful};
use crate::sys::bytes::Bytes;
use crate::watch::census::Population;
use crate::watch::census::tests::{Made, line, sample};
use crate::watch::execution::victim::Target;
use crate::watch::job::{GroupPath, Job, Kind, Name, Process, Spared, Verdict, Wish};
use crate::watch::settings::{Action, Rule};

const MACHINE: Machine<'_> = Machine { total: Bytes(1 << 30), within: None };

fn a_job(name: &str, mib: u64) -> Job {
    Job {
        name: Name::from(name).unwrap(),
        kind: Kind::Session,
        memory: Bytes::from_mib(mib),
        processes: 1,
        ..Job::default()
    }
}

fn growing(name: &str, mib: u64, a_second: u64) -> Job {
    Job { growth: Bytes::from_mib(a_second), ..a_job(name, mib) }
}

fn walk(jobs: &mut [Job], rules: &[Rule], machine: Machine<'_>) -> Vec<(String, Verdict)> {
    let processes: Vec<Process> = (0..jobs.len() as u32)
        .map(|at| Process { pid: at + 100, job: at, started: 7, memory: Bytes(1), ..Process::default() })
        .collect();
    let owners = vec![u32::MAX; jobs.len()];
    let mut ranking = Ranking::new(jobs.len());
    let group_of = |_: usize| "/user.slice/session-1.scope";
    let population = Population { jobs, processes: &processes, owners: &owners, group_of: &group_of };
    ranking.rank(population, &Rules::new(rules), machine, &[]);
    let told = ranking.ranked().iter();
    told.map(|ranked| (jobs[ranked.job as usize].name.to_string(), ranked.verdict)).collect()
}

fn chosen(jobs: &mut [Job], machine: Machine<'_>) -> Option<String> {
    let walk = walk(jobs, &[], machine);
    walk.into_iter().find(|(_, verdict)| *verdict == Verdict::Kill).map(|(name, _)| name)
}

fn rule(action: Action) -> Rule {
    Rule { action, unit: None, command: None, user: None, group: None }
}

#[test]
fn size_decides_where_nothing_grows() {
    let mut jobs = [a_job("small", 90), a_job("hog", 300), a_job("tiny", 2)];
    assert_eq!(
        walk(&mut jobs, &[], MACHINE),
        [
            ("hog".to_owned(), Verdict::Kill),
            ("small".to_owned(), Verdict::Next),
            ("tiny".to_owned(), Verdict::Skip(Spared::HoldsLittle)),
        ]
    );
}

#[test]
fn who_turns_swap_off_comes_first_however_little_it_holds() {
    let swapoff = Job { turns_swap_off: true, ..a_job("swapoff", 1) };
    let mut jobs = [a_job("database", 100), growing("hog", 900, 30), swapoff];
    assert_eq!(chosen(&mut jobs, MACHINE).as_deref(), Some("swapoff"));
    let avoid = Rule { group: Some("/user.slice/**".into()), ..rule(Action::Avoid) };
    let told = walk(&mut jobs, &[avoid], MACHINE);
    assert_eq!(told[0], ("hog".to_owned(), Verdict::Kill), "all are to be avoided");
    jobs[2].spared = Some(Spared::ByItsOwner);
    assert_eq!(chosen(&mut jobs, MACHINE).as_deref(), Some("hog"));
}

#[test]
fn who_took_what_the_machine_lost_comes_before_a_larger_one_that_kept_still() {
    // The database of 200 MiB beside a job of 40 growing processes, early and late.
    for held in [40, 120, 600] {
        let mut jobs = [a_job("database", 200), growing("job", held, 30)];
        assert_eq!(chosen(&mut jobs, MACHINE).as_deref(), Some("job"), "{held}");
    }
    // A database that lives on a large machine, and takes a little itself.
    let large = Machine { total: Bytes::from_gib(24), within: None };
    let mut jobs = [growing("database", 16_000, 3), growing("job", 900, 200)];
    assert_eq!(chosen(&mut jobs, large).as_deref(), Some("job"));
    // However small what grows still is beside it.
    let mut jobs = [a_job("database", 20_000), growing("job", 500, 200)];
    assert_eq!(chosen(&mut jobs, large).as_deref(), Some("job"));
    // Noise is no growth: who holds nearly all goes.
    let mut jobs = [a_job("hog", 16_000), growing("editor", 300, 1)];
    assert_eq!(chosen(&mut jobs, large).as_deref(), Some("hog"));
    // Nor does it help to end one that holds nothing.
    let mut jobs = [a_job("hog", 300), growing("new", 5, 50)];
    assert_eq!(chosen(&mut jobs, MACHINE).as_deref(), Some("hog"));
}

#[test]
fn size_beats_oom_score_adj() {
    // earlyoom's issues 344 and 261: a browser's tabs ask to go first, and hold nothing.
    let machine = Machine { total: Bytes::from_gib(16), within: None };
    for hog in [3 * 1024, 5 * 1024] {
        let mut jobs: Vec<Job> = (0..40u64)
            .map(|tab| Job { adjustment: 200 + (tab as i16 * 5) % 101, ..a_job("tab", 5 + tab * 4 % 156) })
            .collect();
        jobs.push(a_job("hog", hog));
        assert_eq!(chosen(&mut jobs, machine).as_deref(), Some("hog"));
    }
    let mut jobs = [a_job("one", 300), Job { adjustment: 200, ..a_job("asked", 290) }];
    assert_eq!(chosen(&mut jobs, MACHINE).as_deref(), Some("asked"));
    let mut jobs = [Job { adjustment: -400, ..a_job("dear", 300) }, a_job("one", 190)];
    assert_eq!(chosen(&mut jobs, MACHINE).as_deref(), Some("one"));
}

#[test]
fn memory_of_the_gpu_counts() {
    let mut jobs = [Job { gpu: Bytes::from_mib(700), ..a_job("model", 5) }, a_job("hog", 300)];
    assert_eq!(chosen(&mut jobs, MACHINE).as_deref(), Some("model"));
}

#[test]
fn wishes_come_before_badness() {
    let mut jobs = [
        Job { wish: Wish::Avoid, ..a_job("last", 500) },
        a_job("one", 100),
        Job { wish: Wish::Prefer, ..a_job("first", 20) },
        Job { spared: Some(Spared::ByItsOwner), ..a_job("never", 900) },
    ];
    let names: Vec<String> = walk(&mut jobs, &[], MACHINE).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["first", "never", "one", "last"]);
}

#[test]
fn the_useful_amount_follows_the_machine() {
    for (total, mib) in [(1 << 10, 8), (4 << 10, 16), (24 << 10, 32), (1 << 20, 32)] {
        assert_eq!(useful(Bytes::from_mib(total)), Bytes::from_mib(mib));
    }
}

/// A made machine with a database in its unit, a login with a hog, and a small tool beside.
fn machine() -> Made {
    let made = Made::unified();
    made.group("/system.slice", &[], None);
    made.group("/user.slice", &[], None);
    made.group("/system.slice/db@1.service", &[20, 21], Some(400));
    made.group("/user.slice/session-1.scope", &[100, 101, 102, 103, 104], None);
    made.process(20, "postgres", line(1, 20, 20, 0), 300);
    made.process(21, "archiver", line(20, 20, 20, 0), 9);
    made.process(100, "sshd-session", line(1, 100, 100, 0), 5);
    made.process(101, "bash", line(100, 101, 101, 34816), 5);
    made.process(102, "hog", line(101, 102, 101, 34816), 100);
    made.process(103, "helper", line(102, 102, 101, 34816), 10);
    made.process(104, "tool", line(101, 104, 101, 34816), 30);
    made
}

fn chosen_with(rules: &[Rule], stuck: &[Target]) -> (Vec<String>, Option<String>) {
    let made = machine();
    let mut census = made.census();
    let mut ranking = Ranking::new(300);
    choose(&mut census, &mut ranking, &Rules::new(rules), &sample(1), stuck, None).unwrap();
    let name = |job: usize| census.jobs()[job].name.to_string();
    let walk = ranking.ranked().iter().map(|ranked| name(ranked.job as usize)).collect();
    (walk, ranking.chosen().map(name))
}

#[test]
fn rules_are_heeded_the_first_that_fits_first() {
    let unit = |action, unit: &str| Rule { unit: Some(unit.into()), ..rule(action) };
    let command = |action, command: &str| Rule { command: Some(command.into()), ..rule(action) };
    let who = |rules: &[Rule]| chosen_with(rules, &[]).1.unwrap_or_default();
    assert_eq!(who(&[]), "db@1.service");
    assert_eq!(who(&[unit(Action::Protect, "db@*.service")]), "hog");
    assert_eq!(who(&[unit(Action::Avoid, "db@*")]), "hog");
    assert_eq!(who(&[command(Action::Prefer, "tool")]), "tool");
    // A process deep in a job protects it, but does not make it the first.
    assert_eq!(who(&[command(Action::Protect, "archiver")]), "hog");
    assert_eq!(who(&[command(Action::Prefer, "helper")]), "db@1.service");
    assert_eq!(who(&[unit(Action::Avoid, "db@1.service"), unit(Action::Prefer, "db@1.service")]), "hog");
    let group = Rule { group: Some("/user.slice/**".into()), ..rule(Action::Prefer) };
    assert_eq!(who(&[group]), "hog");
    // In the made machine all is 1000's.
    let both = Rule { user: Some(1000), ..command(Action::Prefer, "to?l") };
    assert_eq!(who(std::slice::from_ref(&both)), "tool");
    assert_eq!(who(&[Rule { user: Some(1), ..both }]), "db@1.service");
    let (walk, chosen) = chosen_with(&[unit(Action::Ignore, "db@1.service")], &[]);
    assert!(!walk.contains(&"db@1.service".to_owned()) && chosen.as_deref() == Some("hog"));
}

#[test]
fn only_what_is_within_the_group_is_ranked() {
    let made = machine();
    made.group("/system.slice/db@1.service.d", &[30], Some(500));
    made.process(30, "neighbour", line(1, 30, 30, 0), 500);
    let chosen = |path: &str| {
        let mut census = made.census();
        let mut ranking = Ranking::new(300);
        let within = Within { path: GroupPath::from(path).unwrap(), held: Bytes::from_mib(200) };
        choose(&mut census, &mut ranking, &Rules::default(), &sample(1), &[], Some(&within)).unwrap();
        let names = ranking.ranked().iter().map(|ranked| census.jobs()[ranked.job as usize].name.to_string());
        (names.collect::<Vec<_>>(), ranking.chosen().map(|job| census.jobs()[job].name.to_string()))
    };
    assert_eq!(chosen("/user.slice").1.as_deref(), Some("hog"), "the database is larger, and not in it");
    let (walk, victim) = chosen("/system.slice/db@1.service");
    assert_eq!((walk, victim.as_deref()), (vec!["db@1.service".to_owned()], Some("db@1.service")));
    assert_eq!(chosen("/other.slice"), (Vec::new(), None));
}

#[test]
fn what_does_not_end_is_passed_over() {
    let stuck = [(20, 200), (21, 210)].map(|(pid, started)| Target { pid, started });
    assert_eq!(chosen_with(&[], &stuck).1.as_deref(), Some("hog"));
    // Another process has the number by now; or only a part of the job does not go.
    assert_eq!(
        chosen_with(&[], &stuck.map(|gone| Target { started: 1, ..gone })).1.as_deref(),
        Some("db@1.service")
    );
    assert_eq!(chosen_with(&[], &stuck[..1]).1.as_deref(), Some("db@1.service"));
}

#[test]
fn a_second_look_may_change_the_choice() {
    let made = machine();
    // Nearly all of the hog's memory is a file's.
    made.status(102, 1024, 0);
    made.file("20/oom_score_adj", b"-1000");
    let mut census = made.census();
    let mut ranking = Ranking::new(300);
    choose(&mut census, &mut ranking, &Rules::default(), &sample(1), &[], None).unwrap();
    let chosen = ranking.chosen().map(|job| census.jobs()[job].name.to_string());
    assert_eq!(chosen.as_deref(), Some("tool"));
}

fn any_job() -> impl Strategy<Value = Job> {
    let spared = prop_oneof![
        3 => Just(None),
        1 => Just(Some(Spared::KeepsTheMachineUsable)),
        1 => Just(Some(Spared::IsTheWatchdog)),
        1 => Just(Some(Spared::ByItsOwner)),
    ];
    let wish = prop_oneof![Just(Wish::None), Just(Wish::Avoid), Just(Wish::Prefer)];
    let amount = || prop_oneof![0u64..1 << 33, Just(u64::MAX)];
    ("[a-d]", amount(), amount(), amount(), -1000i16..=1000, spared, wish, 0u32..3).prop_map(
        |(name, memory, gpu, growth, adjustment, spared, wish, processes)| Job {
            memory: Bytes(memory),
            gpu: Bytes(gpu),
            growth: Bytes(growth),
            adjustment,
            spared: if processes == 0 { spared.or(Some(Spared::HasNothingToEnd)) } else { spared },
            wish,
            processes,
            ..a_job(&name, 0)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn who_is_spared_is_never_chosen(
        mut jobs in prop::collection::vec(any_job(), 0..30),
        protect in prop::option::of(Just(())),
    ) {
        let rules: Vec<Rule> = protect.map(|()| rule(Action::Protect)).into_iter().collect();
        let before = jobs.clone();
        let walk = walk(&mut jobs, &rules, MACHINE);
        prop_assert_eq!(walk.len(), jobs.len());
        let kills = walk.iter().filter(|(_, verdict)| *verdict == Verdict::Kill).count();
        let free = before.iter().filter(|job| job.spared.is_none() && job.memory + job.gpu >= useful(MACHINE.total));
        prop_assert_eq!(kills, usize::from(rules.is_empty() && free.count() > 0));
        for (before, after) in before.iter().zip(&jobs) {
            prop_assert!(before.spared.is_none() || after.spared == before.spared);
        }
    }

    #[test]
    fn the_order_does_not_hang_on_that_of_the_table(jobs in prop::collection::vec(any_job(), 0..30), turn in 0usize..30) {
        let mut turned = jobs.clone();
        turned.rotate_left(turn % jobs.len().max(1));
        let (mut once, mut again) = (jobs.clone(), jobs);
        let walk_once = walk(&mut once, &[], MACHINE);
        prop_assert_eq!(&walk_once, &walk(&mut again, &[], MACHINE));
        prop_assert_eq!(&walk_once, &walk(&mut turned, &[], MACHINE));
    }
}
