//! watch.toml as it is spelled. What serde can refuse is refused here; the other files do the rest.

use serde::Deserialize;
use toml::Spanned;

use super::quantities::{Amount, PerCent, Share, Time, User};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Document {
    pub(super) calm: Option<Spanned<Time>>,
    pub(super) gpu_percent: Option<Spanned<PerCent>>,
    pub(super) warning: Option<Spanned<ThresholdTable>>,
    pub(super) critical: Option<Spanned<ThresholdTable>>,
    pub(super) redline: Option<Spanned<ThresholdTable>>,
    pub(super) thrash: Option<Spanned<ThrashTable>>,
    pub(super) kill: Option<Spanned<KillTable>>,
    pub(super) hooks: Option<Spanned<HooksTable>>,
    pub(super) rule: Vec<Spanned<RuleTable>>,
    pub(super) group: Vec<Spanned<GroupTable>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct ThresholdTable {
    pub(super) available: Option<Spanned<Share>>,
    pub(super) at_least: Option<Spanned<Amount>>,
    pub(super) swap: Option<Spanned<Share>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct ThrashTable {
    pub(super) available: Option<Spanned<Share>>,
    pub(super) full: Option<Spanned<PerCent>>,
    pub(super) lasts: Option<Spanned<Time>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct KillTable {
    pub(super) grace: Option<Spanned<Time>>,
    pub(super) settle: Option<Spanned<Time>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct HooksTable {
    pub(super) warning: Option<Spanned<Vec<String>>>,
    pub(super) critical: Option<Spanned<Vec<String>>>,
    pub(super) redline: Option<Spanned<Vec<String>>>,
    pub(super) before_kill: Option<Spanned<Vec<String>>>,
    pub(super) after_kill: Option<Spanned<Vec<String>>>,
    pub(super) limit: Option<Spanned<Time>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenAction {
    Protect,
    Avoid,
    Prefer,
    Ignore,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RuleTable {
    pub(super) action: WrittenAction,
    pub(super) unit: Option<Spanned<String>>,
    pub(super) command: Option<Spanned<String>>,
    pub(super) user: Option<Spanned<User>>,
    pub(super) group: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct GroupTable {
    pub(super) unit: Spanned<String>,
    pub(super) memory: Option<Spanned<Share>>,
    pub(super) full: Option<Spanned<PerCent>>,
    pub(super) lasts: Option<Spanned<Time>>,
}
