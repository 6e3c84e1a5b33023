//! One entry of the journal.

use serde::{Deserialize, Serialize};

use crate::change::changes::Change;
use crate::change::plan::{Area, Plan};

const SCHEMA: &str = "memtune.journal/1";

/// More than any plan has, so that a hostile journal keeps nobody busy.
const MOST_CHANGES: usize = 1000;

/// Each change can leave itself and what the kernel moved along with it.
const MOST_LEFT: usize = 5 * MOST_CHANGES;

/// As many as a journal has entries.
const MOST_UNDONE: usize = super::listing::MOST_ENTRIES;

/// How far the plan of an entry came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It was begun, and neither ended nor taken back: it runs right now, or was cut short.
    Pending,
    /// It was carried out.
    Applied,
    /// It failed or was cut short, and all of it was taken back.
    RolledBack,
    /// It was carried out, and taken back later.
    Undone,
    /// It failed or was cut short, and a part of it could not be taken back.
    Incomplete,
}

impl State {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Applied => "applied",
            Self::RolledBack => "rolled back",
            Self::Undone => "undone",
            Self::Incomplete => "incomplete",
        }
    }
}

/// A plan that was begun, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    schema: String,
    /// Its number, counted from 1.
    pub id: u64,
    /// When it was begun, as RFC 3339 writes it.
    pub time: String,
    /// What it was for.
    pub title: String,
    /// Whose plan it was.
    pub area: Area,
    /// How far it came.
    pub state: State,
    /// What was typed.
    #[serde(default)]
    pub command: String,
    /// The boot in which it was begun; a tree has none.
    #[serde(default)]
    pub boot: Option<String>,
    /// The entries that it took back.
    #[serde(default)]
    pub undoes: Vec<u64>,
    /// The entry that took this one back. It is not written down here, but follows from that entry.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<u64>,
    /// What could not be taken back.
    #[serde(default)]
    pub left: Vec<String>,
    /// How many of its programs may have been run.
    #[serde(default)]
    pub started: usize,
    /// The changes, in the order in which they are made.
    pub changes: Vec<Change>,
}

impl Entry {
    pub(crate) fn begin(id: u64, time: String, plan: Plan, command: &str, boot: Option<String>) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            id,
            time,
            title: plan.title,
            area: plan.area,
            state: State::Pending,
            command: command.to_owned(),
            boot,
            undoes: plan.undoes,
            undone_by: None,
            left: Vec::new(),
            started: 0,
            changes: plan.changes,
        }
    }

    /// Whether what it did is still there, be it in part.
    pub fn is_in_force(&self) -> bool {
        matches!(self.state, State::Applied | State::Incomplete)
    }

    /// Why it is larger than an entry may be; `None` where it is not.
    pub(super) fn excess(&self) -> Option<String> {
        excess([self.changes.len(), self.left.len(), self.undoes.len()])
    }

    /// Its plan, as it was shown.
    pub fn plan(&self) -> Plan {
        let mut plan = Plan::new(self.title.clone(), self.area);
        plan.changes = self.changes.clone();
        plan.undoes = self.undoes.clone();
        plan
    }
}

/// Why a text is no entry, and what can be told of it all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoEntry {
    /// Why.
    pub why: String,
    /// Whether it says itself that nothing of it is under way.
    pub is_concluded: bool,
}

/// Reads an entry. Fields that are not known are ignored: a later memtune may have written them.
///
/// # Errors
/// Says what is wrong with the text.
pub fn parse(text: &str) -> Result<Entry, NoEntry> {
    let no_entry = |why: String, is_concluded| NoEntry { why, is_concluded };
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| no_entry(format!("it is no JSON: {error}"), false))?;
    let text_of = |key| value.get(key).and_then(|value| value.as_str()).unwrap_or_default();
    let concluded = ["applied", "rolled-back", "undone", "incomplete"].contains(&text_of("state"));
    let schema = text_of("schema");
    if schema != SCHEMA {
        return Err(no_entry(format!("its schema is `{schema}`, and not `{SCHEMA}`"), concluded));
    }
    let length = |(name, _)| value.get(name).and_then(|list| list.as_array()).map_or(0, Vec::len);
    if let Some(excess) = excess(LISTS.map(length)) {
        return Err(no_entry(excess, concluded));
    }
    serde_json::from_value(value).map_err(|error| no_entry(error.to_string(), concluded))
}

/// The lists of an entry, and how long they may be.
const LISTS: [(&str, usize); 3] = [("changes", MOST_CHANGES), ("left", MOST_LEFT), ("undoes", MOST_UNDONE)];

/// What is too long, by the length of each of [`LISTS`].
fn excess(lengths: [usize; LISTS.len()]) -> Option<String> {
    let (_, (name, most)) = lengths.into_iter().zip(LISTS).find(|(length, (_, most))| length > most)?;
    Some(format!("it has more than {most} in its list `{name}`"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENTRY: &str = r#"{"schema":"memtune.journal/1","id":3,"time":"2026-11-21T10:00:00Z","title":"x",
        "area":"tune","state":"applied","later":"unknown","changes":[
        {"kind":"file","target":"/etc/a","before":null,"after":"b","after_owner":{"mode":420,"user":0,"group":0},"new":1},
        {"kind":"knob","target":"/proc/sys/vm/swappiness","before":"60","after":"10"},
        {"kind":"command","target":"true","before":null,"after":null,"words":["true"]}]}"#;

    #[test]
    fn an_entry_is_read_and_written_again() {
        let entry = parse(ENTRY).unwrap();
        assert_eq!((entry.id, entry.changes.len(), entry.is_in_force()), (3, 3, true));
        assert_eq!(parse(&serde_json::to_string(&entry).unwrap()), Ok(entry));
    }

    #[test]
    fn what_is_no_entry_says_why() {
        let newer = ENTRY.replace("journal/1", "journal/2");
        let no_entry = parse(&newer).unwrap_err();
        assert!(no_entry.why.contains("memtune.journal/2") && no_entry.is_concluded, "{no_entry:?}");
        assert!(!parse(&newer.replace("applied", "resting")).unwrap_err().is_concluded);
        assert!(!parse("{").unwrap_err().is_concluded);
        for (from, to) in [
            ("/etc/a", "etc/a"),
            ("/proc/sys/vm/swappiness", "/dev/sda"),
            ("/proc/sys/vm/swappiness", "/sys/../dev/sda"),
            ("420", "100000"),
            (r#"["true"]"#, "[]"),
        ] {
            assert!(parse(&ENTRY.replace(from, to)).is_err(), "{to}");
        }
    }

    #[test]
    fn an_entry_has_no_more_than_a_plan_can_have() {
        let list = |text: &str, count| vec![text; count].join(",");
        let change = r#"{"kind":"command","words":["true"]}"#;
        let with = |changes: usize, left: usize, undoes: usize| {
            let (changes, left, undoes) = (list(change, changes), list("\"x\"", left), list("1", undoes));
            parse(&format!(
                r#"{{"schema":"memtune.journal/1","id":3,"time":"t","title":"x","area":"tune","state":"applied",
                "undoes":[{undoes}],"left":[{left}],"changes":[{changes}]}}"#
            ))
        };
        assert!(with(MOST_CHANGES, MOST_LEFT, MOST_UNDONE).unwrap().excess().is_none());
        for (changes, left, undoes, name) in [
            (MOST_CHANGES + 1, 0, 0, "changes"),
            (0, MOST_LEFT + 1, 0, "left"),
            (0, 0, MOST_UNDONE + 1, "undoes"),
        ] {
            let no_entry = with(changes, left, undoes).unwrap_err();
            assert!(no_entry.why.contains(&format!("`{name}`")) && no_entry.is_concluded, "{no_entry:?}");
        }
        let folders = format!(r#""folders":[{}],"target":"/etc/a""#, list(r#""/etc""#, 2049));
        assert!(parse(&ENTRY.replace(r#""target":"/etc/a""#, &folders)).is_err());
        let companion = r#"{"target":"/proc/sys/vm/swappiness","before":"1"}"#;
        let companions = format!(r#""companions":[{}],"before":"60""#, list(companion, 9));
        assert!(parse(&ENTRY.replace(r#""before":"60""#, &companions)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text: String) {
            let _ = parse(&text);
        }

        #[test]
        fn a_spoiled_entry_is_read(place in 0..ENTRY.len(), new in "\\PC{0,4}") {
            let mut text = ENTRY.to_owned();
            if text.is_char_boundary(place) && text.is_char_boundary(place + 1) {
                text.replace_range(place..=place, &new);
            }
            if let Ok(entry) = parse(&text) {
                prop_assert_eq!(parse(&serde_json::to_string(&entry).unwrap()), Ok(entry));
            }
        }
    }
}
