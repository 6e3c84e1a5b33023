//! A profile as its file spells it. What serde can refuse is refused here; `check.rs` does the rest.

use serde::Deserialize;
use toml::Spanned;

use crate::sys::bytes::Bytes;
use crate::sys::size;

use super::condition::SwapState;
use super::model::{Bound, Keep, SwapKind, Unit, Whole};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Document {
    pub(super) schema: Spanned<u32>,
    pub(super) name: Spanned<String>,
    pub(super) title: Spanned<String>,
    pub(super) about: Spanned<String>,
    pub(super) source: Spanned<String>,
    #[serde(default)]
    pub(super) inherits: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) checks: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) recommend: RecommendTable,
    #[serde(default)]
    pub(super) setting: Vec<Spanned<SettingTable>>,
    #[serde(default)]
    pub(super) unit: Vec<Spanned<UnitTable>>,
    pub(super) swap: Option<Spanned<SwapTable>>,
    pub(super) watch: Option<Spanned<WatchTable>>,
    #[serde(default)]
    pub(super) advice: Vec<Spanned<AdviceTable>>,
    #[serde(default)]
    pub(super) documented: Vec<Spanned<DocumentedTable>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RecommendTable {
    #[serde(default)]
    pub(super) processes: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) units: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) boards: Vec<Spanned<String>>,
    pub(super) swap: Option<SwapState>,
    pub(super) memory_below: Option<Size>,
    pub(super) memory_at_least: Option<Size>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SettingTable {
    pub(super) sysctl: Option<Spanned<String>>,
    pub(super) sys: Option<Spanned<String>>,
    pub(super) value: Option<Spanned<Value>>,
    pub(super) scale: Option<Spanned<ScaleTable>>,
    #[serde(default)]
    pub(super) keep: Keep,
    #[serde(default)]
    pub(super) gives_way: bool,
    pub(super) literal: Option<Spanned<Value>>,
    pub(super) effect: Option<Spanned<String>>,
    pub(super) reason: Spanned<String>,
    pub(super) source: Spanned<String>,
    #[serde(default)]
    pub(super) when: WhenTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct UnitTable {
    pub(super) property: Spanned<String>,
    pub(super) value: Option<Spanned<Value>>,
    pub(super) scale: Option<Spanned<ScaleTable>>,
    #[serde(default)]
    pub(super) keep: Keep,
    #[serde(default)]
    pub(super) gives_way: bool,
    pub(super) literal: Option<Spanned<Value>>,
    pub(super) effect: Option<Spanned<String>>,
    pub(super) reason: Spanned<String>,
    pub(super) source: Spanned<String>,
    #[serde(default)]
    pub(super) when: WhenTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ScaleTable {
    pub(super) of: Whole,
    pub(super) percent: f64,
    pub(super) unit: Option<Unit>,
    pub(super) at_least: Option<WrittenBound>,
    pub(super) at_most: Option<WrittenBound>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SwapTable {
    pub(super) kind: SwapKind,
    pub(super) scale: Option<Spanned<ScaleTable>>,
    pub(super) literal: Option<Size>,
    pub(super) effect: Option<Spanned<String>>,
    pub(super) reason: Spanned<String>,
    pub(super) source: Spanned<String>,
    #[serde(default)]
    pub(super) when: WhenTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WatchTable {
    pub(super) available_percent: Option<f64>,
    pub(super) gpu_percent: Option<f64>,
    pub(super) reason: Spanned<String>,
    pub(super) source: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AdviceTable {
    pub(super) text: Spanned<String>,
    pub(super) command: Option<Spanned<String>>,
    pub(super) reason: Spanned<String>,
    pub(super) source: Spanned<String>,
    #[serde(default)]
    pub(super) when: WhenTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct DocumentedTable {
    pub(super) what: Spanned<String>,
    pub(super) literal: Spanned<Value>,
    pub(super) effect: Spanned<String>,
    pub(super) source: Spanned<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WhenTable {
    pub(super) swap: Option<SwapState>,
    pub(super) rotational: Option<bool>,
    pub(super) memory_at_least: Option<Size>,
    pub(super) memory_below: Option<Size>,
    pub(super) container: Option<bool>,
    pub(super) architecture: Option<Vec<Spanned<String>>>,
}

/// A value as it is written: 70 and "70" are the same.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a whole number or a string")]
pub(super) enum Value {
    Number(i64),
    Text(String),
}

impl Value {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// A size such as `64MiB`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Size(pub(super) Bytes);

impl TryFrom<String> for Size {
    type Error = size::Wrong;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        size::parse(&text).map(Self)
    }
}

/// A size, or `kernel`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct WrittenBound(pub(super) Bound);

impl TryFrom<String> for WrittenBound {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "kernel" {
            return Ok(Self(Bound::Kernel));
        }
        size::parse(&text)
            .map(|size| Self(Bound::Size(size)))
            .map_err(|wrong| format!("{wrong}, or `kernel`"))
    }
}
