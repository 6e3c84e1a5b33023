//! Knobs under /sys: what they show, and what they will show behind a write.

use crate::facts::choice;

use super::kernel_number::all_numbers;

/// What a knob shows, short: of several choices, the one that is marked.
pub(super) fn present(text: &str) -> String {
    match text.contains('[') {
        true => choice::parse(text).unwrap_or_else(|| text.trim()).to_owned(),
        false => text.trim().to_owned(),
    }
}

/// What a knob shows behind a write, short; `text` is what it shows now, where that is known. `None` where it would refuse the
/// value.
pub(super) fn written(value: &str, text: Option<&str>) -> Option<String> {
    let value = value.trim();
    let shown = text.unwrap_or_default();
    if shown.contains('[') {
        let mut choices = shown.split_whitespace().map(|word| word.trim_matches(['[', ']']));
        return choices.any(|choice| choice == value).then(|| value.to_owned());
    }
    if matches!(shown.trim(), "Y" | "N") {
        return switched(value).map(|is_on| if is_on { "Y" } else { "N" }.to_owned());
    }
    if let Some(digits) = shown.trim().strip_prefix("0x") {
        let number = u64::try_from(*all_numbers(value)?.first()?).ok()?;
        return Some(format!("0x{number:0width$x}", width = digits.len()));
    }
    let is_number = |text: &str| all_numbers(text).is_some_and(|numbers| numbers.len() == 1);
    match all_numbers(value).as_deref() {
        Some([number]) => Some(number.to_string()),
        _ if is_number(shown) => None,
        _ => Some(value.to_owned()),
    }
}

/// As the kernel reads a yes or a no: by the first letter, and of an `o` by the second.
fn switched(value: &str) -> Option<bool> {
    let mut letters = value.chars().map(|letter| letter.to_ascii_lowercase());
    match (letters.next()?, letters.next()) {
        ('y' | 't' | '1', _) | ('o', Some('n')) => Some(true),
        ('n' | 'f' | '0', _) | ('o', Some('f')) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_switches_and_numbers() {
        let cases = [
            ("madvise", "always [never] madvise", Some("madvise")),
            ("defer", "always [never] madvise", None),
            ("1", "N", Some("Y")),
            ("off", "Y", Some("N")),
            ("x", "Y", None),
            ("0x10", "5", Some("16")),
            ("many", "5", None),
            ("lzo", "zstd", Some("lzo")),
            ("7", "0x0000", Some("0x0007")),
        ];
        for (value, shown, expected) in cases {
            assert_eq!(written(value, Some(shown)).as_deref(), expected, "{value} to {shown}");
        }
        assert_eq!(written(" always\n", None).as_deref(), Some("always"));
        assert_eq!((present("a [b] c\n").as_str(), present("Y\n").as_str()), ("b", "Y"));
    }
}
