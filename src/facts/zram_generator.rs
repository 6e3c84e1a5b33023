//! zram-generator.conf and its drop-ins: the compressed swap that systemd shall make at boot.

use std::collections::BTreeMap;

use crate::host::{Host, IfThere, Lacking};

use super::malformed::{MOST_ENTRIES, numbered_lines};

/// Where its files lie, strongest first.
const FOLDERS: [&str; 4] = ["/run/systemd", "/etc/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"];

/// What one section asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// `zram0`.
    pub name: String,
    /// The size as a formula in MiB.
    pub size: Option<String>,
    /// The compressor, without its parameters.
    pub algorithm: Option<String>,
    /// Machines with more memory than this, in MiB, get no device.
    pub host_memory_limit: Option<u64>,
    /// Whether one of the old keys `zram-fraction` and `max-zram-size` decides about the size instead.
    pub has_old_keys: bool,
    /// The file that spoke last.
    pub file: String,
}

/// Takes the settings of one file in; later files override earlier ones.
pub fn take(devices: &mut Vec<Device>, file: &str, text: &str) {
    let mut section: Option<usize> = None;
    for (_, line) in numbered_lines(text) {
        let line = line.trim();
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = open_section(devices, name, file);
        } else if let Some((key, value)) = line.split_once('=')
            && let Some(device) = section.and_then(|section| devices.get_mut(section))
        {
            set(device, key.trim(), value.trim());
        }
    }
}

/// The place of the device called `name`; sections that are no device are passed over.
fn open_section(devices: &mut Vec<Device>, name: &str, file: &str) -> Option<usize> {
    name.strip_prefix("zram")?.parse::<u32>().ok()?;
    let place = devices.iter().position(|device| device.name == name);
    let place = match place {
        Some(place) => place,
        None if devices.len() == MOST_ENTRIES => return None,
        None => {
            devices.push(Device { name: name.to_owned(), ..Device::default() });
            devices.len() - 1
        }
    };
    devices.get_mut(place)?.file = file.to_owned();
    Some(place)
}

fn set(device: &mut Device, key: &str, value: &str) {
    match key {
        "zram-size" => device.size = Some(value.to_owned()),
        "zram-fraction" | "max-zram-size" => device.has_old_keys = true,
        "host-memory-limit" | "memory-limit" => device.host_memory_limit = value.parse().ok(),
        "compression-algorithm" => device.algorithm = first_algorithm(value),
        _ => {}
    }
}

/// `zstd(level=3) lz4 (type=idle)` compresses with `zstd`; what follows is for recompression.
fn first_algorithm(value: &str) -> Option<String> {
    let words = value.split_whitespace().map(|word| word.split('(').next().unwrap_or_default());
    words.filter(|word| !word.is_empty()).map(str::to_owned).next()
}

/// Reads all devices that shall be made at boot; a machine without the generator's configuration has none.
///
/// # Errors
/// Says which file or folder cannot be read.
pub fn read(host: &Host) -> Result<Vec<Device>, Lacking> {
    read_files(host, None)
}

/// As [`read`], as if the file at `path` had this text, or were not there.
///
/// # Errors
/// Says which file or folder cannot be read.
pub fn read_with(host: &Host, path: &str, text: Option<&str>) -> Result<Vec<Device>, Lacking> {
    read_files(host, Some((path, text)))
}

fn read_files(host: &Host, changed: Option<(&str, Option<&str>)>) -> Result<Vec<Device>, Lacking> {
    let mut devices = Vec::new();
    let is_there = |path: &String| match changed {
        Some((other, text)) if other == path => text.is_some(),
        _ => host.has(path),
    };
    let main = FOLDERS.iter().map(|folder| format!("{folder}/zram-generator.conf")).find(is_there);
    for path in main.into_iter().chain(drop_ins(host, changed)?) {
        if let Some((_, text)) = changed.filter(|(other, _)| *other == path) {
            take(&mut devices, &path, text.unwrap_or_default());
            continue;
        }
        // A drop-in that is a link to /dev/null switches one of the same name off: it reads as something that is not a file.
        match host.read(&path) {
            Err(lacking) if lacking.reason == crate::host::Reason::NotAFile => {}
            text => take(&mut devices, &path, &text.if_there()?.unwrap_or_default()),
        }
    }
    Ok(devices)
}

/// The drop-ins in the order of their names; of several with one name the strongest folder's.
fn drop_ins(
    host: &Host,
    changed: Option<(&str, Option<&str>)>,
) -> Result<impl Iterator<Item = String>, Lacking> {
    let mut files = BTreeMap::new();
    for folder in FOLDERS {
        let folder = format!("{folder}/zram-generator.conf.d");
        let mut names = host.list(&folder).if_there()?.unwrap_or_default();
        names.truncate(MOST_ENTRIES);
        let inside = |path: &str| Some(path.strip_prefix(&folder)?.strip_prefix('/')?.to_owned());
        if let Some((name, text)) = changed.and_then(|(path, text)| Some((inside(path)?, text))) {
            names.retain(|one| *one != name);
            names.extend(text.map(|_| name));
        }
        for name in names.into_iter().filter(|name| name.ends_with(".conf")) {
            files.entry(name.clone()).or_insert_with(|| format!("{folder}/{name}"));
        }
    }
    Ok(files.into_values())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    #[test]
    fn later_files_override_earlier_ones() {
        let mut devices = Vec::new();
        take(
            &mut devices,
            "/a",
            "set!x=echo 1\n[zram0]\nzram-size = ram / 2 # \nhost-memory-limit=none\n[other]\nzram-size=1\n[zram1]\n",
        );
        take(
            &mut devices,
            "/b",
            "# c\n[zram0]\ncompression-algorithm = zstd(level=3) lz4\nhost-memory-limit = 4096\n",
        );
        assert_eq!(devices.len(), 2);
        let first = &devices[0];
        assert_eq!((first.size.as_deref(), first.file.as_str()), (Some("ram / 2 #"), "/b"));
        assert_eq!((first.algorithm.as_deref(), first.host_memory_limit), (Some("zstd"), Some(4096)));
        assert_eq!(devices[1].file, "/a");
    }

    #[test]
    fn the_strongest_folder_wins_and_names_give_the_order() {
        let (_folder, host) = made_tree(&[
            ("usr/lib/systemd/zram-generator.conf", "[zram0]\nzram-size=1\n[zram7]\n"),
            ("etc/systemd/zram-generator.conf", "[zram0]\nzram-size=2\n"),
            ("usr/lib/systemd/zram-generator.conf.d/50-a.conf", "[zram0]\nzram-size=3\n"),
            ("etc/systemd/zram-generator.conf.d/50-a.conf", "[zram0]\ncompression-algorithm=lz4\n"),
            ("usr/lib/systemd/zram-generator.conf.d/40-z.conf", "[zram0]\nzram-size=4\n"),
        ]);
        let devices = read(&host).unwrap();
        assert_eq!(devices.len(), 1);
        assert_eq!((devices[0].size.as_deref(), devices[0].algorithm.as_deref()), (Some("4"), Some("lz4")));
    }

    #[test]
    fn a_file_may_be_thought_of_and_thought_away() {
        let drop_in = "/etc/systemd/zram-generator.conf.d/90-a.conf";
        let (_folder, host) = made_tree(&[
            ("usr/lib/systemd/zram-generator.conf", "[zram0]\nzram-size=1\n"),
            (drop_in, "[zram0]\nzram-size=2\n"),
        ]);
        let size = |text| read_with(&host, drop_in, text).unwrap()[0].size.clone().unwrap();
        assert_eq!((size(None), size(Some("[zram0]\nzram-size=3\n"))), ("1".to_owned(), "3".to_owned()));
        let main = read_with(&host, "/etc/systemd/zram-generator.conf", Some("")).unwrap();
        assert_eq!(main[0].size.as_deref(), Some("2"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|\\[zram[0-9]{0,3}\\]\n|zram-size ?= ?[a-z0-9/]*\n|compression-algorithm=[a-z()]*\n)*") {
            let mut devices = Vec::new();
            take(&mut devices, "/f", &text);
            prop_assert!(devices.iter().all(|device| device.name.starts_with("zram")));
        }
    }
}
