//! /proc/swaps: the swap areas in use.

use crate::host::{Host, IfThere, Lacking};
use crate::sys::bytes::Bytes;

use super::escapes::{BLANKS, unescape};
use super::malformed::{InFile, MOST_ENTRIES, Malformed, numbered_lines};

/// The file.
pub const PATH: &str = "/proc/swaps";

/// What the kernel puts behind the path of a file that has none any more.
const DELETED: &str = " (deleted)";

/// One area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapArea {
    /// The device or file, without the kernel's ` (deleted)` mark.
    pub path: String,
    /// Whether it is a file and not a device.
    pub is_file: bool,
    /// Whether its file has been deleted while in use.
    pub is_deleted: bool,
    /// What it can hold.
    pub size: Bytes,
    /// What it holds.
    pub used: Bytes,
    /// Areas of higher priority are filled first; negative ones were given by the kernel.
    pub priority: i32,
}

impl SwapArea {
    /// Whether it lies on a zram device, that is, in memory.
    pub fn is_zram(&self) -> bool {
        self.path.starts_with("/dev/zram")
    }
}

/// Reads the text of /proc/swaps: a heading, then `FILENAME TYPE SIZE USED PRIORITY` a line, sizes in KiB.
///
/// # Errors
/// Names the line that is not an area.
pub fn parse(text: &str) -> Result<Vec<SwapArea>, Malformed> {
    let mut areas = Vec::new();
    for (number, line) in numbered_lines(text).filter(|(_, line)| !line.starts_with("Filename")) {
        if areas.len() == MOST_ENTRIES {
            return Err(Malformed::new(number, "more swap areas than any kernel allows"));
        }
        areas.push(parse_area(number, line)?);
    }
    Ok(areas)
}

fn parse_area(number: usize, line: &str) -> Result<SwapArea, Malformed> {
    let Some((name, [kind, size, used, priority])) = columns(line) else {
        let found = line.split(BLANKS).filter(|word| !word.is_empty()).count();
        return Err(Malformed::new(number, format!("expected 5 columns, found {found}")));
    };
    let kib =
        |text: &str| text.parse().map(Bytes::from_kib).map_err(|_| Malformed::not_a_number(number, text));
    let name = unescape(name);
    let path = name.strip_suffix(DELETED);
    Ok(SwapArea {
        is_deleted: path.is_some(),
        path: path.unwrap_or(&name).to_owned(),
        is_file: kind == "file",
        size: kib(size)?,
        used: kib(used)?,
        priority: priority.parse().map_err(|_| Malformed::not_a_number(number, priority))?,
    })
}

/// The path, which may be any that a user chose, and what stands behind it.
fn columns(line: &str) -> Option<(&str, [&str; 4])> {
    let mut rest = line;
    let mut columns = [""; 4];
    for column in columns.iter_mut().rev() {
        (rest, *column) = rest.trim_end_matches(BLANKS).rsplit_once(BLANKS)?;
    }
    let name = rest.trim_matches(BLANKS);
    (!name.is_empty()).then_some((name, columns))
}

/// Reads them from a machine; a kernel without swap support has none.
///
/// # Errors
/// Says why they cannot be read.
pub fn read(host: &Host) -> Result<Vec<SwapArea>, Lacking> {
    let mut areas = parse(&host.read(PATH).if_there()?.unwrap_or_default()).in_file(PATH)?;
    for area in areas.iter_mut().filter(|area| area.is_deleted) {
        // A file may have been named so.
        let named_so = format!("{}{DELETED}", area.path);
        if host.has(&named_so) {
            (area.path, area.is_deleted) = (named_so, false);
        }
    }
    Ok(areas)
}

/// What the areas can still take.
pub fn free(areas: &[SwapArea]) -> Bytes {
    areas.iter().filter(|area| !area.is_deleted).map(|area| area.size.less(area.used)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    const REAL: &str = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n\
        /dev/zram0                              partition\t8388604\t\t1024\t\t100\n\
        /my\\040swap\\040(deleted)               file\t\t16777212\t0\t\t-2\n";

    #[test]
    fn reads_areas() {
        let areas = parse(REAL).unwrap();
        assert!(areas[0].is_zram() && !areas[0].is_file && areas[0].priority == 100);
        assert_eq!(areas[0].used, Bytes::from_mib(1));
        assert!(areas[1].is_deleted && areas[1].is_file);
        assert_eq!(areas[1].path, "/my swap");
    }

    #[test]
    fn only_the_kernels_blanks_part_columns() {
        for name in ["/my\u{a0}swap", "/スワップ\u{3000}1", "/form\u{c}feed"] {
            let areas = parse(&format!("{name}      file\t\t16777212\t7\t\t-2 \n")).unwrap();
            assert_eq!((areas[0].path.as_str(), areas[0].used), (name, Bytes::from_kib(7)));
        }
    }

    #[test]
    fn a_name_that_ends_as_deleted_ones_do_may_be_one() {
        let swaps = ("/proc/swaps", "/a\\040(deleted) file 9 0 -2\n/b\\040(deleted) file 9 0 -3\n");
        let (_folder, host) = made_tree(&[swaps, ("/a (deleted)", "")]);
        let areas = read(&host).unwrap();
        assert_eq!((areas[0].path.as_str(), areas[0].is_deleted), ("/a (deleted)", false));
        assert_eq!((areas[1].path.as_str(), areas[1].is_deleted), ("/b", true));
    }

    #[test]
    fn names_the_line_that_is_wrong() {
        assert_eq!(parse("/dev/sda2 partition 1 2").unwrap_err().line, 1);
        assert_eq!(
            parse("Filename\n/dev/sda2 partition many 2 -2").unwrap_err(),
            Malformed::not_a_number(2, "many")
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|/[a-z]+ (file|partition) [0-9]+ [0-9]+ -?[0-9]+\n)*") {
            let _ = parse(&text);
        }

        #[test]
        fn any_name_is_read_back(name in "/(\\PC){0,30}", is_file: bool, used: u32, priority: i32) {
            let escaped: String = name
                .chars()
                .map(|letter| match letter {
                    ' ' => "\\040".to_owned(),
                    '\\' => "\\134".to_owned(),
                    plain => plain.to_string(),
                })
                .collect();
            let kind = if is_file { "file" } else { "partition" };
            let areas =
                parse(&format!("{escaped:<39} {kind}\t\t4000000000\t{used}\t\t{priority}\n")).unwrap();
            let mark = if areas[0].is_deleted { DELETED } else { "" };
            let found = format!("{}{mark}", areas[0].path);
            prop_assert_eq!((found, areas[0].used, areas[0].priority), (name, Bytes::from_kib(used.into()), priority));
        }
    }
}
