//! Whether what a new area lies on is there at the next boot.

use crate::facts::mounts;
use crate::facts::readings::Readings;
use crate::host::{Host, IfThere};

use super::fstab;

/// Where systemd finds what it mounts, what its generators made of other sources included.
const UNITS: [&str; 6] = [
    "/etc/systemd/system",
    "/run/systemd/generator",
    "/run/systemd/generator.early",
    "/run/systemd/generator.late",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// Why the area at `path` may be gone then; `None` where nothing speaks for that.
pub(super) fn doubt(readings: &Readings, path: &str) -> Option<String> {
    if path.starts_with("/dev/loop") {
        return Some(format!(
            "{path} is a loop device: it is not there after the next boot, unless something sets it up before; the file under it can be swapped to by itself"
        ));
    }
    if path.starts_with("/dev/") {
        return None;
    }
    let point = &mounts::holding(readings.mounts().ok()?, path)?.point;
    (point != "/" && !is_mounted_at_boot(readings.host(), point)).then(|| {
        format!(
            "no line of /etc/fstab and no unit mounts {point} at boot: without it {path} is not there then"
        )
    })
}

fn is_mounted_at_boot(host: &Host, point: &str) -> bool {
    let Ok(text) = host.read(crate::facts::fstab::PATH).if_there() else { return true };
    let lines = fstab::lines(&text.unwrap_or_default());
    let unit = unit_of(point);
    lines.iter().any(|line| line.point.trim_end_matches('/') == point)
        || UNITS.iter().any(|folder| host.has(&format!("{folder}/{unit}")))
}

/// The name of the unit that mounts there, as `systemd-escape --path --suffix=mount` makes it.
fn unit_of(point: &str) -> String {
    let path = point.trim_matches('/');
    let escaped = path.bytes().enumerate().map(|(at, byte)| match byte {
        b'/' => "-".to_owned(),
        b'.' if at > 0 => ".".to_owned(),
        b':' | b'_' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    });
    escaped.collect::<String>() + ".mount"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn what_is_mounted_by_hand_is_pointed_out() {
        let (_folder, host) = made_tree(&[
            (
                "/proc/mounts",
                "/dev/a / ext4 rw 0 0\n/dev/b /data ext4 rw 0 0\n/dev/c /mnt/by-hand ext4 rw 0 0\n/dev/d /mnt/by\\040unit ext4 rw 0 0\n",
            ),
            ("/etc/fstab", "half\n/dev/b /data/ ext4 defaults 0 2\n"),
            ("/etc/systemd/system/mnt-by\\x20unit.mount", ""),
        ]);
        let readings = Readings::new(&host, None);
        for (path, said) in [
            ("/swapfile", None),
            ("/data/swapfile", None),
            ("/mnt/by unit/swapfile", None),
            ("/mnt/by-hand/swapfile", Some("mounts /mnt/by-hand at boot")),
            ("/dev/sda2", None),
            ("/dev/loop1", Some("loop device")),
        ] {
            let told = doubt(&readings, path);
            let is_as_said = said.is_none_or(|said| told.as_ref().is_some_and(|told| told.contains(said)));
            assert!(told.is_some() == said.is_some() && is_as_said, "{path}: {told:?}");
        }
    }

    #[test]
    fn units_are_named_as_systemd_names_them() {
        for (point, unit) in
            [("/mnt/a-b", "mnt-a\\x2db.mount"), ("/.a/b.c", "\\x2ea-b.c.mount"), ("/ö", "\\xc3\\xb6.mount")]
        {
            assert_eq!(unit_of(point), unit);
        }
    }
}
