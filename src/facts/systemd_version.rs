//! Which systemd there is, by what `systemctl --version` prints first.

use crate::host::{Host, Lacking};

/// Reads `systemd 252 (252.38-1~deb12u1)`; `None` of anything else.
pub fn parse(text: &str) -> Option<u32> {
    let number = text.lines().next()?.strip_prefix("systemd ")?.split_whitespace().next()?;
    // Release candidates are `256~rc1`, and some distributions write `255.4`.
    let end = number.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(number.len());
    number.get(..end)?.parse().ok()
}

/// Asks for it; `None` where the answer cannot be understood.
///
/// # Errors
/// Says why there is no answer.
pub fn read(host: &Host) -> Result<Option<u32>, Lacking> {
    Ok(parse(&host.output("systemctl", &["--version"])?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_version_is_the_first_number() {
        for (text, version) in [
            ("systemd 252 (252.38-1~deb12u1)\n+PAM +AUDIT\n", Some(252)),
            ("systemd 257 (257.9-1~deb13u1)\n", Some(257)),
            ("systemd 256~rc1\n", Some(256)),
            ("systemd 255.4\n", Some(255)),
            ("systemd\n", None),
            ("systemd v9\n", None),
            ("systemd 4294967296\n", None),
            ("", None),
        ] {
            assert_eq!(parse(text), version, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "(systemd )?(\\PC|[0-9]{0,12}|\n)*") {
            let _ = parse(&text);
        }
    }
}
