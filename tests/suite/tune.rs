//! Profiles on trees: a copy of a recorded host is tuned, looked at byte by byte, and taken back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::common::{cases, memtune};

/// A copy of a recorded host that may be written.
pub(super) struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    pub(super) fn of(case: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&cases().join(case).join("root"), folder.path());
        // Where the journal lies; captures rarely hold it.
        fs::create_dir_all(folder.path().join("var/lib")).unwrap();
        Self { folder }
    }

    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, arguments: &str) -> Output {
        memtune().arg("--root").arg(self.folder.path()).args(arguments.split(' ')).output().unwrap()
    }

    /// Runs and asserts the status; returns what was printed.
    pub(super) fn ends(&self, arguments: &str, status: i32) -> String {
        let output = self.run(arguments);
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments}: {text}");
        text
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path.trim_start_matches('/'))
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Asserts that everything is as it was, and names what is not.
    pub(super) fn is_as(&self, before: &BTreeMap<PathBuf, Vec<u8>>, what: &str) {
        let now = self.state();
        let differs = |path: &&PathBuf| before.get(*path) != now.get(*path);
        let different: Vec<&PathBuf> = before.keys().chain(now.keys()).filter(differs).collect();
        assert!(different.is_empty(), "{what}: {different:?}");
    }

    /// Asserts that the profile wins at the next boot; a tree has running values that nothing sets.
    fn next_boot_is_as_wanted(&self) {
        let output = self.run("tune verify --json").stdout;
        let answer: serde_json::Value = serde_json::from_slice(&output).unwrap();
        let keys = answer["keys"].as_array().unwrap();
        assert!(!keys.is_empty());
        keys.iter().for_each(|key| assert_eq!(key["wanted"], key["next_boot"], "{key}"));
    }

    /// Everything but memtune's own memory: files with their bytes, links with their targets, folders.
    pub(super) fn state(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut state = BTreeMap::new();
        look(self.folder.path(), Path::new(""), &mut state);
        state.retain(|path, _| !path.starts_with("var/lib/memtune"));
        state
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let target = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path()).unwrap(), target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn look(root: &Path, inside: &Path, state: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(root.join(inside)).unwrap().map(|entry| entry.unwrap()) {
        let path = inside.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        let content = if kind.is_dir() {
            look(root, &path, state);
            b"folder".to_vec()
        } else if kind.is_symlink() {
            fs::read_link(entry.path()).unwrap().into_os_string().into_encoded_bytes()
        } else {
            fs::read(entry.path()).unwrap()
        };
        state.insert(path, content);
    }
}

const OURS: &str = "/etc/sysctl.d/99-zz-memtune.conf";

#[test]
fn a_profile_is_applied_once_and_taken_back_to_the_byte() {
    for case in ["02-desktop-zram", "05-raspberry-pi", "10-armv7-32bit", "11-sound"] {
        let machine = Machine::of(case);
        let before = machine.state();
        machine.ends("tune diff hydrus", 0);
        machine.ends("tune --profile hydrus -n", 0);
        machine.is_as(&before, &format!("{case}: showing a plan writes nothing"));
        assert!(machine.ends("tune --profile hydrus", 2).contains("pass -y"));
        machine.is_as(&before, &format!("{case}: without an answer nothing is written"));
        machine.ends("tune --profile hydrus -y", 0);
        assert!(machine.read(OURS).contains("\nvm.watermark_scale_factor = "));
        assert!(machine.ends("tune apply hydrus -y", 0).contains("Nothing is to be changed."), "{case}");
        machine.ends("tune off -y", 0);
        machine.is_as(&before, &format!("{case}: off"));
        assert!(machine.ends("undo -y", 0).contains("nothing is left to take back"));
    }
}

#[test]
fn another_profile_takes_the_place_of_the_first_and_undo_goes_back_to_it() {
    let machine = Machine::of("11-sound");
    machine.ends("tune --profile redis -y", 0);
    let first = machine.state();
    machine.ends("tune --profile hydrus -y", 0);
    assert!(!machine.read(OURS).contains("overcommit"));
    assert!(!machine.path("/etc/tmpfiles.d/00-memtune.conf").exists(), "what only redis needed is gone");
    machine.ends("undo -y", 0);
    machine.is_as(&first, "");
}

#[test]
fn what_somebody_else_changed_is_shown_and_kept() {
    let machine = Machine::of("11-sound");
    let before = machine.state();
    machine.ends("tune --profile hydrus -y", 0);
    let text = machine.read(OURS) + "vm.swappiness = 1\n";
    machine.write(OURS, &text);
    assert!(machine.ends("undo -y", 4).contains("vm.swappiness = 1"));
    machine.ends("tune off -y", 4);
    assert_eq!(machine.read(OURS), text);
    machine.ends("undo -y --force", 0);
    machine.is_as(&before, "");
}

#[test]
fn the_owners_lines_that_would_win_are_put_aside_and_come_back() {
    let machine = Machine::of("11-sound");
    machine.write("/etc/sysctl.d/99-zzz-own.conf", "# own\nvm.watermark_scale_factor=11\nvm.swappiness=7");
    machine.write("/etc/sysctl.conf", "vm.watermark_scale_factor = 12\r\n");
    let before = machine.state();
    machine.ends("tune --profile hydrus -y", 0);
    let own = machine.read("/etc/sysctl.d/99-zzz-own.conf");
    assert_eq!(own, "# own\n# put aside by memtune: vm.watermark_scale_factor=11\nvm.swappiness=7");
    assert!(machine.read("/etc/sysctl.conf").starts_with("# put aside by memtune: "));
    machine.ends("tune off -y", 0);
    machine.is_as(&before, "");
}

const RIVAL: &str = "/etc/sysctl.d/99-zzz-own.conf";

#[test]
fn a_second_run_keeps_put_aside_what_the_first_put_aside() {
    let machine = Machine::of("11-sound");
    machine.write(RIVAL, "# own\nvm.watermark_scale_factor=11\nvm.swappiness=7\n");
    machine.write("/etc/sysctl.conf", "vm.watermark_scale_factor = 12\nvm.dirty_bytes = 5\n");
    let before = machine.state();
    machine.ends("tune --profile hydrus -y", 0);
    let first = machine.state();
    assert!(machine.ends("tune --profile hydrus -y", 0).contains("Nothing is to be changed"));
    machine.is_as(&first, "the same profile again");
    for other in ["throughput-server", "latency-server", "hydrus", "desktop-zram"] {
        let last = machine.state();
        machine.ends(&format!("tune --profile {other} -y"), 0);
        machine.next_boot_is_as_wanted();
        machine.ends("undo -y", 0);
        machine.is_as(&last, other);
        machine.ends(&format!("tune --profile {other} -y"), 0);
    }
    machine.ends("tune off -y", 0);
    machine.is_as(&before, "off");
}

#[test]
fn what_the_owner_adds_to_his_files_stays_when_his_lines_come_back() {
    let machine = Machine::of("11-sound");
    machine.write(RIVAL, "vm.watermark_scale_factor=11\n");
    machine.ends("tune --profile hydrus -y", 0);
    machine.write(RIVAL, &format!("net.core.somaxconn=4096\n{}", machine.read(RIVAL)));
    machine.ends("tune --profile hydrus -y", 0);
    machine.ends("tune --profile redis -y", 0);
    machine.ends("tune off -y", 0);
    assert_eq!(machine.read(RIVAL), "net.core.somaxconn=4096\nvm.watermark_scale_factor=11\n");
}

#[test]
fn a_file_that_is_no_text_is_left_alone() {
    let machine = Machine::of("11-sound");
    fs::write(machine.path(RIVAL), b"# caf\xe9\nvm.watermark_scale_factor=11\n").unwrap();
    let text = machine.ends("tune --profile hydrus -y", 0);
    assert!(text.contains("memtune leaves that file alone"), "{text}");
    assert_eq!(fs::read(machine.path(RIVAL)).unwrap(), b"# caf\xe9\nvm.watermark_scale_factor=11\n");
}

#[test]
fn an_edit_of_our_own_file_is_told_overwritten_and_no_obstacle_later() {
    let machine = Machine::of("11-sound");
    let before = machine.state();
    machine.ends("tune --profile hydrus -y", 0);
    machine.write(OURS, &(machine.read(OURS) + "vm.swappiness = 5\n"));
    assert!(machine.ends("tune --profile hydrus -y", 0).contains("was edited since"));
    machine.ends("tune off -y", 0);
    machine.is_as(&before, "");
}

#[test]
fn doctor_leaves_to_a_profile_what_the_profile_holds() {
    let machine = Machine::of("03-server-hydrus");
    machine.ends("tune --profile hydrus -y", 0);
    let ours = machine.read(OURS);
    let text = machine.ends("doctor --check S08 --fix -y", 4);
    assert!(text.contains("the profile hydrus is applied"), "{text}");
    assert_eq!(machine.read(OURS), ours);
    machine.ends("doctor --fix -y", 4);
    machine.next_boot_is_as_wanted();
}

#[test]
fn a_profile_of_which_the_journal_knows_nothing_is_not_called_off() {
    let machine = Machine::of("11-sound");
    machine.ends("tune --profile hydrus -y", 0);
    fs::remove_dir_all(machine.path("/var/lib/memtune")).unwrap();
    assert!(machine.ends("tune off -y", 4).contains("active.json"));
}

#[test]
fn a_profile_is_found_again_from_wherever_memtune_is_called() {
    let machine = Machine::of("11-sound");
    let folder = tempfile::tempdir().unwrap();
    let text = "schema = 1\nname = \"own\"\ntitle = \"x\"\nabout = \"x\"\nsource = \"x\"\n";
    let setting = "[[setting]]\nsysctl = \"vm.swappiness\"\nvalue = 9\nreason = \"x\"\nsource = \"x\"\n";
    fs::write(folder.path().join("own.toml"), format!("{text}{setting}")).unwrap();
    let mut apply = memtune();
    apply.current_dir(folder.path()).arg("--root").arg(machine.folder.path());
    let output = apply.args(["tune", "--profile", "own.toml", "-y"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(machine.ends("tune apply -y", 0).contains("Nothing is to be changed"));
}

#[test]
fn a_profile_that_only_limits_a_service_wants_to_know_which() {
    let machine = Machine::of("04-jetson-orin");
    let before = machine.state();
    machine.ends("tune --profile jetson-llm -y", 2);
    machine.is_as(&before, "");
    machine.write("/etc/systemd/system/a.service", "[Service]\nExecStart=/bin/a\n");
    machine.write("/etc/systemd/system/a.service.d/99-mine.conf", "[Service]\nMemoryMax=2G\n");
    let text = machine.ends("tune --profile jetson-llm --unit a -y", 0);
    assert!(text.contains("99-mine.conf:2 sets MemoryMax to 2G"), "{text}");
    // The unit is remembered, also where the profile is named again.
    assert!(machine.ends("tune --profile jetson-llm -y", 0).contains("Nothing is to be changed"));
}

#[test]
fn what_a_hint_proposes_stays_in_the_tree() {
    let machine = Machine::of("11-sound");
    machine.ends("tune --profile hydrus -y", 0);
    machine.write(OURS, "vm.swappiness = 5\n");
    let text = machine.ends("undo -y", 4);
    assert!(
        text.contains(&format!("memtune --root {} undo 1 --force", machine.folder.path().display())),
        "{text}"
    );
}

#[test]
fn systems_that_keep_their_settings_elsewhere_get_the_text() {
    let nix = Machine::of("11-sound");
    nix.write("/etc/NIXOS", "");
    let before = nix.state();
    let text = nix.ends("tune --profile hydrus -y", 4);
    assert!(
        text.contains("boot.kernel.sysctl = {\n") && text.contains("\"vm.watermark_scale_factor\" = 70;"),
        "{text}"
    );
    nix.is_as(&before, "NixOS");
    let container = Machine::of("06-container");
    let text = container.ends("tune --profile hydrus -y", 4);
    assert!(text.contains("container") && text.contains("vm.watermark_scale_factor = 70"), "{text}");
}

#[test]
fn steam_os_is_told_what_to_keep() {
    let machine = Machine::of("11-sound");
    machine.write("/etc/os-release", "ID=steamos\n");
    machine.ends("tune --profile hydrus -y", 0);
    assert!(machine.read("/etc/atomic-update.conf.d/memtune.conf").contains(OURS));
}

#[test]
fn numbers_that_would_endanger_the_machine_are_refused_with_the_numbers() {
    let machine = Machine::of("05-raspberry-pi");
    let before = machine.state();
    let text = machine.ends("tune --profile hydrus --literal -y", 4);
    assert!(text.contains("1153434") && text.contains('%'), "{text}");
    machine.is_as(&before, "");
}

#[test]
fn what_is_wrong_is_named_before_anything_is_written() {
    let machine = Machine::of("11-sound");
    let before = machine.state();
    assert!(machine.ends("tune --profile hydras -y", 2).contains("`hydrus`"));
    assert!(machine.ends("tune --profile redis --profile postgresql -y", 4).contains("vm.overcommit_memory"));
    assert!(machine.ends("tune --profile jetson-llm --unit none.service -y", 2).contains("none.service"));
    assert!(machine.ends("tune --profile jetson-llm --unit ../x -y", 2).contains("no name of a unit"));
    assert!(machine.ends("tune verify", 2).contains("no profile is active"));
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own.toml");
    fs::write(&own, "schema = 1\nname = \"own\"\ntitel = \"x\"\n").unwrap();
    let text = machine.ends(&format!("tune diff {}", own.display()), 2);
    assert!(text.contains("line 3") && text.contains("title"), "{text}");
    machine.is_as(&before, "");
}

#[test]
fn a_unit_is_limited_by_one_drop_in() {
    let machine = Machine::of("11-sound");
    machine.write("/etc/systemd/system/llama.service", "[Service]\nExecStart=/bin/llama\n");
    let before = machine.state();
    machine.ends("tune --profile jetson-llm --unit llama -y", 0);
    let drop_in = machine.read("/etc/systemd/system/llama.service.d/90-memtune-profile.conf");
    assert!(
        drop_in.contains("\n[Unit]\n")
            && drop_in.contains("\n[Service]\n")
            && drop_in.contains("\nMemoryMax=")
    );
    machine.ends("tune verify", 0);
    machine.write("/etc/systemd/system/llama.service.d/95-own.conf", "[Service]\nMemoryMax=1G\n");
    assert!(machine.ends("tune verify --json", 1).contains("95-own.conf"));
    fs::remove_file(machine.path("/etc/systemd/system/llama.service.d/95-own.conf")).unwrap();
    machine.ends("tune off -y", 0);
    machine.is_as(&before, "");
}

#[test]
fn doctor_mends_what_it_can_take_back() {
    let machine = Machine::of("03-server-hydrus");
    let before = machine.state();
    machine.ends("doctor --check S13 --fix -n", 0);
    machine.is_as(&before, "");
    machine.ends("doctor --fix -y", 0);
    assert!(machine.path("/etc/sysctl.d/99-zz-memtune-doctor-S08.conf").exists());
    let once = machine.state();
    machine.ends("doctor --fix -y", 0);
    machine.is_as(&once, "the same fixes once more");
    // Each fix can be taken back without those that came after it.
    machine.ends("undo 1 -y", 0);
    while machine.ends("undo -y", 0).contains("Done: this is change") {}
    machine.is_as(&before, "");
}
