//! `memtune limits`: what it prints follows its schemas, and a group that is made on the running kernel is seen with its limit.

use std::fs;
use std::path::{Path, PathBuf};

use super::common::{cases, memtune};
use super::schema::Schema;
use memtune::limits::shown::unit::PROPERTIES;
use serde_json::Value;

/// A group of the running kernel, gone when this is dropped.
struct Group(PathBuf);

impl Group {
    /// With a limit; `None` where nobody may make one here.
    fn with_limit(bytes: u64) -> Option<Self> {
        let roots = [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")];
        roots.into_iter().find_map(|(root, limit)| {
            let path = Path::new(root).join(format!("memtune-test-{}", std::process::id()));
            fs::create_dir(&path).ok()?;
            let group = Self(path);
            let file = group.0.join(limit);
            // In a folder that is no hierarchy of memory there is no such file.
            (file.exists() && fs::write(file, bytes.to_string()).is_ok()).then_some(group)
        })
    }

    fn name(&self) -> String {
        self.0.file_name().unwrap().to_string_lossy().into_owned()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

fn answer(arguments: &[&str]) -> Value {
    let output = memtune().args(arguments).output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn a_group_of_this_kernel_is_seen_with_its_limit() {
    const LIMIT: u64 = 48 << 20;
    let Some(group) = Group::with_limit(LIMIT) else {
        eprintln!("skipped: no group with a limit can be made here (no root, or no controller of memory)");
        return;
    };
    let shown = answer(&["limits", "show", "--json"]);
    assert_eq!(Schema::of("limits-1").complaint(&shown), None);
    let units = shown["units"].as_array().unwrap();
    let named = |unit: &&Value| unit["group"].as_str().is_some_and(|path| path.ends_with(&group.name()));
    // Where systemd is heard, groups that are none of its units are not told of.
    if shown["systemd"] == false {
        let found = units.iter().find(named).expect("the group is listed");
        assert_eq!((&found["max"], &found["effective_max"]), (&LIMIT.into(), &LIMIT.into()));
        let budget = answer(&["limits", "budget", "--json"]);
        let holders = budget["holders"].as_array().unwrap();
        let held = holders.iter().find(|one| one["name"] == group.name()).expect("the group is counted");
        assert_eq!((&held["bytes"], &held["kind"]), (&LIMIT.into(), &"limited".into()));
    }
}

#[test]
fn what_limits_prints_follows_its_schemas() {
    for (name, command) in [
        ("limits-1", "limits"),
        ("limits-1", "limits show --all"),
        ("budget-1", "limits budget"),
        ("budget-1", "limits budget --reserve 10% --add new=50% --instance new/a=60% --instance alone=1M"),
    ] {
        let schema = Schema::of(name);
        let arguments: Vec<&str> = command.split(' ').chain(["--json"]).collect();
        for case in fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().path()) {
            let output = memtune().arg("--root").arg(case.join("root")).args(&arguments).output().unwrap();
            let Ok(answer) = serde_json::from_slice(&output.stdout) else {
                // What tells nothing of units, or of memory, is a failure with a reason.
                assert_eq!(output.status.code(), Some(5), "{}: {command}", case.display());
                assert!(output.stderr.starts_with(b"error: "), "{}: {command}", case.display());
                continue;
            };
            assert_eq!(schema.complaint(&answer), None, "{}: {command}", case.display());
            let is_failure = answer["fits"] == false;
            assert_eq!(output.status.code(), Some(i32::from(is_failure)), "{}: {command}", case.display());
        }
    }
}

#[test]
fn the_schemas_of_limits_refuse_what_is_wrong() {
    type Case = (&'static str, &'static [&'static str], fn(&mut Value));
    let root = cases().join("04-jetson-orin/root").display().to_string();
    let faults: [Case; 6] = [
        ("limits-1", &["limits"], |answer| answer["units"][0]["max"] = "max".into()),
        ("limits-1", &["limits"], |answer| answer["units"][0]["current"] = "3 GiB".into()),
        ("limits-1", &["limits"], |answer| answer["units"][0]["kind"] = "pod".into()),
        ("budget-1", &["limits", "budget"], |answer| answer["fits"] = true.into()),
        ("budget-1", &["limits", "budget"], |answer| answer["holders"][0]["bytes"] = 0.into()),
        ("budget-1", &["limits", "budget"], |answer| drop(answer.as_object_mut().unwrap().remove("left"))),
    ];
    for (number, (name, command, fault)) in faults.iter().enumerate() {
        let arguments: Vec<&str> = [&["--root", root.as_str(), "--json"], *command].concat();
        let mut wrong = answer(&arguments);
        assert_eq!(Schema::of(name).complaint(&wrong), None);
        fault(&mut wrong);
        assert!(Schema::of(name).complaint(&wrong).is_some(), "fault {number} passes");
    }
}

#[test]
fn what_is_typed_wrongly_is_said() {
    let root = cases().join("04-jetson-orin/root");
    let cases: [(&[&str], &str); 8] = [
        (&["limits", "show", "brain-in-a-jar"], "did you mean `brain-in-jar.service`?"),
        (&["limits", "show", "a b"], "no name of a unit"),
        (&["limits", "budget", "--add", "new"], "is not NAME=SIZE"),
        (&["limits", "budget", "--add", "new=24X"], "`24X` is no size"),
        (&["limits", "budget", "--add", "new=0"], "a size of 0"),
        (&["limits", "budget", "--instance", "=1G"], "an instance has a name"),
        (&["limits", "budget", "--reserve", "200%"], "more than all of it"),
        (&["limits", "budget", "--instances", "/no/such/file"], "`/no/such/file` is not there"),
    ];
    for (arguments, wanted) in cases {
        let output = memtune().arg("--root").arg(&root).args(arguments).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {complaint}");
        assert!(complaint.contains(wanted), "{arguments:?}: {complaint}");
    }
}

#[test]
fn scripts_ask_systemd_what_memtune_asks() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for file in ["capture", "vm/cases/limits-500.case"] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        assert!(text.contains(&PROPERTIES.join(",")), "{file} asks for other properties");
    }
}

#[test]
fn instances_are_read_from_a_file() {
    let root = cases().join("04-jetson-orin/root");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("instances.toml");
    fs::write(&file, "[brain-in-jar]\nsubject = \"10G\"\nobserver = \"15G\"\ngod = \"20G\"\n").unwrap();
    let run = || {
        let command = ["limits", "budget", "--instances"];
        memtune().arg("--root").arg(&root).args(command).arg(&file).output().unwrap()
    };
    let text = String::from_utf8_lossy(&run().stdout).into_owned();
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.join(" ").contains("want 45 GiB together"), "{text}");
    fs::write(&file, "[brain-in-jar]\nsubject = 10\n").unwrap();
    let wrong = run();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("not a size in quotes"));
}
