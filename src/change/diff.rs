//! Unified diffs, in the form that patch(1) and git take.

use std::fmt::Write;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

use crate::host::FileState;

use super::file::FileChange;

/// Lines around a change.
const CONTEXT: u32 = 3;

/// What a change does to its file.
pub fn of(change: &FileChange) -> String {
    between(&change.target, change.before.as_ref(), change.after.as_ref())
}

/// The difference between two states of the file at `path`; empty where there is none.
pub fn between(path: &str, before: Option<&FileState>, after: Option<&FileState>) -> String {
    let inside = path.trim_start_matches('/');
    let attributes = attributes(before, after);
    let hunks = match (str::from_utf8(content(before)), str::from_utf8(content(after))) {
        (Ok(before), Ok(after)) => hunks(before, after),
        _ if content(before) == content(after) => String::new(),
        _ => return format!("diff --git a/{inside} b/{inside}\n{attributes}Binary files differ\n"),
    };
    if hunks.is_empty() && attributes.is_empty() {
        return String::new();
    }
    let mut text = format!("diff --git a/{inside} b/{inside}\n{attributes}");
    if !hunks.is_empty() {
        // A file that is not there has this name.
        let name = |side: char, state: Option<&FileState>| match state {
            Some(_) => format!("{side}/{inside}"),
            None => "/dev/null".to_owned(),
        };
        text += &format!("--- {}\n+++ {}\n{hunks}", name('a', before), name('b', after));
    }
    text
}

fn content(state: Option<&FileState>) -> &[u8] {
    state.map(|state| state.content.as_slice()).unwrap_or_default()
}

fn attributes(before: Option<&FileState>, after: Option<&FileState>) -> String {
    match (before, after) {
        (None, None) => String::new(),
        (None, Some(after)) => format!("new file mode 100{:03o}\n", after.mode),
        (Some(before), None) => format!("deleted file mode 100{:03o}\n", before.mode),
        (Some(before), Some(after)) => {
            let mut text = String::new();
            if before.mode != after.mode {
                text += &format!("old mode 100{:03o}\nnew mode 100{:03o}\n", before.mode, after.mode);
            }
            if (before.user, before.group) != (after.user, after.group) {
                let (old, new) = ((before.user, before.group), (after.user, after.group));
                text += &format!("old owner {}:{}\nnew owner {}:{}\n", old.0, old.1, new.0, new.1);
            }
            if before.access != after.access {
                text += "access control list changed\n";
            }
            text
        }
    }
}

fn hunks(before: &str, after: &str) -> String {
    let input = InternedInput::new(before, after);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let all: Vec<Hunk> = diff.hunks().collect();
    // Changes whose surroundings touch are shown together.
    let groups = all.chunk_by(|one, next| next.before.start - one.before.end <= 2 * CONTEXT);
    groups.map(|group| show_group(&input, group)).collect()
}

fn show_group(input: &InternedInput<&str>, group: &[Hunk]) -> String {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return String::new() };
    let length = u32::try_from(input.before.len()).unwrap_or(u32::MAX);
    let ahead = first.before.start.min(CONTEXT);
    let behind = (length - last.before.end).min(CONTEXT);
    let before = first.before.start - ahead..last.before.end + behind;
    let after = first.after.start - ahead..last.after.end + behind;
    let mut text = format!("@@ -{} +{} @@\n", place(&before), place(&after));
    let mut reached = before.start;
    for hunk in group {
        show_lines(&mut text, ' ', input, &input.before, reached..hunk.before.start);
        show_lines(&mut text, '-', input, &input.before, hunk.before.clone());
        show_lines(&mut text, '+', input, &input.after, hunk.after.clone());
        reached = hunk.before.end;
    }
    show_lines(&mut text, ' ', input, &input.before, reached..before.end);
    text
}

/// Lines are counted from 1; no lines are placed behind the line before them.
fn place(lines: &std::ops::Range<u32>) -> String {
    let start = if lines.is_empty() { lines.start } else { lines.start + 1 };
    format!("{start},{}", lines.len())
}

fn show_lines(
    text: &mut String,
    mark: char,
    input: &InternedInput<&str>,
    side: &[imara_diff::Token],
    lines: std::ops::Range<u32>,
) {
    for &token in side.get(lines.start as usize..lines.end as usize).unwrap_or_default() {
        let line = input.interner[token];
        // Writing into a string does not fail.
        let _ = write!(text, "{mark}{line}");
        if !line.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}
