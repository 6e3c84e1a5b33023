//! A file of memtune's own for more units, which is read no longer for some of them: of files with one name only the nearest counts.

use std::collections::BTreeMap;

use crate::change::Plan;

use super::drop_in;
use super::subject::Subject;

/// Refuses what would take limits of `a-.slice` from the units of `a-b-.slice` without a word; where that is so already, it is only said.
/// `before` and `after` are what the drop-in says now, and what it shall say.
pub(super) fn judge(plan: &mut Plan, subject: &Subject<'_, '_>, before: &str, after: &str) {
    let Some((path, lost)) = lost(subject, after) else { return };
    let (unit, lost) = (subject.unit.as_str(), lost.join(" "));
    let reason = format!(
        "it is not read for what {unit} stands for, whose own file has the same name: {lost} does not count there"
    );
    match before.is_empty() {
        true => plan.refuse(path, format!("{reason}. Set that along, or something else in its place")),
        false => plan.note(format!("`{path}`: {reason}")),
    }
}

/// The file that is hidden, and what of it `after` does not set itself.
fn lost(subject: &Subject<'_, '_>, after: &str) -> Option<(String, Vec<String>)> {
    let unit = &subject.unit;
    if !unit.stands_for_many() {
        return None;
    }
    let folders = unit.folders().into_iter().skip(1);
    let mut paths = folders.map(|folder| format!("{}/{folder}/{}", subject.manager.folder(), unit.drop_in()));
    // What lies behind the nearest is hidden by that one already.
    let (path, text) = paths.find_map(|path| {
        let text = subject.host().read(&path).ok()?;
        Some((path, text))
    })?;
    let own = drop_in::properties(after, unit.kind());
    let theirs: BTreeMap<String, String> = drop_in::values(&text).into_iter().collect();
    let mut lost = drop_in::properties(&text, unit.kind());
    lost.retain(|property| !own.contains(property));
    lost.dedup();
    let says = |property: &String| Some(format!("{property}={}", theirs.get(property)?));
    let lost: Vec<String> = lost.iter().filter_map(says).collect();
    (!lost.is_empty()).then_some((path, lost))
}
