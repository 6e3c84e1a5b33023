//! JSON written into bounded text.

use std::fmt::{self, Display, Write};

use crate::sys::bounded_text::BoundedText;
use crate::sys::harmless::steers;

/// Puts a comma where something stands before it in the same object or list.
fn separate(text: &mut BoundedText) -> fmt::Result {
    match text.as_bytes().last() {
        None | Some(b'{' | b'[' | b':') => Ok(()),
        Some(_) => text.write_char(','),
    }
}

/// `"name":`, to be followed by a value; names are ours and need no escaping.
pub(super) fn key(text: &mut BoundedText, name: &str) -> fmt::Result {
    separate(text)?;
    write!(text, "\"{name}\":")
}

/// A number, `true`, `false`, or `null` where there is none.
pub(super) fn plain(text: &mut BoundedText, name: &str, value: Option<impl Display>) -> fmt::Result {
    key(text, name)?;
    match value {
        Some(value) => write!(text, "{value}"),
        None => text.write_str("null"),
    }
}

/// A share with two digits behind the point; `null` where there is none or it is no number.
pub(super) fn share(text: &mut BoundedText, name: &str, value: Option<f64>) -> fmt::Result {
    match value.filter(|value| value.is_finite()) {
        Some(value) => plain(text, name, Some(format_args!("{value:.2}"))),
        None => plain(text, name, None::<u8>),
    }
}

/// A text, or `null`.
pub(super) fn string(text: &mut BoundedText, name: &str, value: Option<impl Display>) -> fmt::Result {
    key(text, name)?;
    match value {
        Some(value) => quoted(text, value),
        None => text.write_str("null"),
    }
}

/// A text in quotes. What steers a terminal is escaped as well, though JSON does not ask for it: such lines are read by people.
pub(super) fn quoted(text: &mut BoundedText, value: impl Display) -> fmt::Result {
    text.write_char('"')?;
    write!(Escaped(text), "{value}")?;
    text.write_char('"')
}

/// An object or a list in its brackets.
pub(super) fn within(
    text: &mut BoundedText,
    [open, close]: [char; 2],
    inside: impl FnOnce(&mut BoundedText) -> fmt::Result,
) -> fmt::Result {
    separate(text)?;
    text.write_char(open)?;
    inside(text)?;
    text.write_char(close)
}

/// A list of as many as fit while `reserve` bytes are left for what comes behind it; answers how many are not in it.
pub(super) fn list<T>(
    text: &mut BoundedText,
    (name, reserve): (&str, usize),
    items: &[T],
    mut write: impl FnMut(&mut BoundedText, &T) -> fmt::Result,
) -> Result<usize, fmt::Error> {
    key(text, name)?;
    text.write_char('[')?;
    let written = items.iter().take_while(|item| text.attempt(reserve, |text| write(text, item))).count();
    text.write_char(']')?;
    Ok(items.len() - written)
}

struct Escaped<'a>(&'a mut BoundedText);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| match character {
            '"' => self.0.write_str("\\\""),
            '\\' => self.0.write_str("\\\\"),
            '\n' => self.0.write_str("\\n"),
            '\t' => self.0.write_str("\\t"),
            // All of them are within the first 65,536.
            _ if steers(character) => write!(self.0, "\\u{:04x}", u32::from(character)),
            _ => self.0.write_char(character),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    proptest! {
        #[test]
        fn any_text_is_read_back(value in any::<String>()) {
            let mut text = BoundedText::with_limit(16 << 10);
            quoted(&mut text, &value).unwrap();
            let read: String = serde_json::from_str(text.as_str()).unwrap();
            prop_assert_eq!(read, value);
            prop_assert!(!text.as_str().chars().any(steers));
        }

        #[test]
        fn a_list_is_cut_between_its_items(items in proptest::collection::vec(any::<String>(), 0..20), limit in 20usize..200) {
            let mut text = BoundedText::with_limit(limit);
            let mut left = 0;
            within(&mut text, ['{', '}'], |text| {
                left = list(text, ("items", 2), &items, |text, item| {
                    within(text, ['{', '}'], |text| string(text, "name", Some(item)))
                })?;
                Ok(())
            })
            .unwrap();
            prop_assert!(!text.is_cut());
            let read: Value = serde_json::from_str(text.as_str()).unwrap();
            prop_assert_eq!(read["items"].as_array().unwrap().len() + left, items.len());
        }

        #[test]
        fn any_share_is_a_number_or_null(value: f64) {
            let mut text = BoundedText::with_limit(512);
            within(&mut text, ['{', '}'], |text| share(text, "share", Some(value))).unwrap();
            let read: Value = serde_json::from_str(text.as_str()).unwrap();
            prop_assert_eq!(read["share"].is_null(), !value.is_finite());
        }
    }
}
