//! Amounts, shares and times as the file spells them.

use std::fmt;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, Visitor};

use crate::sys::bytes::Bytes;
use crate::sys::size::{self, Size};

/// A bare number that is less would be a few bytes, which nobody means.
const LEAST: Bytes = Bytes(1 << 20);

/// A share such as `20%` or an amount such as `512M`. A bare number could be either, and is refused.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Share(pub(super) Size);

impl TryFrom<String> for Share {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let size: Size = text.parse().map_err(|wrong: size::Wrong| wrong.to_string())?;
        match size.bytes().filter(|&bytes| is_bare(&text, bytes)) {
            Some(bytes) => {
                let share = if bytes.0 <= 100 { format!("`{}%` or ", bytes.0) } else { String::new() };
                Err(format!("`{}` is {bytes}: did you mean {share}`{}M`?", text.trim(), bytes.0))
            }
            None => Ok(Self(size)),
        }
    }
}

fn is_bare(text: &str, bytes: Bytes) -> bool {
    bytes > Bytes(0) && bytes < LEAST && text.trim().ends_with(|last: char| last.is_ascii_digit())
}

/// An amount such as `512M`.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Amount(pub(super) Bytes);

impl TryFrom<String> for Amount {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bytes = size::parse(&text).map_err(|wrong| wrong.to_string())?;
        match is_bare(&text, bytes) {
            true => Err(format!("`{}` is {bytes}: did you mean `{}M`?", text.trim(), bytes.0)),
            false => Ok(Self(bytes)),
        }
    }
}

/// A time such as `500ms` or `10s`.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Time(pub(super) Duration);

impl TryFrom<String> for Time {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let read = humantime::parse_duration(text.trim());
        let shown: String = text.chars().take(40).collect();
        read.map(Self).map_err(|_| format!("`{shown}` is no time: allowed are `500ms`, `2s`, `1m 30s`"))
    }
}

/// Per cents, as a number or with the sign: `25` and `"25%"` are the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct PerCent(pub(super) f64);

impl<'de> Deserialize<'de> for PerCent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PerCentVisitor)
    }
}

struct PerCentVisitor;

impl Visitor<'_> for PerCentVisitor {
    type Value = PerCent;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a share such as \"25%\" or 25")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<PerCent, E> {
        self.visit_f64(number as f64)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<PerCent, E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<PerCent, E> {
        if (0.0..=100.0).contains(&number) {
            return Ok(PerCent(number));
        }
        Err(E::custom(format!("{number} is no share: it goes from 0 to 100 per cent")))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<PerCent, E> {
        match text.parse::<Size>() {
            Ok(Size::Percent(percent)) => Ok(PerCent(percent)),
            Ok(Size::Exact(_)) => {
                let shown: String = text.chars().take(40).collect();
                Err(E::custom(format!("`{shown}` is an amount, and a share such as `25%` is wanted")))
            }
            Err(wrong) => Err(E::custom(wrong)),
        }
    }
}

/// A user by name or number.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(untagged, expecting = "expected the name or the number of a user")]
pub(super) enum User {
    Number(u32),
    Name(String),
}
