//! Lines that are put aside: commented out with a mark by which they are found again.
//!
//! Such a file belongs to somebody else. What its owner changes in it later stays, and only the marked lines come back.

use std::collections::BTreeMap;

use crate::exit::Fault;
use crate::host::{FileState, Host};

use super::fault;
use super::file::FileChange;

/// What stands before a line that is put aside.
const MARK: &str = "# put aside by memtune: ";

/// The text of a file of somebody else's, to be edited; `None` where it is no UTF-8, of which not every byte would stay.
///
/// # Errors
/// Says why it cannot be read; a link is refused. A file that is not there is empty.
pub fn text(host: &Host, path: &str) -> Result<Option<String>, Fault> {
    let state = host.state(path).map_err(|error| fault::on_file("read", path, &error))?;
    Ok(String::from_utf8(state.map(|state| state.content).unwrap_or_default()).ok())
}

/// `text` with one line, counted from 1, put aside.
pub fn without_line(text: &str, line: usize) -> String {
    let content = |(number, content): (usize, &str)| match number == line {
        true => format!("{MARK}{content}"),
        false => content.to_owned(),
    };
    (1..).zip(text.split_inclusive('\n')).map(content).collect()
}

/// How often each line was put aside by `changes`; `None` where they did anything else to the file.
fn put_aside<'c>(changes: &[&'c FileChange]) -> Option<BTreeMap<&'c [u8], isize>> {
    let mut counts: BTreeMap<&[u8], isize> = BTreeMap::new();
    for change in changes {
        let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
        let is_rewritten = FileState { content: after.content.clone(), ..before.clone() };
        if !is_rewritten.is_as(after) {
            return None;
        }
        let (before, after) = (lines(&before.content), lines(&after.content));
        if before.len() != after.len() {
            return None;
        }
        for (before, after) in before.into_iter().zip(after).filter(|(before, after)| before != after) {
            match (unmarked(after), unmarked(before)) {
                (Some(line), _) if line == before => *counts.entry(before).or_default() += 1,
                // An earlier profile had put it aside, and a later one brought it back.
                (_, Some(line)) if line == after => *counts.entry(after).or_default() -= 1,
                _ => return None,
            }
        }
    }
    Some(counts)
}

/// `now` with the lines back that `changes` had put aside; `None` where they did anything else to the file.
pub(super) fn restored(changes: &[&FileChange], now: &[u8]) -> Option<Vec<u8>> {
    let mut counts = put_aside(changes)?;
    let back = lines(now).into_iter().map(|line| {
        let marked = unmarked(line);
        match marked.and_then(|line| counts.get_mut(line)).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                marked.unwrap_or(line)
            }
            None => line,
        }
    });
    Some(back.collect::<Vec<_>>().concat())
}

fn lines(content: &[u8]) -> Vec<&[u8]> {
    content.split_inclusive(|&byte| byte == b'\n').collect()
}

fn unmarked(line: &[u8]) -> Option<&[u8]> {
    line.strip_prefix(MARK.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::changes::Why;

    fn change(before: &str, after: &str) -> FileChange {
        let state = |text: &str| Some(FileState::new(text));
        FileChange {
            target: "/etc/sysctl.conf".to_owned(),
            before: state(before),
            after: state(after),
            folders: Vec::new(),
            why: Why::default(),
        }
    }

    fn restored_text(changes: &[(&str, &str)], now: &str) -> Option<String> {
        let changes: Vec<FileChange> = changes.iter().map(|(before, after)| change(before, after)).collect();
        let changes: Vec<&FileChange> = changes.iter().collect();
        restored(&changes, now.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_line_is_put_aside_and_its_end_stays() {
        assert_eq!(without_line("a\r\nb", 1), "# put aside by memtune: a\r\nb");
        assert_eq!(without_line("a\nb", 2), "a\n# put aside by memtune: b");
        assert_eq!(without_line("a\n", 3), "a\n");
    }

    #[test]
    fn marked_lines_come_back_and_the_owners_edits_stay() {
        let aside = without_line("a=1\nb=2\n", 1);
        let now = format!("new=3\n{aside}more=4\n");
        assert_eq!(restored_text(&[("a=1\nb=2\n", &aside)], &now).unwrap(), "new=3\na=1\nb=2\nmore=4\n");
        // What the owner has taken out himself does not come back.
        assert_eq!(restored_text(&[("a=1\nb=2\n", &aside)], "b=2\n").unwrap(), "b=2\n");
    }

    #[test]
    fn lines_that_others_put_aside_stay_so() {
        let theirs = without_line("a=1\nb=2\n", 1);
        let both = without_line(&theirs, 2);
        assert_eq!(restored_text(&[(&theirs, &both)], &both).unwrap(), theirs);
        // The second change brought back what the first had put aside.
        assert_eq!(
            restored_text(
                &[("a=1\n", &theirs[..theirs.len() - 4]), (&theirs[..theirs.len() - 4], "a=1\n")],
                &theirs
            )
            .unwrap(),
            theirs
        );
    }

    #[test]
    fn a_file_that_was_written_as_a_whole_is_no_such_file() {
        assert_eq!(restored_text(&[("a\n", "b\n")], "b\n"), None);
        assert_eq!(restored_text(&[("a\n", "a\nb\n")], "a\nb\n"), None);
        let file = FileChange { before: None, ..change("", "x") };
        assert_eq!(restored(&[&file], b"x"), None);
    }
}
