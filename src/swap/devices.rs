//! Which device or file a name means, and by which name a device is best called.

use crate::facts::mounts;
use crate::facts::readings::Readings;
use crate::facts::swap_header;
use crate::host::Host;

/// What a name such as `UUID=..` leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A device or file, by the path that the kernel shows.
    At(String),
    /// Nothing on this machine has that name.
    Gone,
    /// It cannot be told: udev's links are not there.
    Unknown,
}

/// The folder of udev's links for each kind of tag.
const TAGS: [(&str, &str); 4] = [
    ("UUID=", "/dev/disk/by-uuid"),
    ("LABEL=", "/dev/disk/by-label"),
    ("PARTUUID=", "/dev/disk/by-partuuid"),
    ("PARTLABEL=", "/dev/disk/by-partlabel"),
];

/// Follows a source as fstab or the kernel's arguments write it.
pub fn target(host: &Host, source: &str) -> Target {
    for (tag, folder) in TAGS {
        let Some(value) = source.strip_prefix(tag) else {
            continue;
        };
        let value = unquoted(value);
        let link = format!("{folder}/{}", as_udev_writes(value));
        return match host.link(&link) {
            Ok(_) => Target::At(canonical(host, &link)),
            Err(_) if host.has(folder) => Target::Gone,
            Err(_) => as_blkid_printed(host, tag, value).map_or(Target::Unknown, Target::At),
        };
    }
    let path = canonical(host, source);
    // A capture seldom holds the links in /dev; `/dev/sda2` is no link on any machine, `/dev/mapper/x` is one on most.
    let may_be_link = path.strip_prefix("/dev/").is_some_and(|name| name.contains('/'));
    match may_be_link && !host.is_live() && !host.has(&path) {
        true => Target::Unknown,
        false => Target::At(path),
    }
}

/// What a capture's `blkid` knew: `/dev/sda2: UUID="1-2" TYPE="swap"`. The live machine has udev's links instead.
fn as_blkid_printed(host: &Host, tag: &str, value: &str) -> Option<String> {
    if host.is_live() {
        return None;
    }
    let printed = host.output("blkid", &["-c", "/dev/null"]).ok()?;
    let wanted = format!(" {tag}\"{value}\"");
    let lines = printed.lines().filter_map(|line| line.split_once(':'));
    let mut devices = lines.filter(|(_, tags)| tags.contains(&wanted)).map(|(device, _)| device.to_owned());
    devices.find(|device| !device.starts_with("/dev/mapper/"))
}

/// Whether `source`, which leads to `target`, means the area at `path`; `None` where that cannot be told. udev may not run, or not have
/// looked at it: what a device has in its header counts as much as a link.
pub fn means(host: &Host, source: &str, target: &Target, path: &str) -> Option<bool> {
    if let Target::At(known) = target {
        return Some(known == path);
    }
    // No such name leads to a file.
    if !path.starts_with("/dev/") {
        return Some(false);
    }
    is_in_header(host, source, path).or_else(|| (*target == Target::Gone).then_some(false))
}

/// Whether the header of the area at `path` holds the UUID or label that is asked for; `None` where it cannot be read, or holds no such tag.
fn is_in_header(host: &Host, source: &str, path: &str) -> Option<bool> {
    let (tag, value) = source.split_once('=').filter(|(tag, _)| matches!(*tag, "UUID" | "LABEL"))?;
    let header = swap_header::parse(&host.read_start(path, swap_header::LARGEST_PAGE).ok()?)?;
    let value = unquoted(value);
    Some(match tag {
        "UUID" => header.uuid.to_string().eq_ignore_ascii_case(value),
        _ => header.label() == value,
    })
}

/// The value of a tag, which may stand in quotes of either kind.
fn unquoted(value: &str) -> &str {
    let inside = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}

/// udev writes all but a few harmless letters of ASCII as `\x20`, and leaves other alphabets as they are.
fn as_udev_writes(value: &str) -> String {
    let escaped = |letter: char| match letter {
        '#' | '+' | '-' | '.' | ':' | '=' | '@' | '_' => letter.to_string(),
        _ if letter.is_ascii_alphanumeric() || !letter.is_ascii() => letter.to_string(),
        _ => format!("\\x{:02x}", u32::from(letter)),
    };
    value.chars().map(escaped).collect()
}

/// The path without links, as the kernel shows it in /proc/swaps; what cannot be followed stays.
pub fn canonical(host: &Host, path: &str) -> String {
    /// The kernel gives up after 40 links; a hostile tree shall not make us follow long ones for ever.
    const MOST_STEPS: usize = 256;
    let mut steps = 0;
    let mut done: Vec<String> = Vec::new();
    let mut open: Vec<String> = parts(path);
    while let Some(part) = open.pop() {
        steps += 1;
        if steps > MOST_STEPS {
            return path.to_owned();
        }
        if part == ".." {
            done.pop();
            continue;
        }
        done.push(part);
        let Ok(target) = host.link(&joined(&done)) else {
            continue;
        };
        match target.starts_with('/') {
            true => done.clear(),
            false => drop(done.pop()),
        }
        open.extend(parts(&target));
    }
    joined(&done)
}

/// The parts of a path, last first.
fn parts(path: &str) -> Vec<String> {
    path.split('/').rev().filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
}

fn joined(parts: &[String]) -> String {
    format!("/{}", parts.join("/"))
}

/// The device that `path` is, or that holds it if it is a file.
pub fn device_under(readings: &Readings, path: &str, is_file: bool) -> Option<String> {
    let host = readings.host();
    if !is_file {
        return Some(canonical(host, path));
    }
    let mount = mounts::holding(readings.mounts().ok()?, path)?;
    // The kernel calls the root of some machines so, by no name that leads anywhere.
    (mount.source != "/dev/root").then(|| canonical(host, &mount.source))
}

/// The link in `folder` that leads to a device, as `TAG=value` writes it.
pub fn value_of_tag(host: &Host, folder: &str, device: &str) -> Option<String> {
    const MOST_LINKS: usize = 1024;
    let names = host.list(folder).ok()?.into_iter().take(MOST_LINKS);
    // Names that udev had to escape would have to be undone; a plain path serves as well.
    let mut names = names.filter(|name| !name.contains('\\'));
    let leads_there = |target: String| target.rsplit('/').next() == device.strip_prefix("/dev/");
    names.find(|name| host.link(&format!("{folder}/{name}")).is_ok_and(leads_there))
}

/// The name of a device that still leads to it after a change of disks.
pub fn lasting_name(host: &Host, device: &str) -> String {
    let name = device.rsplit('/').next().unwrap_or_default();
    if name.starts_with("dm-") {
        let mapped = host.read(&format!("/sys/class/block/{name}/dm/name")).unwrap_or_default();
        return match mapped.trim() {
            "" => device.to_owned(),
            mapped => format!("/dev/mapper/{mapped}"),
        };
    }
    value_of_tag(host, "/dev/disk/by-uuid", device).map_or(device.to_owned(), |uuid| format!("UUID={uuid}"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::host::made_tree::made_tree;

    fn tree() -> (tempfile::TempDir, Host) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in ["dev/disk/by-uuid", "dev/mapper", "data/var", "dev/disk/by-label"] {
            std::fs::create_dir_all(root.join(path)).unwrap();
        }
        symlink("../../sda2", root.join("dev/disk/by-uuid/1-2")).unwrap();
        symlink("../../sdb1", root.join("dev/disk/by-label/my\\x20swap")).unwrap();
        symlink("../dm-1", root.join("dev/mapper/vg-swap")).unwrap();
        symlink("data/var", root.join("var")).unwrap();
        symlink("/loop", root.join("loop")).unwrap();
        let host = Host::at(root).unwrap();
        (folder, host)
    }

    #[test]
    fn a_capture_is_told_by_blkid_or_not_at_all() {
        let printed = "/dev/sda2: LABEL=\"x\" UUID=\"1-2\" TYPE=\"swap\" PARTUUID=\"3-4\"\n/dev/mapper/vg-x: UUID=\"5\"\n";
        let (_folder, host) = made_tree(&[("/sos_commands/block/blkid_-c_.dev.null", printed)]);
        let sda2 = Target::At("/dev/sda2".into());
        for (source, expected) in [
            ("UUID=1-2", sda2.clone()),
            ("PARTUUID=3-4", sda2),
            ("UUID=3-4", Target::Unknown),
            ("UUID=5", Target::Unknown),
            ("/dev/mapper/vg-x", Target::Unknown),
            ("/dev/sda3", Target::At("/dev/sda3".into())),
        ] {
            assert_eq!(target(&host, source), expected, "{source}");
        }
    }

    #[test]
    fn labels_are_written_as_udev_writes_them() {
        for (label, written) in [
            ("swap(1)", "swap\\x281\\x29"),
            ("a#+-.:=@_Z9", "a#+-.:=@_Z9"),
            ("my swäp", "my\\x20swäp"),
            ("a/b\\c\"'~$", "a\\x2fb\\x5cc\\x22\\x27\\x7e\\x24"),
            ("\u{3000}\u{7}", "\u{3000}\\x07"),
        ] {
            assert_eq!(as_udev_writes(label), written);
        }
    }

    #[test]
    fn names_lead_to_what_the_kernel_shows() {
        let (_folder, host) = tree();
        let cases = [
            ("UUID=1-2", Target::At("/dev/sda2".into())),
            ("UUID=\"1-2\"", Target::At("/dev/sda2".into())),
            ("LABEL=my swap", Target::At("/dev/sdb1".into())),
            ("UUID=9", Target::Gone),
            ("PARTUUID=9", Target::Unknown),
            ("/dev/mapper/vg-swap", Target::At("/dev/dm-1".into())),
            ("/var/../var/./swap", Target::At("/data/var/swap".into())),
            ("/swapfile", Target::At("/swapfile".into())),
            ("/loop", Target::At("/loop".into())),
        ];
        for (source, expected) in cases {
            assert_eq!(target(&host, source), expected, "{source}");
        }
        assert_eq!(target(&host, "LABEL='my swap'"), Target::At("/dev/sdb1".into()));
        assert_eq!(target(&host, "LABEL=\"my swap'"), Target::Gone);
        assert_eq!(lasting_name(&host, "/dev/sda2"), "UUID=1-2");
        assert_eq!(lasting_name(&host, "/dev/sdc1"), "/dev/sdc1");
    }
}
