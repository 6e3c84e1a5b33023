//! `memtune limits set` and `unset` on trees: one drop-in is written, kept, refused, and taken back to the byte.

use std::fs;

use serde_json::Value;

use super::common::memtune;
use super::tune::Machine;

const OURS: &str = "etc/systemd/system/brain-in-jar.service.d/90-memtune.conf";

/// The board of our sources: 32 GB, and a unit that may take more than all of it.
fn machine() -> Machine {
    Machine::of("04-jetson-orin")
}

fn read(machine: &Machine, path: &str) -> String {
    fs::read_to_string(machine.root().join(path)).unwrap()
}

fn write(machine: &Machine, path: &str, text: &str) {
    let path = machine.root().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What was said, however it was wrapped.
fn flat(said: &str) -> String {
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn limits_are_set_one_after_the_other_and_taken_back_to_the_byte() {
    let machine = machine();
    let before = machine.state();
    machine.ends("limits set brain-in-jar MemoryMax=24G MemoryHigh=22G -n", 0);
    machine.is_as(&before, "showing a plan writes nothing");
    assert!(machine.ends("limits set brain-in-jar MemoryMax=24G", 2).contains("pass -y"));
    machine.is_as(&before, "without an answer nothing is written");

    machine.ends("limits set brain-in-jar MemoryMax=24G MemoryHigh=22G -y", 0);
    let first = machine.state();
    machine.ends("limits set brain-in-jar.service CPUQuota=600% StartLimitBurst=3 -y", 0);
    let text = read(&machine, OURS);
    assert!(
        text.ends_with(
            "[Service]\nMemoryMax=24G\nMemoryHigh=22G\nCPUQuota=600%\n\n[Unit]\nStartLimitBurst=3\n"
        ),
        "{text}"
    );
    assert!(
        machine.ends("limits set brain-in-jar MemoryMax=24G -y", 0).contains("Nothing is to be changed.")
    );

    machine.ends("limits unset brain-in-jar MemoryMax -y", 0);
    assert!(!read(&machine, OURS).contains("MemoryMax"));
    machine.ends("undo -y", 0);
    assert_eq!(read(&machine, OURS), text);
    machine.ends("undo -y", 0);
    machine.is_as(&first, "the second set is taken back");
    machine.ends("limits unset brain-in-jar -y", 0);
    machine.is_as(&before, "the last one takes the file and its folder along");
    assert!(machine.ends("limits unset brain-in-jar -y", 0).contains("has set nothing"));
}

#[test]
fn bad_input_is_told_what_is_right_and_nothing_is_written() {
    let machine = machine();
    write(&machine, "etc/systemd/system/mask.service", "");
    fs::remove_file(machine.root().join("etc/systemd/system/mask.service")).unwrap();
    std::os::unix::fs::symlink("/dev/null", machine.root().join("etc/systemd/system/mask.service")).unwrap();
    let before = machine.state();
    for (typed, status, said) in [
        ("set brain-in-jr MemoryMax=1G", 2, "did you mean `brain-in-jar.service`?"),
        ("set mask MemoryMax=1G", 4, "masked"),
        ("set brain-in-jar MemoryMx=1G", 2, "did you mean `MemoryMax`?"),
        ("set brain-in-jar MemoryMax=0", 2, "above 0"),
        ("set brain-in-jar MemoryMax=24GB", 2, "say `24G`"),
        ("set brain-in-jar MemoryMax=150%", 2, "a share"),
        ("set brain-in-jar MemorySwapMax=50%", 2, "differ"),
        ("set brain-in-jar CPUQuota=6", 2, "say `600%`"),
        ("set brain-in-jar MemoryMax=", 2, "limits unset"),
        ("set brain-in-jar MemoryMax", 2, "MemoryMax=24G"),
        ("set brain-in-jar MemoryHigh=24G MemoryMax=22G", 4, "above MemoryMax=22G"),
        ("set brain-in-jar MemoryMax=50G", 4, "no limit on a machine with"),
        ("set brain-in-jar MemoryMax=24", 4, "say `24M` or `24G`"),
        ("set /mnt/x MemoryMax=1G", 2, "systemd-escape"),
        ("set x.timer MemoryMax=1G", 2, "no processes"),
        ("set x.slice LimitNOFILE=1", 2, "no property of a slice"),
        ("set brain-in-jar MemoryMax=1G --restart", 2, "running machine"),
        ("unset brain-in-jar MemoryMx", 2, "did you mean `MemoryMax`?"),
        ("unset brain-in-jr", 2, "did you mean"),
    ] {
        let text = flat(&machine.ends(&format!("limits {typed} -y"), status));
        assert!(text.contains(said), "{typed}: {text}");
        machine.is_as(&before, typed);
    }
}

#[test]
fn odd_names_are_names() {
    let machine = machine();
    let before = machine.state();
    for (name, folder) in [
        ("w@.service", "w@.service.d/89-memtune.conf"),
        ("w@a:1", "w@a:1.service.d/90-memtune.conf"),
        (r"box\x2d1.service", r"box\x2d1.service.d/90-memtune.conf"),
        ("ml.slice", "ml.slice.d/90-memtune.conf"),
    ] {
        let kind = if name.ends_with(".slice") { "Slice" } else { "Service" };
        write(&machine, "etc/systemd/system/w@.service", "[Service]\nExecStart=/bin/x\n");
        write(&machine, r"etc/systemd/system/box\x2d1.service", "[Service]\nExecStart=/bin/x\n");
        machine.ends(&format!("limits set {name} MemoryMax=1G -y"), 0);
        let text = read(&machine, &format!("etc/systemd/system/{folder}"));
        assert!(text.ends_with(&format!("[{kind}]\nMemoryMax=1G\n")), "{name}: {text}");
        machine.ends("undo -y", 0);
    }
    fs::remove_file(machine.root().join("etc/systemd/system/w@.service")).unwrap();
    fs::remove_file(machine.root().join(r"etc/systemd/system/box\x2d1.service")).unwrap();
    machine.is_as(&before, "after all");
}

#[test]
fn an_edit_by_hand_is_shown_and_kept_only_on_demand() {
    let machine = machine();
    machine.ends("limits set brain-in-jar MemoryMax=24G -y", 0);
    let edited = read(&machine, OURS).replace("24G", "23G") + "Nice=5\n";
    write(&machine, OURS, &edited);
    for typed in ["set brain-in-jar CPUWeight=50", "unset brain-in-jar CPUWeight", "unset brain-in-jar"] {
        let said = machine.ends(&format!("limits {typed} -y"), 4);
        assert!(said.contains("-MemoryMax=24G") && said.contains("+Nice=5"), "{said}");
        assert_eq!(read(&machine, OURS), edited);
    }
    machine.ends("limits set brain-in-jar CPUWeight=50 --force -y", 0);
    assert_eq!(read(&machine, OURS), format!("{edited}CPUWeight=50\n"));
    machine.ends("limits set brain-in-jar CPUWeight=60 -y", 0);
    // With the hand's own lines in it the file stays when ours go.
    machine.ends("limits unset brain-in-jar CPUWeight -y", 0);
    assert_eq!(read(&machine, OURS), edited);
    machine.ends("undo -y", 0);
    machine.ends("undo -y", 0);
    machine.ends("undo -y", 0);
    assert_eq!(read(&machine, OURS), edited);
    assert!(
        machine.ends("undo -y", 4).contains("Nice=5"),
        "what was there before the edit is not put back over it"
    );
}

#[test]
fn a_profile_and_limits_live_beside_each_other() {
    let machine = machine();
    let before = machine.state();
    machine.ends("tune --profile jetson-llm --unit brain-in-jar -y", 0);
    let profiled = machine.state();
    let of_profile = "etc/systemd/system/brain-in-jar.service.d/90-memtune-profile.conf";
    let text = read(&machine, of_profile);
    machine.ends("limits set brain-in-jar OOMScoreAdjust=300 -y", 0);
    assert_eq!(read(&machine, of_profile), text);
    let said = flat(&machine.ends("tune diff", 0));
    assert!(
        said.contains("90-memtune.conf:5 sets OOMScoreAdjust to 300, and wins over the profile"),
        "{said}"
    );
    machine.ends("limits unset brain-in-jar -y", 0);
    machine.is_as(&profiled, "the limits are gone");
    machine.ends("limits set brain-in-jar CPUWeight=50 -y", 0);
    machine.ends("tune off -y", 0);
    assert!(read(&machine, OURS).contains("CPUWeight=50"));
    machine.ends("limits unset brain-in-jar -y", 0);
    machine.is_as(&before, "after both");
}

#[test]
fn leftovers_of_set_property_are_shown_and_go_along() {
    let machine = machine();
    let leftover = "etc/systemd/system.control/brain-in-jar.service.d/50-MemoryMax.conf";
    write(&machine, leftover, "# This is a drop-in unit file extension\n[Service]\nMemoryMax=1073741824\n");
    let before = machine.state();
    let said = machine.ends("limits set brain-in-jar MemoryMax=24G -n", 0);
    assert!(said.contains("50-MemoryMax.conf (removed)"), "{said}");
    machine.ends("limits set brain-in-jar MemoryMax=24G --keep-leftovers -y", 0);
    assert!(machine.root().join(leftover).exists());
    machine.ends("limits set brain-in-jar MemoryMax=20G -y", 0);
    assert!(!machine.root().join(leftover).exists());
    machine.ends("undo -y", 0);
    machine.ends("undo -y", 0);
    machine.is_as(&before, "the leftover is back");
}

#[test]
fn the_plan_is_one_for_programs() {
    let machine = machine();
    let plan: Value =
        serde_json::from_str(&machine.ends("limits set brain-in-jar MemoryMax=24G -n --json", 0)).unwrap();
    assert_eq!((&plan["schema"], &plan["area"]), (&"memtune.plan/1".into(), &"limits".into()));
    let refused: Value =
        serde_json::from_str(&machine.ends("limits set brain-in-jar MemoryMax=50G -n --json", 4)).unwrap();
    assert_eq!(refused["refused"][0]["target"], "MemoryMax");
}

#[test]
fn without_systemd_it_says_so() {
    if fs::read_link("/proc/1/exe").is_ok_and(|path| path.ends_with("systemd")) {
        eprintln!("skipped: systemd runs here");
        return;
    }
    let output = memtune().args(["limits", "set", "no-such-unit", "MemoryMax=1G", "-n"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("limits of units need systemd"), "{said}");
}
