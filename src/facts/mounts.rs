//! What is mounted where.

use procfs::process::MountInfo;

use crate::host::{Host, IfThere, Lacking};
use crate::sys::bytes::Bytes;

use super::escapes::unescape;
use super::fstab;
use super::malformed::{InFile, MOST_ENTRIES, Malformed, numbered_lines, shortened};

const DETAILED: &str = "/proc/self/mountinfo";
const PLAIN: &str = "/proc/mounts";

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where it is mounted.
    pub point: String,
    /// The file system: `ext4`, `tmpfs`, ..
    pub kind: String,
    /// The device, or whatever stands for one.
    pub source: String,
    /// Options of the mount and of the file system, as written.
    pub options: Vec<String>,
}

impl Mount {
    /// Whether an option stands alone, such as `ro` or `lazytime`.
    pub fn has_option(&self, name: &str) -> bool {
        self.options.iter().any(|option| option == name)
    }

    /// The `size=` option of a tmpfs.
    pub fn size_option(&self) -> Option<Bytes> {
        let text = self.options.iter().find_map(|option| option.strip_prefix("size="))?;
        let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
        let number = digits.parse().ok()?;
        match text[digits.len()..].to_ascii_lowercase().as_str() {
            "" => Some(Bytes(number)),
            "k" => Some(Bytes::from_kib(number)),
            "m" => Some(Bytes::from_mib(number)),
            "g" => Some(Bytes::from_gib(number)),
            _ => None,
        }
    }
}

/// The mount that holds `path`: the last one of the longest matching mount point.
pub fn holding<'m>(mounts: &'m [Mount], path: &str) -> Option<&'m Mount> {
    let holds = |mount: &&Mount| {
        let point = mount.point.trim_end_matches('/');
        path.strip_prefix(point).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    mounts.iter().filter(holds).max_by_key(|mount| mount.point.trim_end_matches('/').len())
}

/// Reads the text of /proc/PID/mountinfo.
///
/// # Errors
/// Names the line that is not a mount.
pub fn parse_detailed(text: &str) -> Result<Vec<Mount>, Malformed> {
    parse_lines(text, |number, line| {
        let wrong = |_| Malformed::new(number, format!("not a mount: `{}`", shortened(line)));
        let mount = MountInfo::from_line(line).map_err(wrong)?;
        let options = mount.mount_options.into_iter().chain(mount.super_options);
        let mut options: Vec<String> = options
            .map(|(name, value)| match value {
                Some(value) => format!("{name}={value}"),
                None => name,
            })
            .collect();
        options.sort();
        options.dedup();
        Ok(Mount {
            point: unescape(&mount.mount_point.to_string_lossy()),
            kind: mount.fs_type,
            source: mount.mount_source.as_deref().map(unescape).unwrap_or_default(),
            options,
        })
    })
}

/// Reads the text of /proc/mounts, which has the shape of an fstab.
///
/// # Errors
/// Names the line that is not a mount.
pub fn parse_plain(text: &str) -> Result<Vec<Mount>, Malformed> {
    parse_lines(text, |number, line| {
        let entry = fstab::parse_entry(number, line)?;
        Ok(Mount { point: entry.point, kind: entry.kind, source: entry.source, options: entry.options })
    })
}

fn parse_lines(
    text: &str,
    parse_line: impl Fn(usize, &str) -> Result<Mount, Malformed>,
) -> Result<Vec<Mount>, Malformed> {
    let mut mounts = Vec::new();
    for (number, line) in numbered_lines(text) {
        if mounts.len() == MOST_ENTRIES {
            return Err(Malformed::new(number, format!("more than {MOST_ENTRIES} mounts")));
        }
        mounts.push(parse_line(number, line)?);
    }
    Ok(mounts)
}

/// Reads them from a machine; a capture may hold only the plain list.
///
/// # Errors
/// Says why there is neither.
pub fn read(host: &Host) -> Result<Vec<Mount>, Lacking> {
    match host.read(DETAILED).if_there()? {
        Some(text) => parse_detailed(&text).in_file(DETAILED),
        None => parse_plain(&host.read(PLAIN)?).in_file(PLAIN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REAL: &str = "22 1 254:0 / / rw,relatime - ext4 /dev/root rw,lazytime\n\
        23 22 0:5 / /dev\\040x rw,nosuid shared:2 - tmpfs udev rw,size=1024k,mode=755\n";

    #[test]
    fn reads_both_shapes() {
        let mounts = parse_detailed(REAL).unwrap();
        assert_eq!((mounts[0].point.as_str(), mounts[0].kind.as_str()), ("/", "ext4"));
        assert!(mounts[0].has_option("lazytime") && !mounts[0].has_option("ro"));
        assert_eq!(mounts[1].point, "/dev x");
        assert_eq!(mounts[1].size_option(), Some(Bytes::from_mib(1)));
        let plain = parse_plain("tmpfs /tmp tmpfs rw,size=2g 0 0\n").unwrap();
        assert_eq!(plain[0].size_option(), Some(Bytes::from_gib(2)));
    }

    #[test]
    fn blanks_of_other_alphabets_are_part_of_a_name() {
        let line = "22 1 254:0 / /media/my\u{a0}disk rw shared:2 - ext4 /dev/\u{3000} rw\n";
        let mount = parse_detailed(line).unwrap().remove(0);
        assert_eq!((mount.point.as_str(), mount.source.as_str()), ("/media/my\u{a0}disk", "/dev/\u{3000}"));
        let mount = parse_plain("/dev/\u{3000} /media/my\u{a0}disk ext4 rw 0 0\n").unwrap().remove(0);
        assert_eq!((mount.point.as_str(), mount.kind.as_str()), ("/media/my\u{a0}disk", "ext4"));
    }

    #[test]
    fn finds_the_mount_that_holds_a_path() {
        let mount = |point: &str| Mount {
            point: point.into(),
            kind: String::new(),
            source: String::new(),
            options: vec![],
        };
        let mounts = [mount("/"), mount("/var"), mount("/var/lib/x")];
        assert_eq!(holding(&mounts, "/variable").unwrap().point, "/");
        assert_eq!(holding(&mounts, "/var/swap").unwrap().point, "/var");
        assert_eq!(holding(&mounts, "/var/lib/x").unwrap().point, "/var/lib/x");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|22 1 254:0 / /[a-z]* rw,size=[0-9a-zA-Z]* - [a-z]+ [a-z] rw\n)*") {
            let _ = parse_detailed(&text).map(|mounts| mounts.iter().filter_map(Mount::size_option).sum::<Bytes>());
            let _ = parse_plain(&text);
        }
    }
}
