//! The octal escapes of /proc/swaps, /proc/self/mountinfo and /etc/fstab: `\040` is a space.

/// What parts the words there; a blank of any other alphabet is part of one.
pub const BLANKS: [char; 2] = [' ', '\t'];

/// Undoes the escapes; what is not one stays as it is.
pub fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match octal(&bytes[at..]) {
            Some(byte) => {
                plain.push(byte);
                at += 4;
            }
            None => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn octal(bytes: &[u8]) -> Option<u8> {
    let digits = bytes.strip_prefix(b"\\")?.get(..3)?;
    digits.iter().try_fold(0u8, |value, digit| match digit {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add(digit - b'0'),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::unescape;
    use proptest::prelude::*;

    #[test]
    fn undoes_what_the_kernel_escapes() {
        assert_eq!(unescape("/my\\040swap\\134x"), "/my swap\\x");
        assert_eq!(unescape("/sw\\303\\244p"), "/swäp");
        assert_eq!(unescape("\\04 \\999 \\777 \\"), "\\04 \\999 \\777 \\");
    }

    proptest! {
        #[test]
        fn any_text_comes_out_as_text(text in "(\\PC|\\\\[0-7]{0,4})*") {
            unescape(&text);
        }
    }
}
