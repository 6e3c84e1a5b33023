//! systemd-sysctl: an ordered map of all lines, written out when all files are read.
//!
//! A line with another value takes an earlier one of its knob out of the map and goes to the end of it; one with the same
//! value changes nothing. Patterns reach only knobs that no line names (src/sysctl/sysctl.c of systemd 252 and 257).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::facts::sysctl_files::{Content, SysctlLine};
use crate::sysctl::forecast::{Assignment, Origin};
use crate::sysctl::layers::{LayerFile, Layers};
use crate::sysctl::names;
use crate::sysctl::write::Write;

use super::sysctl_file::{assignment, target};

struct Entry {
    key: String,
    /// None excludes the knob from patterns.
    assignment: Option<Assignment>,
}

#[derive(Default)]
struct OrderedMap {
    /// By when they came in; the file behind a knob's name tells entries apart.
    entries: BTreeMap<usize, Entry>,
    places: BTreeMap<String, usize>,
    /// The lines that came to nothing.
    beaten: Vec<(String, Assignment)>,
    count: usize,
}

/// The writes in their order, behind those that do not happen.
pub(in crate::sysctl) fn writes(layers: &Layers<SysctlLine>) -> Vec<Write> {
    let mut map = OrderedMap::default();
    for file in layers.effective() {
        file.lines.iter().for_each(|line| map.take(file, line));
    }
    let except: Arc<BTreeSet<String>> = Arc::new(map.places.keys().cloned().collect());
    let write = |key: &str, assignment: Assignment, happens: bool| {
        let target = target(key, &except);
        Write { happens, spares_equal: true, ..Write::new(assignment, target) }
    };
    let beaten = map.beaten.into_iter().map(|(key, assignment)| write(&key, assignment, false));
    let kept = map.entries.into_values();
    let kept = kept.filter_map(|entry| Some(write(&entry.key, entry.assignment?, true)));
    beaten.chain(kept).collect()
}

impl OrderedMap {
    fn take(&mut self, file: &LayerFile<SysctlLine>, line: &SysctlLine) {
        let assignment = match &line.content {
            Content::Nonsense => return,
            Content::Exclusion => None,
            Content::Value { value, .. } => Some(assignment(&file.real, line, value, Origin::SysctlFile)),
        };
        let path = names::path_of(&line.key);
        if let Some(&place) = self.places.get(&path)
            && let Some(known) = self.entries.get_mut(&place)
        {
            let value_of = |one: &Option<Assignment>| one.as_ref().map(|one| one.value.clone());
            if value_of(&known.assignment) == value_of(&assignment) {
                // The place stays that of the first; the last is the line that would have to be changed.
                let earlier = std::mem::replace(&mut known.assignment, assignment);
                self.beaten.extend(earlier.map(|earlier| (line.key.clone(), earlier)));
                return;
            }
            let earlier = self.entries.remove(&place).and_then(|known| known.assignment);
            self.beaten.extend(earlier.map(|earlier| (line.key.clone(), earlier)));
        }
        self.places.insert(path, self.count);
        self.entries.insert(self.count, Entry { key: line.key.clone(), assignment });
        self.count += 1;
    }
}
