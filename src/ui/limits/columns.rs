//! What the table can say of a unit.

use crate::facts::cgroup_memory::Limit;
use crate::limits::shown::entry::Entry;
use crate::limits::shown::kind;
use crate::limits::shown::sources::Source;
use crate::sys::bytes::Bytes;

use crate::ui::look::harmless;

/// What is not known.
const UNKNOWN: &str = "?";

/// What is not set.
const NONE: &str = "-";

/// One column.
pub(super) struct Column {
    /// Its heading.
    pub(super) head: &'static str,
    /// Whether it is read from its right end.
    pub(super) is_number: bool,
    /// Columns with a higher number go first where there is no room.
    pub(super) rank: usize,
    /// What stands in it.
    pub(super) cell: fn(&Entry) -> String,
}

impl Column {
    /// Whether it says anything of any of these units.
    pub(super) fn tells(&self, units: &[Entry]) -> bool {
        units.iter().any(|unit| !matches!((self.cell)(unit).as_str(), "" | "0" | UNKNOWN | NONE))
    }
}

const fn number(head: &'static str, rank: usize, cell: fn(&Entry) -> String) -> Column {
    Column { head, is_number: true, rank, cell }
}

/// All columns, from left to right. Those of rank 0 are always there.
pub(super) const COLUMNS: [Column; 12] = [
    Column { head: "unit", is_number: false, rank: 0, cell: name },
    number("holds", 0, |unit| amount(unit.current)),
    number("anon", 3, |unit| amount(unit.anon)),
    number("cache", 4, |unit| amount(unit.file)),
    number("peak", 6, |unit| amount(unit.peak)),
    number("swap", 7, swap),
    number("high", 2, |unit| limit(unit.high)),
    number("max", 1, |unit| limit(unit.max)),
    number("allowed", 1, narrowed),
    number("killed", 1, |unit| count(unit.oom_kills)),
    number("waits", 5, waits),
    number("restarts", 8, |unit| count(unit.restarts)),
];

/// The file that set the limit, which is a column for wide terminals.
pub(super) const SET_BY: Column = Column { head: "set by", is_number: false, rank: 9, cell: set_by };

/// A name with what it needs to be told from others.
pub(super) fn name(unit: &Entry) -> String {
    let user = if unit.user { " (user)" } else { "" };
    harmless(&kind::short(&unit.unit)) + user
}

/// An amount, or that it is not known.
pub(super) fn amount(bytes: Option<Bytes>) -> String {
    bytes.map_or(UNKNOWN.to_owned(), |bytes| bytes.to_string())
}

fn limit(limit: Option<Limit>) -> String {
    match limit {
        None => UNKNOWN.to_owned(),
        Some(Limit::Unlimited) => NONE.to_owned(),
        Some(Limit::At(bytes)) => bytes.to_string(),
    }
}

/// Nothing in swap is the ordinary case.
fn swap(unit: &Entry) -> String {
    unit.swap.filter(|swap| swap.0 > 0).map(|swap| swap.to_string()).unwrap_or_default()
}

fn count(number: Option<u64>) -> String {
    number.map_or(String::new(), |number| number.to_string())
}

/// What it may really hold, where that is another one's limit.
fn narrowed(unit: &Entry) -> String {
    let by = unit.effective_by.as_deref().filter(|by| *by != "memory" && *by != unit.unit);
    by.and(unit.effective_max).map(|max| max.to_string()).unwrap_or_default()
}

fn waits(unit: &Entry) -> String {
    match unit.pressure {
        Some(pressure) if pressure.some > 0.0 => format!("{:.1} %", pressure.some),
        _ => String::new(),
    }
}

fn set_by(unit: &Entry) -> String {
    let of = |key: &str| unit.settings.iter().find(|source| source.key == key && !source.value.is_empty());
    ["MemoryMax", "MemoryHigh"].into_iter().find_map(of).map(file).unwrap_or_default()
}

/// The whole path stands where the unit is shown in full.
fn file(source: &Source) -> String {
    format!("{}:{}", harmless(source.file.rsplit('/').next().unwrap_or_default()), source.line)
}
