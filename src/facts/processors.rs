//! How many processors are at work.

use crate::host::{Host, IfThere, Lacking};

use super::malformed::{InFile, Malformed, numbered_lines};
use super::zoneinfo;

/// Where the kernel lists those that are at work, as `0-3,6`.
pub const PATH: &str = "/sys/devices/system/cpu/online";

const STAT: &str = "/proc/stat";

/// More than any kernel knows.
const MOST: u64 = 1 << 16;

/// Counts a list such as `0-3,6`.
///
/// # Errors
/// Says that it is no such list.
pub fn parse(text: &str) -> Result<u64, Malformed> {
    let wrong = || Malformed::new(1, "expected processors such as `0-3,6`");
    let mut count: u64 = 0;
    for range in text.trim().split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let number = |text: &str| text.parse::<u64>().ok().filter(|&number| number < MOST).ok_or_else(wrong);
        let (first, last) = (number(first)?, number(last)?);
        count = count.saturating_add(last.checked_sub(first).ok_or_else(wrong)? + 1);
        if count > MOST {
            return Err(wrong());
        }
    }
    Ok(count)
}

/// Counts the lines `cpu0`, `cpu1`, .. of /proc/stat.
pub fn count_in_stat(text: &str) -> u64 {
    count(text, |line| line.strip_prefix("cpu")?.split(' ').next())
}

/// Counts the processors that the first zone of /proc/zoneinfo keeps pages for.
pub fn count_in_zones(text: &str) -> u64 {
    let zone = text.trim_start().trim_start_matches("Node").split("\nNode ").next().unwrap_or_default();
    count(zone, |line| Some(line.trim().strip_prefix("cpu:")?.trim()))
}

fn count<'t>(text: &'t str, number: impl Fn(&'t str) -> Option<&'t str>) -> u64 {
    let is_number = |word: &&str| word.parse::<u64>().is_ok_and(|number| number < MOST);
    let counted = numbered_lines(text).filter_map(|(_, line)| number(line)).filter(is_number).count() as u64;
    counted.min(MOST)
}

/// Reads how many there are; a capture may tell it only in other files.
///
/// # Errors
/// Says why it cannot be known.
pub fn read(host: &Host) -> Result<u64, Lacking> {
    if let Some(text) = host.read(PATH).if_there()? {
        return parse(&text).in_file(PATH);
    }
    let in_stat = count_in_stat(&host.read(STAT).if_there()?.unwrap_or_default());
    if in_stat > 0 {
        return Ok(in_stat);
    }
    let in_zones = count_in_zones(&host.read(zoneinfo::PATH).if_there()?.unwrap_or_default());
    if in_zones > 0 { Ok(in_zones) } else { Err(Lacking::absent(PATH)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    const STAT_TEXT: &str = "cpu  1 2 3\ncpu0 1 2\ncpu1 1 2\nintr 5\n";
    const ZONES: &str = "Node 0, zone DMA\n  pagesets\n    cpu: 0\n    cpu: 1\n    cpu: 2\nNode 0, zone Normal\n  pagesets\n    \
        cpu: 0\n    cpu: 1\n    cpu: 2\n";

    #[test]
    fn counts_ranges() {
        for (text, count) in [("0\n", 1), ("0-11\n", 12), ("0-3,6,8-9", 7)] {
            assert_eq!(parse(text).unwrap(), count, "{text}");
        }
        for text in ["", "3-1", "0-", "a", "0-99999999999", "0,,1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_capture_may_tell_it_elsewhere() {
        let of = |files: &[(&str, &str)]| {
            let (_folder, host) = made_tree(files);
            read(&host)
        };
        assert_eq!(of(&[(PATH, "0-7\n"), (STAT, STAT_TEXT)]), Ok(8));
        assert_eq!(of(&[(STAT, STAT_TEXT), (zoneinfo::PATH, ZONES)]), Ok(2));
        assert_eq!(of(&[(zoneinfo::PATH, ZONES)]), Ok(3));
        assert_eq!(of(&[("/etc/hostname", "x")]), Err(Lacking::absent(PATH)));
    }

    proptest! {
        #[test]
        fn any_text_is_counted_or_refused(text in "(\\PC|\n|cpu[0-9]*:? |[0-9]+[-,]|Node 0)*") {
            prop_assert!(parse(&text).is_err() || parse(&text).unwrap() <= MOST);
            prop_assert!(count_in_stat(&text) <= MOST && count_in_zones(&text) <= MOST);
        }
    }
}
