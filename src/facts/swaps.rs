//! /proc/swaps: the swap areas in use.

use crate::host::{Host, IfThere, Lacking};
use crate::sys::bytes::Bytes;

use super::escapes::unescape;
use super::malformed::{InFile, MOST_ENTRIES, Malformed, numbered_lines};

/// The file.
pub const PATH: &str = "/proc/swaps";

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
    let words: Vec<&str> = line.split_whitespace().collect();
    let [name, kind, size, used, priority] = words[..] else {
        return Err(Malformed::new(number, format!("expected 5 columns, found {}", words.len())));
    };
    let kib =
        |text: &str| text.parse().map(Bytes::from_kib).map_err(|_| Malformed::not_a_number(number, text));
    let name = unescape(name);
    let path = name.strip_suffix(" (deleted)");
    Ok(SwapArea {
        is_deleted: path.is_some(),
        path: path.unwrap_or(&name).to_owned(),
        is_file: kind == "file",
        size: kib(size)?,
        used: kib(used)?,
        priority: priority.parse().map_err(|_| Malformed::not_a_number(number, priority))?,
    })
}

/// Reads them from a machine; a kernel without swap support has none.
///
/// # Errors
/// Says why they cannot be read.
pub fn read(host: &Host) -> Result<Vec<SwapArea>, Lacking> {
    parse(&host.read(PATH).if_there()?.unwrap_or_default()).in_file(PATH)
}

#[cfg(test)]
mod tests {
    use super::*;
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
    }
}
