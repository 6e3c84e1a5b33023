//! Units and slices with bounds of their own.

use std::collections::BTreeSet;
use std::time::Duration;

use toml::Spanned;

use crate::watch::settings::GroupBound;

use super::document::GroupTable;
use super::levels::reached;
use super::reader::{MINUTE, Reader, TENTH};
use super::wrong::Wrong;

/// Each is looked at on every tick.
const MOST: usize = 64;

/// Where nothing else is said.
pub(super) const LASTS: Duration = Duration::from_secs(2);

pub(super) fn read(reader: Reader<'_>, tables: Vec<Spanned<GroupTable>>) -> Result<Vec<GroupBound>, Wrong> {
    if let Some(beyond) = tables.get(MOST) {
        return Err(reader.text.wrong(&beyond.span(), format!("more than {MOST} groups")));
    }
    let mut seen = BTreeSet::new();
    for table in &tables {
        let unit = &table.get_ref().unit;
        if !seen.insert(unit.get_ref().as_str()) {
            let what = "this unit has its bounds already, further up";
            return Err(reader.text.wrong(&unit.span(), what));
        }
    }
    tables.into_iter().map(|table| group(reader, table)).collect()
}

fn group(reader: Reader<'_>, table: Spanned<GroupTable>) -> Result<GroupBound, Wrong> {
    let place = table.span();
    let table = table.into_inner();
    check_name(table.unit.get_ref()).map_err(|what| reader.text.wrong(&table.unit.span(), what))?;
    if table.memory.is_none() && table.full.is_none() {
        return Err(reader.text.wrong(&place, "without `memory` or `full` there is nothing to hold it to"));
    }
    if let Some(memory) = &table.memory {
        let percent = reached(reader, memory.get_ref().0);
        if percent.is_some_and(|percent| percent <= 0.0) {
            let what = "no unit lives on nothing: it would be ended as soon as it starts";
            return Err(reader.text.wrong(&memory.span(), what));
        }
        if percent.is_some_and(|percent| percent > 100.0) {
            let what = "it is more than the machine's memory, and would never be reached";
            return Err(reader.text.wrong(&memory.span(), what));
        }
    }
    if let Some(full) = &table.full
        && full.get_ref().0 <= 0.0
    {
        let what = "a share of 0 would be met by a unit at rest; leave the line out";
        return Err(reader.text.wrong(&full.span(), what));
    }
    Ok(GroupBound {
        unit: table.unit.into_inner(),
        memory: table.memory.map(|memory| memory.into_inner().0),
        full: table.full.map(|full| full.into_inner().0),
        lasts: reader.time(table.lasts, LASTS, TENTH..=MINUTE)?,
    })
}

/// A service, scope or slice that may be ended.
fn check_name(unit: &str) -> Result<(), String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.@:\\".contains(letter);
    let kind = unit.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, kind)| kind);
    if !matches!(kind, Some("service" | "scope" | "slice")) {
        let shown: String = unit.chars().take(40).collect();
        return Err(format!(
            "`{shown}` is no service, scope or slice: write its name in full, such as `ml.slice`"
        ));
    }
    if unit.len() > 255 || !unit.chars().all(is_plain) {
        return Err("a unit's name has letters, digits and `-_.@:\\`; patterns are for rules".to_owned());
    }
    if matches!(unit, "-.slice" | "init.scope" | "memtune-watchd.service") {
        return Err(format!("`{unit}` is the machine itself: the levels are for that"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::reader::parse;
    use super::super::reader::tests::wrong;
    use super::super::surroundings::tests::Made;
    use super::*;
    use crate::sys::size::Size;

    #[test]
    fn a_slice_has_its_bounds() {
        let text = "[[group]]\nunit = \"ml.slice\"\nmemory = \"50%\"\n[[group]]\nunit = \"a@b.service\"\nfull = 40\nlasts = \"5s\"\n";
        let groups = parse("w", text, &Made).unwrap().groups;
        assert_eq!((groups[0].memory, groups[0].lasts), (Some(Size::Percent(50.0)), LASTS));
        assert_eq!((groups[1].full, groups[1].lasts), (Some(40.0), Duration::from_secs(5)));
    }

    #[test]
    fn bounds_that_cannot_be_meant_are_refused() {
        let cases = [
            ("unit = \"ml.slice\"", "nothing to hold it to"),
            ("unit = \"ml\"\nmemory = \"1G\"", "such as `ml.slice`"),
            ("unit = \".slice\"\nmemory = \"1G\"", "no service, scope or slice"),
            ("unit = \"ml*.slice\"\nmemory = \"1G\"", "patterns are for rules"),
            ("unit = \"-.slice\"\nmemory = \"1G\"", "the machine itself"),
            ("unit = \"ml.slice\"\nmemory = \"0\"", "lives on nothing"),
            ("unit = \"ml.slice\"\nmemory = \"17G\"", "never be reached"),
            ("unit = \"ml.slice\"\nfull = 0", "a unit at rest"),
            ("unit = \"ml.slice\"\nfull = 5\nlasts = \"1h\"", "between 100ms and 1m"),
            ("unit = \"a.slice\"\nfull = 5\n[[group]]\nunit = \"a.slice\"\nfull = 6", "line 5, column 8"),
        ];
        for (text, said) in cases {
            let wrong = wrong(&format!("[[group]]\n{text}\n"));
            assert!(wrong.contains(said), "{text}: {wrong}");
        }
    }
}
