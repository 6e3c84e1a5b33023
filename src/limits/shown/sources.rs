//! Which file set each limit of a unit.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::facts::cgroup_memory::Limit;
use crate::facts::ignored_setting::{self, Ignored};
use crate::facts::unit_drop_ins;
use crate::facts::unit_files;
use crate::facts::unit_folders;
use crate::host::{Host, IfThere};
use crate::sys::size;

/// The settings of a unit that have to do with memory.
const KEYS: [&str; 24] = [
    "MemoryMin",
    "MemoryLow",
    "MemoryHigh",
    "MemoryMax",
    "MemoryLimit",
    "MemorySwapMax",
    "MemoryZSwapMax",
    "StartupMemoryLow",
    "StartupMemoryHigh",
    "StartupMemoryMax",
    "StartupMemorySwapMax",
    "OOMPolicy",
    "OOMScoreAdjust",
    "ManagedOOMSwap",
    "ManagedOOMMemoryPressure",
    "ManagedOOMPreference",
    "CPUQuota",
    "TasksMax",
    "Restart",
    "LimitAS",
    "LimitDATA",
    "LimitRSS",
    "LimitMEMLOCK",
    "LimitSTACK",
];

/// One setting, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Its name, such as `MemoryMax`.
    pub key: String,
    /// Its value as it is written; empty where that takes back what stood before.
    pub value: String,
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The lines that would count without it, the strongest first.
    pub loses: Vec<Loser>,
}

/// A line that does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loser {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The value as it is written.
    pub value: String,
}

/// The settings in `files`, of which later ones count more, and the lines that systemd ignores.
pub fn read(host: &Host, unit: &str, files: &[String]) -> (Vec<Source>, Vec<Ignored>) {
    let mut found: BTreeMap<String, Source> = BTreeMap::new();
    let mut ignored = Vec::new();
    for file in files {
        // A file may have gone since systemd read it; what it set holds until the next reload.
        let text = host.read(file).unwrap_or_default();
        let (heeded, others) = ignored_setting::divide(unit_files::parse(unit, file, &text));
        let is_shown = |one: &Ignored| KEYS.iter().any(|key| key.eq_ignore_ascii_case(&one.setting.key));
        ignored.extend(others.into_iter().filter(is_shown));
        for setting in heeded {
            if KEYS.contains(&setting.key.as_str()) {
                let (file, line, value) = (setting.file, setting.line, setting.value);
                let mut source = Source { key: setting.key, value, file, line, loses: Vec::new() };
                if let Some(before) = found.remove(&source.key) {
                    source.loses = beaten(before);
                }
                found.insert(source.key.clone(), source);
            }
        }
    }
    let mut sources: Vec<Source> = found.into_values().collect();
    sources.sort_by_key(|source| KEYS.iter().position(|key| *key == source.key));
    (sources, ignored)
}

/// The limit that the files set, where it is a size; shares mean different things to different versions of systemd.
pub fn limit(sources: &[Source], key: &str) -> Option<Limit> {
    let value = &sources.iter().find(|source| source.key == key)?.value;
    match value.as_str() {
        "infinity" => Some(Limit::Unlimited),
        value => size::parse(value).ok().filter(|bytes| bytes.0 > 0).map(Limit::At),
    }
}

fn beaten(before: Source) -> Vec<Loser> {
    const MOST_SHOWN: usize = 8;
    let first = Loser { file: before.file, line: before.line, value: before.value };
    std::iter::once(first).chain(before.loses).take(MOST_SHOWN).collect()
}

/// The files of a unit that systemd has not loaded, or cannot be asked about: its own, then its drop-ins in the order in which they
/// count; empty where there is no such unit.
pub fn files_of(host: &Host, unit: &str) -> Vec<String> {
    let path = unit_folders::search_path();
    let mut drop_ins: BTreeMap<String, String> = BTreeMap::new();
    for folder in unit_drop_ins::folders(host, &path, unit) {
        for file in drop_ins_in(host, &folder) {
            // Of equally named files the first counts.
            drop_ins.entry(file.clone()).or_insert_with(|| format!("{folder}/{file}"));
        }
    }
    unit_drop_ins::fragment(host, &path, unit).into_iter().chain(drop_ins.into_values()).collect()
}

/// Whether the owner has drop-ins for this unit that are not among the files that systemd has read. Before version 256 systemd does not
/// say so of a folder that is newer than its list of folders (systemd issue 31752). An empty file masks others, and is read as none.
pub fn has_unread(host: &Host, unit: &str, read: &[String]) -> bool {
    // Of equally named files systemd reads one.
    let is_read = |file: &str| read.iter().any(|path| path.rsplit('/').next() == Some(file));
    unit_folders::owners().into_iter().any(|folder| {
        let folder = format!("{folder}/{unit}.d");
        let says = |file: &str| host.read(&format!("{folder}/{file}")).is_ok_and(|text| !text.is_empty());
        drop_ins_in(host, &folder).iter().any(|file| !is_read(file) && says(file))
    })
}

/// The names of the files in a folder that are drop-ins; none where it cannot be listed.
fn drop_ins_in(host: &Host, folder: &str) -> Vec<String> {
    let mut files = host.list(folder).if_there().ok().flatten().unwrap_or_default();
    files.retain(|file| file.ends_with(".conf"));
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn the_last_line_counts_and_the_others_are_named() {
        let (_folder, host) = made_tree(&[
            ("/lib/a.service", "[Service]\nMemoryMax=1G\nExecStart=/bin/true\nMemoryMax=2G\n"),
            ("/etc/a.service.d/50-MemoryMax.conf", "[Service]\nMemoryMax=3G\n"),
            ("/etc/a.service.d/90-memtune.conf", "[Service]\nMemoryMax=4G\nRestart=always\nMemoryMax=5GB\n"),
        ]);
        let files =
            ["/lib/a.service", "/etc/a.service.d/50-MemoryMax.conf", "/etc/a.service.d/90-memtune.conf"];
        let files = files.map(str::to_owned);
        let (sources, ignored) = read(&host, "a.service", &files);
        assert_eq!((sources.len(), ignored.len()), (2, 1));
        assert_eq!(ignored[0].setting.line, 4);
        let first = &sources[0];
        assert_eq!((first.key.as_str(), first.value.as_str(), first.line), ("MemoryMax", "4G", 2));
        let loses: Vec<&str> = first.loses.iter().map(|one| one.value.as_str()).collect();
        assert_eq!(loses, ["3G", "2G", "1G"]);
        assert_eq!(sources[1].key, "Restart");
    }

    #[test]
    fn drop_ins_are_found_where_systemd_looks() {
        let (_folder, host) = made_tree(&[
            ("/usr/lib/systemd/system/a-b@.service", ""),
            ("/usr/lib/systemd/system/service.d/10-all.conf", ""),
            ("/etc/systemd/system/a-.service.d/20-prefix.conf", ""),
            ("/etc/systemd/system/a-b@.service.d/30-template.conf", ""),
            ("/etc/systemd/system/a-b@c.service.d/30-template.conf", ""),
            ("/etc/systemd/system/a-b@c.service.d/not-a-drop-in", ""),
            ("/etc/systemd/system.control/a-b@c.service.d/50-MemoryMax.conf", ""),
        ]);
        assert_eq!(
            files_of(&host, "a-b@c.service"),
            [
                "/usr/lib/systemd/system/a-b@.service",
                "/usr/lib/systemd/system/service.d/10-all.conf",
                "/etc/systemd/system/a-.service.d/20-prefix.conf",
                "/etc/systemd/system/a-b@c.service.d/30-template.conf",
                "/etc/systemd/system.control/a-b@c.service.d/50-MemoryMax.conf",
            ]
        );
        assert_eq!(files_of(&host, "none.slice"), Vec::<String>::new());
    }

    #[test]
    fn a_drop_in_that_systemd_has_not_read_is_found() {
        let (_folder, host) = made_tree(&[
            ("/etc/systemd/system/a.service.d/90-own.conf", "[Service]\nMemoryMax=1G\n"),
            ("/etc/systemd/system/a.service.d/notes.txt", "none of its business"),
            ("/etc/systemd/system/masked.service.d/90-own.conf", ""),
            ("/etc/systemd/system/same.service.d/90-own.conf", "[Service]\n"),
        ]);
        let read = |path: &str| vec!["/lib/a.service".to_owned(), path.to_owned()];
        assert!(has_unread(&host, "a.service", &read("/lib/systemd/system/a.service.d/10-a.conf")));
        assert!(!has_unread(&host, "a.service", &read("/etc/systemd/system/a.service.d/90-own.conf")));
        assert!(!has_unread(
            &host,
            "same.service",
            &read("/run/systemd/system.control/same.service.d/90-own.conf")
        ));
        assert!(!has_unread(&host, "masked.service", &[]));
        assert!(!has_unread(&host, "none.service", &[]));
    }
}
