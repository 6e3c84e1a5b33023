//! Values as a file of TOML spells them.

use std::fmt::Write;
use std::time::Duration;

use crate::sys::size::{self, Size};

pub(super) fn shown(size: Size) -> String {
    match size {
        Size::Exact(bytes) => size::exact(bytes),
        Size::Percent(percent) => share(percent),
    }
}

pub(super) fn share(percent: f64) -> String {
    format!("{percent}%")
}

/// A number that TOML takes for one with a point.
pub(super) fn float(number: f64) -> String {
    format!("{number:?}")
}

pub(super) fn time(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

pub(super) fn list(words: &[String]) -> String {
    format!("[{}]", words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", "))
}

/// A basic string of TOML.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}
