//! The forecast of the next boot over a tree whose files hold whatever the fuzzer likes.
//!
//! An input is a sequence of records: one byte that names a file, two bytes of length, and that many bytes of text. A file that is
//! only thought of must make the same forecast as one that is there.
#![no_main]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use libfuzzer_sys::fuzz_target;
use memtune::facts::readings::Readings;
use memtune::host::Host;
use memtune::sysctl::{Forecast, Model};

const FILES: [&str; 10] = [
    "/etc/sysctl.d/10-a.conf",
    "/etc/sysctl.d/99-sysctl.conf",
    "/run/sysctl.d/10-a.conf",
    "/usr/lib/sysctl.d/50-b.conf",
    "/etc/sysctl.conf",
    "/etc/tmpfiles.d/a.conf",
    "/usr/lib/tmpfiles.d/b.conf",
    "/etc/udev/rules.d/a.rules",
    "/proc/cmdline",
    "/proc/sys/vm/swappiness",
];

const KEYS: [&str; 4] = ["vm.swappiness", "vm.dirty_bytes", "vm.dirty_ratio", "vm.overcommit_ratio"];

fn records(mut input: &[u8]) -> BTreeMap<&'static str, String> {
    let mut files = BTreeMap::new();
    while let [name, low, high, rest @ ..] = input {
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        let text = String::from_utf8_lossy(&rest[..length]).into_owned();
        files.insert(FILES[usize::from(*name) % FILES.len()], text);
        input = &rest[length..];
    }
    files
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path.trim_start_matches('/'));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn forecasts(readings: &Readings, model: &Model) -> Vec<Forecast> {
    let mut keys = model.keys();
    keys.truncate(20);
    keys.extend(KEYS.map(str::to_owned));
    keys.iter().map(|key| model.forecast(readings, key)).collect()
}

fn root() -> PathBuf {
    std::env::temp_dir().join(format!("memtune-fuzz-model-{}", std::process::id()))
}

fuzz_target!(|input: &[u8]| {
    let root = root();
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).unwrap();
    let files = records(input);
    files.iter().for_each(|(path, text)| write(&root, path, text));
    let host = Host::at(&root).unwrap();
    let readings = Readings::new(&host, None);
    let Ok(model) = Model::read(&readings) else { return };
    forecasts(&readings, &model);
    let Some((path, text)) = files.iter().find(|(path, _)| path.starts_with("/etc/")) else { return };
    let there = KEYS.map(|key| model.forecast(&readings, key));
    let thought = model.with_file(path, None).with_file(path, Some(text));
    assert_eq!(there, KEYS.map(|key| thought.forecast(&readings, key)), "{path}");
});
