//! What the account looks like: to people, to programs, to Prometheus, in the state file.

use std::collections::HashMap;
use std::path::Path;

use boon::{Compiler, Schemas};
use memtune::sys::bounded_text::BoundedText;
use memtune::watch::account::event::{Event, Happened};
use memtune::watch::account::kind::Kind;
use memtune::watch::account::scene::Scene;
use memtune::watch::account::state::{KEPT, State};
use memtune::watch::account::telling::Telling;
use memtune::watch::account::waiting::Shares;
use memtune::watch::account::{json_line, metrics, state, state_story, story};
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use snapbox::{Assert, Data};

use crate::scenes;

const SHARES: Option<Shares> = Some(Shares { some: 31.5, full: 12.25 });

fn telling<'a>(event: &'a Event<'a>, scene: &'a Scene) -> Telling<'a> {
    let before = Some(memtune::sys::bytes::Bytes::from_mib(1_640));
    Telling { event, scene, before, waiting: SHARES }
}

fn golden(name: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/watch_account/golden");
    let expected = Data::read_from(&folder.join(name), Some(snapbox::data::DataFormat::Text));
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(Data::text(text.to_owned()), expected);
}

pub(crate) fn stories_are_as_recorded() {
    for width in [Some(80), Some(40), None] {
        let told = stories(width);
        if let Some(width) = width {
            let wide: Vec<&str> = told.lines().filter(|line| line.chars().count() > width).collect();
            assert_eq!(wide, Vec::<&str>::new());
        }
        golden(&format!("story-{}.txt", width.map_or("log".to_owned(), |width| width.to_string())), &told);
    }
}

fn stories(width: Option<usize>) -> String {
    let mut scene = Scene::default();
    scenes::choice(&mut scene);
    let mut text = BoundedText::with_limit(story::ROOM);
    let mut all = String::new();
    scenes::with_each(|events| {
        for event in events {
            text.clear();
            story::write(&telling(event, &scene), width, &mut text);
            assert!(!text.is_cut() && text.as_str().ends_with('\n'));
            all.push_str(text.as_str());
        }
    });
    all
}

fn line(event: &Event<'_>, scene: &Scene) -> Value {
    let mut text = BoundedText::with_limit(json_line::ROOM);
    json_line::write(&telling(event, scene), &mut text);
    assert_eq!(text.as_str().matches('\n').count(), 1, "one line: {}", text.as_str());
    serde_json::from_str(text.as_str()).unwrap()
}

pub(crate) fn json_follows_the_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema/watch-1.schema.json");
    let mut schemas = Schemas::new();
    let schema = Compiler::new().compile(path.to_str().unwrap(), &mut schemas).unwrap();
    let complaint = |line: &Value| schemas.validate(line, schema).err().map(|error| error.to_string());
    let mut scene = Scene::default();
    scenes::choice(&mut scene);
    scenes::with_each(|events| {
        let mut kinds: Vec<Value> = events
            .iter()
            .map(|event| {
                let line = line(event, &scene);
                assert_eq!(complaint(&line), None, "{line}");
                line["event"].clone()
            })
            .collect();
        kinds.dedup();
        for kind in Kind::ALL {
            assert!(kinds.contains(&kind.name().into()), "{} is not among them", kind.name());
        }
    });
    let kill = scenes::event(Happened::Kill { reason: scenes::REASON, ignored_for: None });
    let sound = line(&kill, &scene);
    assert_eq!(
        (&sound["job"]["name"], &sound["ranked"][2]["verdict"]),
        (&"render-farm".into(), &"kill".into())
    );
    let faults: [fn(&mut Value); 5] = [
        |line| line["event"] = "murder".into(),
        |line| line["available"] = "412 MiB".into(),
        |line| line["ranked"][0]["verdict"] = "spare".into(),
        |line| line["time"] = "yesterday".into(),
        |line| drop(line.as_object_mut().unwrap().remove("rule")),
    ];
    for (number, fault) in faults.iter().enumerate() {
        let mut broken = sound.clone();
        fault(&mut broken);
        assert!(complaint(&broken).is_some(), "fault {number} passes");
    }
    any_names_are_told(&kill, |line| complaint(line));
}

/// Names of any characters, up to as long as they can be.
fn any_names_are_told(kill: &Event<'_>, complaint: impl Fn(&Value) -> Option<String>) {
    let names = proptest::collection::vec("(\\PC|\\pC|[\"\\\\\n\t\u{1}]){0,40}", 2..20);
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    runner
        .run(&names, |names| {
            let names: Vec<String> = names.into_iter().map(|name| name.chars().take(30).collect()).collect();
            let mut scene = Scene::default();
            scenes::named(&mut scene, &names);
            let line = line(kill, &scene);
            assert_eq!(complaint(&line), None, "{line}");
            assert_eq!(line["job"]["name"], names[1].as_str());
            Ok(())
        })
        .unwrap();
    // Nothing is longer than this.
    let mut scene = Scene::default();
    scenes::named(&mut scene, &vec!["\u{1}".repeat(128); 60]);
    let line = line(kill, &scene);
    assert_eq!(complaint(&line), None);
    assert_eq!(
        line["ranked"].as_array().unwrap().len() as u64 + line["ranked_left_out"].as_u64().unwrap(),
        60
    );
    assert!(line["job"]["processes"].as_array().unwrap().len() > 20);
}

pub(crate) fn metrics_are_what_the_collector_reads() {
    let mut scene = Scene::default();
    scenes::choice(&mut scene);
    let mut state = State::begin(7, scenes::now(), None);
    note_each(&mut state, &scene);
    let mut text = BoundedText::with_limit(metrics::ROOM);
    metrics::write(&state, &scenes::sample(), SHARES, scenes::now(), &mut text);
    assert!(!text.is_cut());
    golden("metrics.prom", text.as_str());
    let series = parsed(text.as_str());
    assert_eq!(series["memtune_watch_available_bytes"], 432_013_312.0);
    assert_eq!(series["memtune_watch_level_changes_total{level=\"critical\"}"], 3.0);
    assert_eq!(series["memtune_watch_signals_total{signal=\"kill\"}"], 4.0);
    assert_eq!(series["memtune_watch_waiting_ratio{tasks=\"full\"}"], 0.1225);
}

fn note_each(state: &mut State, scene: &Scene) {
    scenes::with_each(|events| {
        for event in events {
            state.note(&telling(event, scene));
        }
    });
}

/// The text format 0.0.4: each series below HELP and TYPE of its name, no series twice.
fn parsed(text: &str) -> HashMap<String, f64> {
    let mut series = HashMap::new();
    let mut current = "";
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("# HELP ") {
            current = head.split_once(' ').unwrap().0;
        } else if let Some(head) = line.strip_prefix("# TYPE ") {
            let (name, kind) = head.split_once(' ').unwrap();
            assert_eq!(name, current);
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
        } else {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert_eq!(name.split('{').next().unwrap(), current);
            assert!(current.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
            assert_eq!(series.insert(name.to_owned(), value.parse().unwrap()), None, "{line}");
        }
    }
    series
}

pub(crate) fn the_state_is_read_back_and_told() {
    let mut scene = Scene::default();
    let mut text = BoundedText::with_limit(state::ROOM);
    let mut state = State::begin(7, scenes::now(), None);
    // The worst there can be: each name full of what is escaped.
    scenes::named(&mut scene, &vec!["\u{1}".repeat(128); 3]);
    let kill = scenes::event(Happened::Kill { reason: scenes::REASON, ignored_for: None });
    for _ in 0..2 * KEPT {
        state.note(&telling(&kill, &scene));
    }
    state.write(&mut text);
    assert_eq!(State::parse(text.as_str()).as_ref(), Ok(&state));
    assert_eq!((state.kills.len(), state.counts.killed), (KEPT, 2 * KEPT as u64));
    scenes::choice(&mut scene);
    note_each(&mut state, &scene);
    state.write(&mut text);
    let read = State::parse(text.as_str()).unwrap();
    assert_eq!(read, state);
    golden("status-last.txt", &state_story::tell(&read, 5, true));
    let after_a_restart = State::begin(8, scenes::now(), Some(read));
    assert_eq!((after_a_restart.pid, after_a_restart.kills), (8, state.kills));
    assert!(
        State::parse(&text.as_str().replace("watch-state/1", "watch-state/9")).unwrap_err().contains("/9")
    );
    assert!(State::parse("{").is_err());
    any_file_is_read_or_refused(text.as_str());
}

/// The right file with pieces of it replaced by anything.
fn any_file_is_read_or_refused(sound: &str) {
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let places = (0..sound.len(), 0usize..40, "[0-9\"\\[\\]{},:\u{1b}a-z-]{0,40}");
    runner
        .run(&places, |(start, length, piece)| {
            let (head, rest) =
                (sound.get(..start).unwrap_or_default(), sound.get(start + length..).unwrap_or_default());
            if let Ok(state) = State::parse(&format!("{head}{piece}{rest}")) {
                assert!(!state_story::tell(&state, KEPT, false).contains('\u{1b}'));
            }
            Ok(())
        })
        .unwrap();
}
