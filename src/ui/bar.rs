//! A share as a bar of text.

use super::look::Look;

/// A bar of `columns` of which `percent` per cent are filled; something that is not nothing shows at least one mark.
pub fn bar(look: Look, columns: usize, percent: f64) -> String {
    let (full, empty) = if look.has_unicode { ("█", "░") } else { ("#", ".") };
    let share = (percent / 100.0).clamp(0.0, 1.0);
    let marks = (share * columns as f64).round() as usize;
    let least = usize::from(share > 0.0);
    let marks = marks.max(least).min(columns);
    full.repeat(marks) + &empty.repeat(columns - marks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: Look = Look { width: 80, has_unicode: false, is_root: false };

    #[test]
    fn shows_shares() {
        for (percent, expected) in
            [(0.0, "...."), (0.1, "#..."), (50.0, "##.."), (99.0, "####"), (100.0, "####"), (250.0, "####")]
        {
            assert_eq!(bar(PLAIN, 4, percent), expected, "{percent}");
        }
        assert_eq!(bar(Look { has_unicode: true, ..PLAIN }, 2, 50.0), "█░");
    }

    proptest! {
        #[test]
        fn is_as_wide_as_asked_for(columns in 0usize..200, percent: f64) {
            prop_assert_eq!(bar(PLAIN, columns, percent).len(), columns);
        }
    }
}
