//! /proc/slabinfo: the kernel's caches of its own objects. Only root can read it.

use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;

use super::malformed::{InFile, MOST_ENTRIES, Malformed, numbered_lines};

/// The file.
pub const PATH: &str = "/proc/slabinfo";

/// One cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slab {
    /// Its name, such as `dentry`.
    pub name: String,
    /// Objects in use.
    pub active: u64,
    /// Memory that all its objects take.
    pub size: Bytes,
}

/// Reads `NAME ACTIVE TOTAL OBJECT_SIZE ..` a line, behind two lines of heading.
///
/// # Errors
/// Names the line that is not a cache.
pub fn parse(text: &str) -> Result<Vec<Slab>, Malformed> {
    let mut slabs = Vec::new();
    let is_heading = |line: &str| line.starts_with("slabinfo") || line.starts_with('#');
    for (number, line) in numbered_lines(text).filter(|(_, line)| !is_heading(line)) {
        if slabs.len() == MOST_ENTRIES {
            return Err(Malformed::new(number, format!("more than {MOST_ENTRIES} caches")));
        }
        let words: Vec<&str> = line.split_whitespace().take(4).collect();
        let [name, active, total, size] = words[..] else {
            return Err(Malformed::new(
                number,
                format!("expected at least 4 columns, found {}", words.len()),
            ));
        };
        let count = |text: &str| text.parse::<u64>().map_err(|_| Malformed::not_a_number(number, text));
        slabs.push(Slab {
            name: name.to_owned(),
            active: count(active)?,
            size: Bytes(count(size)?) * count(total)?,
        });
    }
    Ok(slabs)
}

/// Reads them from a machine.
///
/// # Errors
/// Says why there are none.
pub fn read(host: &Host) -> Result<Vec<Slab>, Lacking> {
    parse(&host.read(PATH)?).in_file(PATH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_caches() {
        let text = "slabinfo - version: 2.1\n# name <active_objs> ..\n\
            dentry 1000 2000 192 21 1 : tunables 0 0 0 : slabdata 95 95 0\n";
        assert_eq!(
            parse(text).unwrap(),
            [Slab { name: "dentry".into(), active: 1000, size: Bytes(384_000) }]
        );
        assert_eq!(parse("dentry 1 2").unwrap_err().line, 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|[a-z]+( [0-9]{1,22}){3,5}\n)*") {
            let _ = parse(&text);
        }
    }
}
