//! Reads the journal.

use std::collections::BTreeMap;

use crate::change::fault;
use crate::exit::{Exit, Fault};
use crate::host::{Distrust, Host, IfThere};

use super::entry::{Entry, State, parse};
use super::store::{self, FOLDER, HOME, path_of};

/// Longer than any machine's; a hostile tree shall not fill the memory.
pub(super) const MOST_ENTRIES: usize = 20_000;
const MOST_BYTES: usize = 256 << 20;

/// A file in the place of an entry that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The number in its name.
    pub id: u64,
    /// Its path.
    pub path: String,
    /// What is wrong with it.
    pub why: String,
    /// Whether it says itself that nothing of it is under way.
    pub is_concluded: bool,
}

/// All that memtune ever changed here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// The entries, the oldest first.
    pub entries: Vec<Entry>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
}

impl Journal {
    /// The entry `id`.
    pub fn entry(&self, id: u64) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The newest entry that `undo` takes back when it is not told which.
    pub fn last_in_force(&self) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.is_in_force() && entry.undoes.is_empty())
    }

    /// The entry that was begun and not ended.
    pub fn pending(&self) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.state == State::Pending)
    }

    /// A file behind all entries of which nobody can tell whether it is under way.
    pub(in crate::change) fn riddle(&self) -> Option<&Unreadable> {
        let last = self.entries.iter().map(|entry| entry.id).max().unwrap_or(0);
        self.unreadable.iter().find(|file| file.id > last && !file.is_concluded)
    }

    fn tell_undone(&mut self) {
        let mut undone: BTreeMap<u64, u64> = BTreeMap::new();
        // From the newest: whether an undo is in force is known before what it undid.
        for entry in self.entries.iter_mut().rev().filter(|entry| entry.is_in_force()) {
            entry.undone_by = undone.get(&entry.id).copied();
            match entry.undone_by {
                Some(_) => entry.state = State::Undone,
                // What took something back only in part has not undone it.
                None if entry.state == State::Incomplete => {}
                None => {
                    for &id in entry.undoes.iter().filter(|&&id| id < entry.id) {
                        undone.entry(id).or_insert(entry.id);
                    }
                }
            }
        }
    }
}

/// The entries of the journal, the oldest first; files that are none are passed over.
///
/// # Errors
/// Says why the journal cannot be read, and refuses one that somebody else may have written.
pub fn entries(host: &Host) -> Result<Vec<Entry>, Fault> {
    Ok(read(host)?.entries)
}

/// Reads the journal.
///
/// # Errors
/// Says why it cannot be read, and refuses one that somebody else may have written; a damaged entry is no such reason.
pub fn read(host: &Host) -> Result<Journal, Fault> {
    read_within(host, MOST_BYTES)
}

fn read_within(host: &Host, mut room: usize) -> Result<Journal, Fault> {
    let mut journal = Journal::default();
    store::refuse_strangers(host)?;
    // From the newest: where the room does not suffice, the oldest are passed over, which nobody takes back any more.
    for id in numbers(host)?.into_iter().rev() {
        let path = path_of(id);
        match read_entry(host, id, &path, &mut room)? {
            Ok(entry) => journal.entries.push(entry),
            Err((why, is_concluded)) => {
                journal.unreadable.push(Unreadable { id, path, why, is_concluded });
            }
        }
    }
    journal.entries.reverse();
    journal.unreadable.reverse();
    journal.tell_undone();
    Ok(journal)
}

type Damage = (String, bool);

fn read_entry(host: &Host, id: u64, path: &str, room: &mut usize) -> Result<Result<Entry, Damage>, Fault> {
    let no_room =
        || ("the journal is too large to be read whole; move its oldest entries away".to_owned(), false);
    if *room == 0 {
        return Ok(Err(no_room()));
    }
    let state = match host.own_state(HOME, path) {
        Ok(Some(state)) => state,
        Ok(None) => return Ok(Err(("it is gone".to_owned(), true))),
        Err(Distrust::Failed(error)) if error.kind() != std::io::ErrorKind::PermissionDenied => {
            return Ok(Err((fault::answer(&error), false)));
        }
        Err(distrust) => return Err(fault::on_distrust(path, distrust)),
    };
    let Some(left) = room.checked_sub(state.content.len()) else {
        // A smaller one that is older would leave a gap.
        *room = 0;
        return Ok(Err(no_room()));
    };
    *room = left;
    let Ok(text) = str::from_utf8(&state.content) else {
        return Ok(Err(("it is not UTF-8".to_owned(), false)));
    };
    Ok(match parse(text) {
        Ok(entry) if entry.id != id => Err((format!("it says that it is entry {}", entry.id), false)),
        Ok(entry) => Ok(entry),
        Err(no_entry) => Err((no_entry.why, no_entry.is_concluded)),
    })
}

/// The numbers of the files in the journal, sorted; other names are none of ours.
pub(super) fn numbers(host: &Host) -> Result<Vec<u64>, Fault> {
    let names = host.list(FOLDER).if_there().map_err(fault::on_reading)?.unwrap_or_default();
    let mut numbers: Vec<u64> = names.iter().filter_map(|name| number(name)).collect();
    numbers.sort_unstable();
    if let Some(&first) = numbers.first().filter(|_| numbers.len() > MOST_ENTRIES) {
        let message = format!("`{FOLDER}` holds more than {MOST_ENTRIES} entries");
        return Err(Fault::new(Exit::Refused, message)
            .hint(format!("move the oldest away, from `{}` on", path_of(first))));
    }
    Ok(numbers)
}

fn number(name: &str) -> Option<u64> {
    let number: u64 = name.strip_suffix(".json")?.parse().ok()?;
    path_of(number).ends_with(&format!("/{name}")).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn entry(id: u64, state: &str, undoes: &str) -> String {
        format!(
            r#"{{"schema":"memtune.journal/1","id":{id},"time":"t","title":"x","area":"tune","state":"{state}",
            "undoes":{undoes},"changes":[]}}"#
        )
    }

    fn states(journal: &Journal) -> Vec<State> {
        journal.entries.iter().map(|entry| entry.state).collect()
    }

    #[test]
    fn damaged_entries_are_named_and_the_others_read() {
        let (_folder, host) = made_tree(&[
            ("/var/lib/memtune/journal/000001.json", &entry(1, "applied", "[]")),
            ("/var/lib/memtune/journal/000002.json", "{ half"),
            ("/var/lib/memtune/journal/000003.json", &entry(7, "applied", "[]")),
            ("/var/lib/memtune/journal/000004.json", "->000001.json"),
            ("/var/lib/memtune/journal/.000005.json.memtune-new", "left"),
            ("/var/lib/memtune/journal/6.json", "not ours"),
            ("/var/lib/memtune/journal/+00007.json", "not ours"),
        ]);
        let journal = read(&host).unwrap();
        assert_eq!(states(&journal), [State::Applied]);
        let damaged: Vec<u64> = journal.unreadable.iter().map(|file| file.id).collect();
        assert_eq!(damaged, [2, 3, 4]);
        assert_eq!(journal.riddle().unwrap().id, 2);
        assert_eq!(super::super::next_id(&host).unwrap(), 5);
    }

    #[test]
    fn an_entry_is_undone_while_its_undo_is_in_force() {
        let (_folder, host) = made_tree(&[
            ("/var/lib/memtune/journal/000001.json", &entry(1, "applied", "[]")),
            ("/var/lib/memtune/journal/000002.json", &entry(2, "applied", "[]")),
            ("/var/lib/memtune/journal/000003.json", &entry(3, "applied", "[1]")),
            ("/var/lib/memtune/journal/000004.json", &entry(4, "rolled-back", "[2]")),
            ("/var/lib/memtune/journal/000005.json", &entry(5, "applied", "[2]")),
            ("/var/lib/memtune/journal/000006.json", &entry(6, "applied", "[5]")),
        ]);
        let journal = read(&host).unwrap();
        use State::{Applied, RolledBack, Undone};
        assert_eq!(states(&journal), [Undone, Applied, Applied, RolledBack, Undone, Applied]);
        assert_eq!(journal.entry(1).unwrap().undone_by, Some(3));
        assert_eq!(journal.last_in_force().unwrap().id, 2);
    }

    #[test]
    fn where_there_is_no_room_the_oldest_are_passed_over() {
        let one = entry(1, "applied", "[]");
        let files: Vec<(String, String)> =
            (1..=4).map(|id| (path_of(id), entry(id, "applied", "[]"))).collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (_folder, host) = made_tree(&files);
        let journal = read_within(&host, 2 * one.len() + 1).unwrap();
        let ids: Vec<u64> = journal.entries.iter().map(|entry| entry.id).collect();
        let passed_over: Vec<u64> = journal.unreadable.iter().map(|file| file.id).collect();
        assert_eq!((ids, passed_over), (vec![3, 4], vec![1, 2]));
        assert!(journal.unreadable[0].why.contains("oldest"));
        assert_eq!(journal.riddle(), None);
    }

    #[test]
    fn bytes_that_are_no_text_are_no_entry() {
        let (folder, host) = made_tree(&[(&path_of(1), &entry(1, "applied", "[]"))]);
        let path = folder.path().join(path_of(1).trim_start_matches('/'));
        let bytes = entry(1, "applied", "[]").replace("\"x\"", "\"?\"").replace('?', "\u{ff}").into_bytes();
        let bytes: Vec<u8> = bytes.into_iter().filter(|&byte| byte != 0xc3).collect();
        #[expect(clippy::disallowed_methods, reason = "spoils the entry")]
        std::fs::write(path, bytes).unwrap();
        let journal = read(&host).unwrap();
        assert_eq!((journal.entries.len(), journal.unreadable[0].why.as_str()), (0, "it is not UTF-8"));
    }

    #[test]
    fn without_a_journal_nothing_was_changed() {
        let (_folder, host) = made_tree(&[("/etc/hostname", "x")]);
        assert_eq!(read(&host).unwrap(), Journal::default());
        assert_eq!(super::super::next_id(&host).unwrap(), 1);
    }

    #[test]
    fn the_last_number_of_all_is_refused() {
        let path = path_of(u64::MAX);
        let (_folder, host) = made_tree(&[(&path, "x")]);
        assert_eq!(super::super::next_id(&host).unwrap_err().exit, Exit::Refused);
    }
}
