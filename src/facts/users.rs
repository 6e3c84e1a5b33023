//! /etc/passwd: who is a person and who is a service.

use crate::host::{Host, IfThere, Lacking};

use super::malformed::{MOST_ENTRIES, numbered_lines};

/// The user names with their numbers. Lines that are none, as nss compatibility uses them, are passed over.
pub fn parse(text: &str) -> Vec<(String, u32)> {
    let entry = |(_, line): (usize, &str)| {
        let mut fields = line.split(':');
        let (name, _, number) = (fields.next()?, fields.next()?, fields.next()?);
        Some((name.to_owned(), number.parse().ok()?))
    };
    numbered_lines(text).filter_map(entry).take(MOST_ENTRIES).collect()
}

/// Reads them from a machine; without the file there are none.
///
/// # Errors
/// Says why it cannot be read.
pub fn read(host: &Host) -> Result<Vec<(String, u32)>, Lacking> {
    Ok(parse(&host.read("/etc/passwd").if_there()?.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_names_and_numbers() {
        let users =
            parse("root:x:0:0:root:/root:/bin/sh\n+::::::\nredis:x:105:110::/var/lib/redis:/bin/false\n");
        assert_eq!(users, [("root".to_owned(), 0), ("redis".to_owned(), 105)]);
    }
}
