//! A /sys knob that shows all its choices and marks the present one: `always [madvise] never`.

use crate::host::{Host, Lacking};

/// The marked word; a plain word, as some knobs show it, is its own mark.
pub fn parse(text: &str) -> Option<&str> {
    let marked = text.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(word, _)| word.trim());
    let is_word = |word: &&str| {
        !word.is_empty()
            && word.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-+.".contains(letter))
    };
    marked.or_else(|| Some(text.trim())).filter(is_word)
}

/// Reads the present choice of the knob at `path`.
///
/// # Errors
/// Says why there is none.
pub fn read(host: &Host, path: &str) -> Result<String, Lacking> {
    let text = host.read(path)?;
    let word = parse(&text).map(str::to_owned);
    word.ok_or_else(|| Lacking::malformed(path, 1, "expected choices with one in brackets"))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn finds_the_mark() {
        assert_eq!(parse("always [madvise] never\n"), Some("madvise"));
        assert_eq!(parse("lzo [zstd]\n"), Some("zstd"));
        assert_eq!(parse("zsmalloc\n"), Some("zsmalloc"));
        assert_eq!(parse("]x["), None);
        assert_eq!(parse("always \u{1}"), None);
        assert_eq!(parse(""), None);
    }
}
