//! What commands print with --json follows the published schemas: on this very machine, and on every recorded host.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::common::{cases, memtune};
use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

pub(super) struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn of_doctor() -> Self {
        Self::of("doctor-1")
    }

    pub(super) fn of(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/schema/{name}.schema.json"));
        let mut schemas = Schemas::new();
        let index = Compiler::new().compile(path.to_str().unwrap(), &mut schemas).unwrap();
        Self { schemas, index }
    }

    pub(super) fn complaint(&self, report: &Value) -> Option<String> {
        self.schemas.validate(report, self.index).err().map(|error| error.to_string())
    }
}

fn parsed(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn reports_follow_the_schema() {
    let schema = Schema::of_doctor();
    let live = memtune().args(["doctor", "--json"]).output().unwrap();
    assert_eq!(schema.complaint(&parsed(&live)), None, "this machine");
    for case in fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().path()) {
        let output =
            memtune().arg("--root").arg(case.join("root")).args(["doctor", "--json"]).output().unwrap();
        let report = parsed(&output);
        assert_eq!(schema.complaint(&report), None, "{}", case.display());
        let counted: u64 = report["summary"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        assert_eq!(counted as usize, report["findings"].as_array().unwrap().len(), "{}", case.display());
    }
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let schema = Schema::of_doctor();
    let root = cases().join("03-server-hydrus/root");
    let sound = parsed(&memtune().arg("--root").arg(root).args(["doctor", "--json"]).output().unwrap());
    assert_eq!(schema.complaint(&sound), None);
    let faults: [fn(&mut Value); 4] = [
        |report| report["schema"] = "memtune.doctor/2".into(),
        |report| report["host"]["memory"] = "23 GiB".into(),
        |report| report["findings"][0]["severity"] = "fatal".into(),
        |report| drop(report.as_object_mut().unwrap().remove("verdict")),
    ];
    for (number, fault) in faults.iter().enumerate() {
        let mut broken = sound.clone();
        fault(&mut broken);
        assert!(schema.complaint(&broken).is_some(), "fault {number} passes");
    }
}

#[test]
fn what_tune_prints_follows_its_schemas() {
    let commands = [
        ("plan-1", "tune diff hydrus"),
        ("plan-1", "tune diff hydrus --literal"),
        ("tune-status-1", "tune status"),
        (
            "tune-status-1",
            "tune status vm.swappiness /sys/kernel/mm/transparent_hugepage/enabled no.such.knob",
        ),
        ("verify-1", "tune verify desktop-zram"),
        ("profiles-1", "tune list"),
        ("profiles-1", "tune recommend"),
        ("history-1", "history"),
        ("doctor-1", "doctor --profile hydrus"),
    ];
    for (name, command) in commands {
        let schema = Schema::of(name);
        for case in ["02-desktop-zram", "03-server-hydrus", "04-jetson-orin", "06-container", "11-sound"] {
            let root = cases().join(case).join("root");
            let output =
                memtune().arg("--root").arg(root).args(command.split(' ')).arg("--json").output().unwrap();
            let complaints = String::from_utf8_lossy(&output.stderr);
            assert!(!output.stdout.is_empty(), "{case}: {command}: {complaints}");
            assert_eq!(schema.complaint(&parsed(&output)), None, "{case}: {command}");
        }
    }
}

#[test]
fn what_swap_prints_follows_its_schemas() {
    let commands = [
        ("swap-1", "swap"),
        ("swap-1", "swap show"),
        ("swap-advice-1", "swap advise"),
        ("swap-advice-1", "swap advise --profile jetson-llm"),
        ("swap-advice-1", "swap advise --profile cassandra"),
    ];
    for (name, command) in commands {
        let schema = Schema::of(name);
        let arguments: Vec<&str> = command.split(' ').chain(["--json"]).collect();
        let live = memtune().args(&arguments).output().unwrap();
        assert_eq!(schema.complaint(&parsed(&live)), None, "this machine: {command}");
        for case in fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().path()) {
            let output = memtune().arg("--root").arg(case.join("root")).args(&arguments).output().unwrap();
            if case.ends_with("12-truncated") {
                assert_eq!(output.status.code(), Some(5), "{command}");
                continue;
            }
            assert_eq!(schema.complaint(&parsed(&output)), None, "{}: {command}", case.display());
        }
    }
}

#[test]
fn what_swap_add_would_do_follows_the_schema_of_plans() {
    let output = memtune().args(["swap", "add", "1M", "--priority", "5", "--json", "-n"]).output().unwrap();
    if output.status.code() == Some(4) {
        eprintln!("skipped: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let plan = parsed(&output);
    assert_eq!(Schema::of("plan-1").complaint(&plan), None);
    let kinds: Vec<&str> =
        plan["changes"].as_array().unwrap().iter().filter_map(|one| one["kind"].as_str()).collect();
    assert!(kinds.contains(&"swap-file") && kinds.contains(&"swap-area"), "{kinds:?}");
}

#[test]
fn the_schema_of_swap_refuses_what_is_wrong() {
    let schema = Schema::of("swap-1");
    let root = cases().join("08-broken/root");
    let sound = parsed(&memtune().arg("--root").arg(root).args(["swap", "--json"]).output().unwrap());
    assert_eq!(schema.complaint(&sound), None);
    let faults: [fn(&mut Value); 4] = [
        |swap| swap["areas"][0]["size"] = "1 GiB".into(),
        |swap| swap["areas"][0]["kind"] = "floppy".into(),
        |swap| swap["areas"][0]["held_by"] = "fstab".into(),
        |swap| drop(swap.as_object_mut().unwrap().remove("committed")),
    ];
    for (number, fault) in faults.iter().enumerate() {
        let mut broken = sound.clone();
        fault(&mut broken);
        assert!(schema.complaint(&broken).is_some(), "fault {number} passes");
    }
}
