//! `memtune limits suggest`: it follows its schema, what it prints can be typed, and nothing that it says breaks the budget.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::common::{cases, memtune};
use super::schema::Schema;
use super::tune::Machine;
use serde_json::Value;

/// All units of the recorded hosts that hold something.
fn units(case: &Path) -> Vec<String> {
    let output = memtune().arg("--root").arg(case.join("root")).args(["limits", "--json"]).output().unwrap();
    let Ok(overview) = serde_json::from_slice::<Value>(&output.stdout) else { return Vec::new() };
    let units = overview["units"].as_array().unwrap().clone();
    let named = units.iter().filter_map(|unit| unit["unit"].as_str());
    named.filter(|unit| !unit.starts_with('/')).map(str::to_owned).collect()
}

fn suggestion(case: &Path, unit: &str) -> Option<Value> {
    let output = memtune()
        .arg("--root")
        .arg(case.join("root"))
        .args(["limits", "suggest", "--json", "--", unit])
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => Some(serde_json::from_slice(&output.stdout).unwrap()),
        Some(2 | 4) if complaint.starts_with("error: ") => None,
        other => panic!("{}: {unit} ends with {other:?}: {complaint}", case.display()),
    }
}

fn recorded() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

#[test]
fn what_is_suggested_follows_the_schema_and_fits_and_can_be_typed() {
    let schema = Schema::of("suggestion-1");
    let mut typed = 0;
    for case in recorded() {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        for unit in units(&case) {
            let Some(answer) = suggestion(&case, &unit) else { continue };
            assert_eq!(schema.complaint(&answer), None, "{name}: {unit}");
            let max =
                answer["suggested"].as_array().unwrap().iter().find(|one| one["property"] == "MemoryMax");
            let Some(command) = answer["command"].as_str() else { continue };
            let machine = Machine::of(&name);
            let said = machine.ends(&format!("{command} -y"), 0);
            typed += 1;
            if let Some(max) = max {
                assert!(answer["budget"]["fits"] == true, "{name}: {unit}");
                let needed = answer["seen"]["needed"].as_u64().unwrap_or_default();
                assert!(max["bytes"].as_u64().unwrap() > needed, "{name}: {unit}");
                assert!(!said.contains("limits budget"), "{name}: {unit}: {said}");
            }
        }
    }
    assert!(typed >= 5, "only {typed} suggestions could be typed");
}

#[test]
fn without_swap_no_limit_is_suggested_that_only_slows_down() {
    let case = cases().join("07-full-no-swap");
    for unit in units(&case) {
        let Some(answer) = suggestion(&case, &unit) else { continue };
        let all = answer["suggested"].as_array().unwrap();
        assert!(
            all.iter().all(|one| one["property"] != "MemoryHigh" || one["value"] == "infinity"),
            "{unit}"
        );
    }
    let shop = suggestion(&case, "shop").unwrap();
    let omitted = shop["omitted"].as_array().unwrap();
    let high = omitted.iter().find(|one| one["property"] == "MemoryHigh").unwrap();
    assert!(high["reason"].as_str().unwrap().contains("without swap"), "{high}");
}

#[test]
fn a_script_gets_the_command_alone() {
    let root = cases().join("04-jetson-orin/root");
    let output = memtune()
        .arg("--root")
        .arg(&root)
        .args(["limits", "suggest", "brain-in-jar", "-q"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let start = format!("memtune --root {} limits set brain-in-jar.service MemoryMax=", root.display());
    assert!(text.starts_with(&start) && text.lines().count() == 1, "{text}");
    assert!(output.stderr.is_empty());
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let faults: [fn(&mut Value); 6] = [
        |answer| answer["suggested"][0]["property"] = "CPUQuota".into(),
        |answer| answer["suggested"][0]["bytes"] = "1G".into(),
        |answer| answer["suggested"] = Value::Array(Vec::new()),
        |answer| answer["seen"]["peak_from"] = "guess".into(),
        |answer| answer["seen"]["role"] = Value::Null,
        |answer| drop(answer.as_object_mut().unwrap().remove("obstacles")),
    ];
    let sound = suggestion(&cases().join("04-jetson-orin"), "brain-in-jar").unwrap();
    assert_eq!(Schema::of("suggestion-1").complaint(&sound), None);
    for (number, fault) in faults.iter().enumerate() {
        let mut wrong = sound.clone();
        fault(&mut wrong);
        assert!(Schema::of("suggestion-1").complaint(&wrong).is_some(), "fault {number} passes");
    }
}

#[test]
fn what_is_typed_wrongly_is_said() {
    let root = cases().join("04-jetson-orin/root");
    let cases: [(&[&str], i32, &str); 7] = [
        (&["brain-in-a-jar"], 2, "did you mean `brain-in-jar.service`?"),
        (&["a b"], 2, "no name of a unit"),
        (&["brain-in-jar", "--observe", "10"], 2, "allowed are 30s, 10m or 2h"),
        (&["brain-in-jar", "--observe", "2d"], 2, "longer than a day"),
        (&["brain-in-jar", "--observe", "5s"], 2, "not a tree"),
        (&["-.slice"], 2, "unexpected argument"),
        (&["nvzramconfig"], 4, "does not run now"),
    ];
    for (arguments, status, wanted) in cases {
        let output =
            memtune().arg("--root").arg(&root).args(["limits", "suggest"]).args(arguments).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {complaint}");
        assert!(complaint.contains(wanted), "{arguments:?}: {complaint}");
    }
}

/// A group of the running kernel with a program that holds some memory; both gone when this is dropped.
struct Holder {
    group: PathBuf,
    program: Child,
}

impl Holder {
    /// `None` where nobody may make one here.
    fn start() -> Option<Self> {
        let roots = [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")];
        let group = roots.into_iter().find_map(|(root, limit)| {
            let group = Path::new(root).join(format!("memtune-holder-{}.service", std::process::id()));
            fs::create_dir(&group).ok()?;
            if group.join(limit).exists() {
                return Some(group);
            }
            let _ = fs::remove_dir(&group);
            None
        })?;
        // It enters the group itself, so that all that it holds is charged to that.
        let hold = "text=$(head -c 24M /dev/zero | tr '\\0' a) && read -r line && echo $text";
        let script = format!("echo $$ >'{}/cgroup.procs' && {hold}", group.display());
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null());
        let program = shell.spawn();
        match program {
            Ok(program) => Some(Self { group, program }),
            Err(_) => {
                let _ = fs::remove_dir(&group);
                None
            }
        }
    }

    fn name(&self) -> String {
        self.group.file_name().unwrap().to_string_lossy().into_owned()
    }

    fn holds(&self) -> u64 {
        let files = ["memory.current", "memory.usage_in_bytes"];
        let read = |file: &&str| fs::read_to_string(self.group.join(file)).ok()?.trim().parse().ok();
        files.iter().find_map(read).unwrap_or(0)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
        let until = Instant::now() + Duration::from_secs(5);
        while fs::remove_dir(&self.group).is_err() && Instant::now() < until {
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn holder() -> Option<Holder> {
    let holder = Holder::start();
    let until = Instant::now() + Duration::from_secs(10);
    while holder.as_ref().is_some_and(|one| one.holds() < 20 << 20) && Instant::now() < until {
        thread::sleep(Duration::from_millis(50));
    }
    holder.filter(|one| one.holds() >= 20 << 20)
}

#[test]
fn a_group_of_this_kernel_is_watched() {
    let Some(holder) = holder() else {
        eprintln!("skipped: no group with a program can be made here (no root, or no controller of memory)");
        return;
    };
    let watch = |time: &str| {
        let mut command = memtune();
        command.args(["limits", "suggest", "--json", "--observe", time, "--", &holder.name()]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let output = watch("2s").wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(said.lines().count(), 1, "one line at the beginning: {said}");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(Schema::of("suggestion-1").complaint(&answer), None);
    let seen = &answer["observation"];
    assert_eq!(seen["ending"], "complete");
    assert!(seen["samples"].as_u64().unwrap() >= 3, "{seen}");
    assert!(seen["current"]["peak"].as_u64().unwrap() >= 20 << 20, "{seen}");

    // Ctrl-C ends the watching, and not the program.
    let program = watch("10m");
    thread::sleep(Duration::from_millis(1500));
    let pid = rustix::process::Pid::from_child(&program);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = program.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["observation"]["ending"], "interrupted");
    assert_eq!(Schema::of("suggestion-1").complaint(&answer), None);
}
