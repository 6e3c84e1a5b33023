//! What the map of a file's blocks says against swapping to it.

use crate::facts::readings::Readings;

/// The marks of `filefrag -v` on blocks that the kernel does not swap to, and what they mean.
const MARKS: [(&str, &str); 4] = [
    ("shared", "it shares blocks with a copy or a snapshot of it"),
    ("encoded", "its blocks are compressed or encrypted"),
    ("inline", "it lies in the folder's own blocks"),
    ("delalloc", "its blocks have not been written yet"),
];

/// What speaks against the file at `path`, which is not swapped to now; `None` where nothing does, or where the programs that
/// read the map are not there or may not look.
pub(super) fn complaint(readings: &Readings, path: &str, is_btrfs: bool) -> Option<String> {
    let host = readings.host();
    if is_btrfs && host.output("lsattr", &["-d", path]).is_ok_and(|printed| is_copied(&printed)) {
        return Some("it is copied when it is written to, since it lacks the attribute C".to_owned());
    }
    let printed = host.output("filefrag", &["-v", "-b4096", path]).ok()?;
    mark(&printed).map(str::to_owned)
}

/// Whether `lsattr` printed attributes, and C is not among them: `---------------C------ /swapfile`.
fn is_copied(printed: &str) -> bool {
    let attributes = printed.split_whitespace().next().unwrap_or_default();
    attributes.contains('-') && !attributes.contains('C')
}

/// The worst mark in the last column of a line such as ` 0:  0..  767:  34816..  35583:  768:  last,shared,eof`.
fn mark(printed: &str) -> Option<&'static str> {
    let extents = printed.lines().filter_map(|line| line.rsplit_once(':').filter(|_| is_extent(line)));
    let flags: Vec<&str> = extents.flat_map(|(_, flags)| flags.split(',')).map(str::trim).collect();
    MARKS.iter().find(|(mark, _)| flags.contains(mark)).map(|(_, meaning)| *meaning)
}

/// Lines of extents begin with their number.
fn is_extent(line: &str) -> bool {
    line.trim_start().split_once(':').is_some_and(|(number, _)| number.parse::<u64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    const HEAD: &str = "Filesystem type is: ef53\nFile size of /swapfile is 3145728 (768 blocks of 4096 bytes)\n ext:     logical_offset:        physical_offset: length:   expected: flags:\n";

    #[test]
    fn marks_are_found_in_the_last_column() {
        let printed = |flags: &str| {
            format!(
                "{HEAD}   0:        0..     767:      34816..     35583:    768:             {flags}\n/swapfile: 1 extent found\n"
            )
        };
        for (flags, is_bad) in [
            ("last,eof", false),
            ("last,unwritten,eof", false),
            ("last,shared,eof", true),
            ("encoded", true),
            ("last,not_aligned,inline,eof", true),
            ("last,unknown_loc,delalloc,eof", true),
            ("", false),
        ] {
            assert_eq!(mark(&printed(flags)).is_some(), is_bad, "{flags}");
        }
    }

    #[test]
    fn btrfs_wants_the_attribute() {
        for (printed, expected) in [
            ("---------------C------ /swapfile\n", false),
            ("---------------------- /swapfile\n", true),
            ("", false),
        ] {
            assert_eq!(is_copied(printed), expected, "{printed}");
        }
        let attributes = ("/sos_commands/x/lsattr_-d_.swapfile", "---------------------- /swapfile\n");
        let (_folder, host) = made_tree(&[attributes]);
        let readings = Readings::new(&host, None);
        assert!(complaint(&readings, "/swapfile", true).unwrap().contains("attribute C"));
        assert_eq!(complaint(&readings, "/swapfile", false), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n| *[0-9]{1,3}:|shared|,|:){0,60}") {
            let _ = (mark(&text), is_copied(&text));
        }
    }
}
