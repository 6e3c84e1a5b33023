//! What memtune ever changed here, for people.

use anstyle::{AnsiColor, Style};

use crate::change::journal::{Entry, Journal, State, Unreadable};

use super::look::{HEADING, Look, styled};
use super::{paragraph, plan, table};

/// Renders the list, the newest last.
pub fn render(journal: &Journal, look: Look) -> String {
    if journal.entries.is_empty() && journal.unreadable.is_empty() {
        return "memtune has changed nothing here.\n".to_owned();
    }
    let head = ["id", "time (UTC)", "state", "what", "command"].map(str::to_owned).to_vec();
    let rows = journal.entries.iter().map(|entry| {
        let command = entry.command.clone();
        vec![entry.id.to_string(), shown_time(&entry.time), state(entry), entry.title.clone(), command]
    });
    let list = table::columns(look, 0, std::iter::once(head).chain(rows));
    let (head, rows) = list.split_once('\n').unwrap_or((list.as_str(), ""));
    let list = format!("{}\n{rows}", styled(HEADING, head));
    list + &journal.unreadable.iter().map(|file| unreadable(file, look)).collect::<String>()
        + &pending(journal, look)
}

/// Renders one entry with all its differences.
pub fn entry(entry: &Entry, look: Look) -> String {
    let facts =
        format!("change {}, {} UTC, {}: {}", entry.id, shown_time(&entry.time), state(entry), entry.command);
    let mut text = paragraph::indented(look, 0, &facts);
    if !entry.left.is_empty() {
        text += "could not be taken back:\n";
        text.extend(entry.left.iter().map(|left| paragraph::hanging(look, "  - ", 4, left)));
    }
    text + "\n" + &plan::render(&entry.plan(), look)
}

fn state(entry: &Entry) -> String {
    match entry.undone_by {
        Some(by) => format!("undone by {by}"),
        None => entry.state.name().to_owned(),
    }
}

/// `2026-11-21T10:00:00Z` without what all times share.
fn shown_time(time: &str) -> String {
    time.trim_end_matches('Z').replace('T', " ")
}

fn unreadable(file: &Unreadable, look: Look) -> String {
    let label = styled(WARNING, "warning:");
    let text = format!("`{}` cannot be read, and is left alone: {}", file.path, file.why);
    paragraph::hanging(look, &format!("{label} "), 9, &text)
}

const WARNING: Style = AnsiColor::Yellow.on_default().bold();

fn pending(journal: &Journal, look: Look) -> String {
    let is_pending = |entry: &&Entry| entry.state == State::Pending;
    let note = |entry: &Entry| {
        let text = format!(
            "change {} is under way, or was cut short; the next run that writes takes back what was cut short",
            entry.id
        );
        paragraph::hanging(look, "note: ", 6, &text)
    };
    journal.entries.iter().filter(is_pending).map(note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::journal;
    use crate::host::made_tree::made_tree;

    const LOOK: Look = Look { width: 80, has_unicode: false, is_root: false };

    fn entry_text(id: u64, state: &str, undoes: &str) -> String {
        format!(
            r#"{{"schema":"memtune.journal/1","id":{id},"time":"2026-11-21T10:00:00Z","title":"try it","area":"tune",
            "state":"{state}","command":"memtune tune","undoes":{undoes},"left":["`/etc/a`"],"changes":[]}}"#
        )
    }

    #[test]
    fn lists_entries_and_what_is_none() {
        let (_folder, host) = made_tree(&[
            ("/var/lib/memtune/journal/000001.json", &entry_text(1, "applied", "[]")),
            ("/var/lib/memtune/journal/000002.json", &entry_text(2, "applied", "[1]")),
            ("/var/lib/memtune/journal/000003.json", &entry_text(3, "pending", "[]")),
            ("/var/lib/memtune/journal/000004.json", "?"),
        ]);
        let journal = journal::read(&host).unwrap();
        let text = anstream::adapter::strip_str(&render(&journal, LOOK)).to_string();
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0], ["id", "time", "(UTC)", "state", "what", "command"]);
        assert_eq!(lines[1][..6], ["1", "2026-11-21", "10:00:00", "undone", "by", "2"]);
        assert!(text.contains("000004.json") && text.contains("change 3 is under way"), "{text}");
        let one = entry(journal.entry(3).unwrap(), LOOK);
        assert!(one.starts_with("change 3, 2026-11-21 10:00:00 UTC, pending: memtune tune\n"), "{one}");
        assert!(one.contains("  - `/etc/a`\n"), "{one}");
    }

    #[test]
    fn says_that_nothing_was_changed() {
        assert_eq!(render(&Journal::default(), LOOK), "memtune has changed nothing here.\n");
    }
}
