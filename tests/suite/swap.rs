//! `memtune swap show` on the running kernel: an area that was turned on by hand is seen as it is; and `swap advise` hears the
//! active profile.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::common::memtune;
use super::tune::Machine;
use serde_json::Value;

/// A swap file that is in use, and gone when this is dropped.
struct Area {
    folder: tempfile::TempDir,
}

impl Area {
    /// `None` where this machine lets nobody swap to a file here.
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let own = Self { folder };
        let file = File::create(own.path()).unwrap();
        file.set_permissions(fs::Permissions::from_mode(0o600)).unwrap();
        std::io::copy(&mut std::io::Read::take(std::io::repeat(0), 16 << 20), &mut &file).unwrap();
        file.sync_all().unwrap();
        (runs("mkswap", &own.path()) && runs("swapon", &own.path())).then_some(own)
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("by hand")
    }
}

impl Drop for Area {
    fn drop(&mut self) {
        runs("swapoff", &self.path());
    }
}

fn runs(program: &str, path: &Path) -> bool {
    Command::new(program).arg(path).output().is_ok_and(|output| output.status.success())
}

fn shown() -> Value {
    let output = memtune().args(["swap", "--json"]).output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn an_area_turned_on_by_hand_is_seen_and_known_to_go() {
    let Some(area) = Area::new() else {
        eprintln!("skipped: swapon is refused here (no root, or a file system without swap files)");
        return;
    };
    let path = area.path().display().to_string();
    let swap = shown();
    let found = swap["areas"].as_array().unwrap().iter().find(|one| one["path"] == path.as_str()).unwrap();
    assert_eq!((&found["kind"], &found["in_use"]), (&"file".into(), &true.into()));
    // The header takes one page.
    let size = found["size"].as_u64().unwrap();
    assert!(((16 << 20) - (64 << 10)..16 << 20).contains(&size), "{size}");
    if swap["container"].is_null() {
        assert_eq!(found["held_by"], Value::Array(vec![]));
        let remarks = swap["remarks"].as_array().unwrap();
        assert!(
            remarks.iter().any(|one| one["check"] == "W04" && one["text"].as_str().unwrap().contains(&path))
        );
    }
    fs::rename(area.path(), area.folder.path().join("other")).unwrap_err();
    drop(area);
    assert!(shown()["areas"].as_array().unwrap().iter().all(|one| one["path"] != path.as_str()));
}

#[test]
fn the_active_profile_has_its_say() {
    let machine = Machine::of("11-sound");
    assert!(!machine.ends("swap advise", 0).contains("the profile"));
    machine.ends("tune --profile redis -y", 0);
    let advice = machine.ends("swap advise", 0);
    assert!(advice.contains("the profile redis wants swap of 62.5 GiB on a disk"), "{advice}");
    assert!(advice.contains("$ sudo memtune swap add "), "{advice}");
    // Who names one is not asked for another.
    assert!(!machine.ends("swap advise --profile cassandra", 0).contains("redis"));
    machine.ends("swap advise --profile nobody", 2);
}
