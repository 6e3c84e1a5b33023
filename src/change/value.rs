//! What the kernel takes for the same value of a knob.

use crate::sysctl::{bounds, names};

/// The value in the text of a knob: of a choice, such as `always [madvise] never`, the chosen word.
pub(super) fn selected(text: &str) -> &str {
    let text = text.trim();
    let chosen = text.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    match chosen {
        Some((word, _)) if text.split_whitespace().count() > 1 => word,
        _ => text,
    }
}

/// Whether two texts of the knob at `path` say the same value.
pub(super) fn same(path: &str, one: &str, other: &str) -> bool {
    let (one, other) = (selected(one), selected(other));
    if let Some(key) = names::key_of_path(path) {
        return bounds::same(&key, one, other);
    }
    let (mut ones, mut others) = (one.split_whitespace(), other.split_whitespace());
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == other || plain(one) == plain(other) => {}
            _ => return false,
        }
    }
}

/// Whether the value is the number 0.
pub(super) fn is_zero(value: &str) -> bool {
    number(value.trim()) == Some(0)
}

/// Numbers by their value, and the switches of kernel modules, which are written `1` and read `Y`, as numbers.
fn plain(word: &str) -> Result<i128, &str> {
    match word {
        "Y" | "y" => Ok(1),
        "N" | "n" => Ok(0),
        _ => number(word).ok_or(word),
    }
}

/// A number as the kernel reads it: a base by its prefix.
fn number(word: &str) -> Option<i128> {
    let (is_negative, digits) = word.strip_prefix('-').map_or((false, word), |digits| (true, digits));
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let lower = digits.to_ascii_lowercase();
    let read = |digits: &str, base| u64::from_str_radix(digits, base).ok();
    let amount = match lower.strip_prefix("0x") {
        Some(digits) => read(digits, 16),
        None if lower.len() > 1 && lower.starts_with('0') => read(&lower, 8),
        None => read(&lower, 10),
    }?;
    Some(if is_negative { -i128::from(amount) } else { i128::from(amount) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MODULE: &str = "/sys/module/zswap/parameters/enabled";

    #[test]
    fn of_a_choice_only_the_chosen_word_counts() {
        assert_eq!(selected("always [madvise] never\n"), "madvise");
        assert_eq!(selected("[single]"), "[single]");
        assert!(same("/sys/x", "always [defer+madvise] never", "defer+madvise"));
        assert!(!same("/sys/x", "always [madvise] never", "always"));
    }

    #[test]
    fn numbers_count_by_value() {
        assert!(same("/sys/x", "0x0007", "7"));
        assert!(same("/sys/x", "010", "8"));
        assert!(!same("/sys/x", "10", "100"));
        assert!(same("/sys/x", "1\t2  3", "1 2 3"));
        assert!(!same("/sys/x", "1 2", "1 2 3"));
        assert!(same(MODULE, "Y", "1"));
        assert!(!same(MODULE, "N", "1"));
        assert!(!same("/sys/x", "", "0"));
    }

    proptest! {
        #[test]
        fn any_text_is_compared(one: String, other: String) {
            prop_assert_eq!(same("/sys/x", &one, &other), same("/sys/x", &other, &one));
            let _ = (selected(&one), is_zero(&other));
        }
    }
}
