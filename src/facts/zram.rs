//! /sys/block/zram*: compressed memory used as a swap device.

use arrayvec::ArrayVec;

use crate::host::{Host, IfThere, Lacking};
use crate::sys::bytes::Bytes;

use super::choice;
use super::malformed::{InFile, Malformed};

/// One zram device that has a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZramDevice {
    /// `zram0`.
    pub name: String,
    /// What it can hold, uncompressed.
    pub disk_size: Bytes,
    /// The compressor in use, such as `zstd`.
    pub algorithm: Option<String>,
    /// The device or file that takes what does not compress; `None` without one.
    pub backing_device: Option<String>,
    /// What it holds and costs.
    pub use_of_memory: MemoryUse,
}

/// The columns of mm_stat that matter here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryUse {
    /// What was stored, uncompressed.
    pub original: Bytes,
    /// The same, compressed.
    pub compressed: Bytes,
    /// The memory that all of it costs.
    pub cost: Bytes,
    /// The most that it may cost; 0 where nothing limits it.
    pub limit: Bytes,
}

impl MemoryUse {
    /// How many bytes are stored in one byte of memory; `None` while nothing is stored.
    pub fn ratio(&self) -> Option<f64> {
        (self.cost.0 > 0 && self.original.0 > 0).then(|| self.original.0 as f64 / self.cost.0 as f64)
    }
}

/// Reads mm_stat: `orig compr used limit max same compacted huge ..`, in bytes.
///
/// # Errors
/// Says what is wrong with the line.
pub fn parse_mm_stat(text: &str) -> Result<MemoryUse, Malformed> {
    let numbers =
        text.split_whitespace().map(|word| word.parse().map_err(|_| Malformed::not_a_number(1, word)));
    // The watchdog reads it, too, and must not allocate.
    let numbers: ArrayVec<u64, 16> = numbers.take(16).collect::<Result<_, _>>()?;
    let [original, compressed, cost, limit, ..] = numbers[..] else {
        return Err(Malformed::new(1, format!("expected at least 4 columns, found {}", numbers.len())));
    };
    Ok(MemoryUse {
        original: Bytes(original),
        compressed: Bytes(compressed),
        cost: Bytes(cost),
        limit: Bytes(limit),
    })
}

/// Reads all devices that have a size; a machine without zram has none.
///
/// # Errors
/// Says which file cannot be read.
pub fn read(host: &Host) -> Result<Vec<ZramDevice>, Lacking> {
    let mut names = host.list("/sys/block").if_there()?.unwrap_or_default();
    names.retain(|name| is_name(name));
    let devices = names.into_iter().map(|name| read_device(host, name));
    devices.filter_map(Result::transpose).collect()
}

/// Whether the kernel gives a zram device this name; names get into commands.
fn is_name(name: &str) -> bool {
    let number = name.strip_prefix("zram").unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn read_device(host: &Host, name: String) -> Result<Option<ZramDevice>, Lacking> {
    let folder = format!("/sys/block/{name}");
    let path = format!("{folder}/disksize");
    let text = host.read(&path).if_there()?.unwrap_or_default();
    let size = match text.trim() {
        "" | "0" => return Ok(None),
        size => size.parse().map_err(|_| Malformed::not_a_number(1, size)).in_file(&path)?,
    };
    let path = format!("{folder}/mm_stat");
    let use_of_memory = match host.read(&path).if_there()? {
        Some(text) => parse_mm_stat(&text).in_file(&path)?,
        None => MemoryUse::default(),
    };
    let backing_device = host.read(&format!("{folder}/backing_dev")).ok();
    let backing_device = backing_device.map(|text| text.trim().to_owned());
    Ok(Some(ZramDevice {
        algorithm: choice::read(host, &format!("{folder}/comp_algorithm")).ok(),
        backing_device: backing_device.filter(|text| text != "none" && !text.is_empty()),
        disk_size: Bytes(size),
        use_of_memory,
        name,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    #[test]
    fn reads_old_and_new_mm_stat() {
        let new = parse_mm_stat(" 4096000  1024000  1228800  2048 1228800   10  0  3  5\n").unwrap();
        assert_eq!(new.original, Bytes(4_096_000));
        assert_eq!(new.limit, Bytes(2048));
        assert!((new.ratio().unwrap() - 3.333).abs() < 0.01);
        assert_eq!(parse_mm_stat("0 0 0 0").unwrap().ratio(), None);
        assert_eq!(parse_mm_stat("1 2").unwrap_err().what, "expected at least 4 columns, found 2");
    }

    #[test]
    fn only_names_of_the_kernel_count() {
        let names = ["zram0", "zram12", "zram", "zram0;reboot", "zram$(id)", "zram-1", "zram٣", "xzram0"];
        let files = names.map(|name| (format!("/sys/block/{name}/disksize"), "4096\n"));
        let files = files.each_ref().map(|(path, text)| (path.as_str(), *text));
        let (_folder, host) = made_tree(&files);
        let devices = read(&host).unwrap();
        let names: Vec<&str> = devices.iter().map(|device| device.name.as_str()).collect();
        assert_eq!(names, ["zram0", "zram12"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC| |[0-9]{1,25} )*") {
            let _ = parse_mm_stat(&text).map(|stat| stat.ratio());
        }
    }
}
