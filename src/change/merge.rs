//! Takes what memtune changed in somebody's file out of it again, around what its owner has changed since.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

/// A place in a file where lines became others.
struct Edit {
    before: Range<usize>,
    after: Range<usize>,
}

/// `now` without what the change from `before` to `after` did; `None` where the owner has edited the very lines, or the one above lines
/// that were taken out.
pub(super) fn without(before: &[u8], after: &[u8], now: &[u8]) -> Option<Vec<u8>> {
    let ours = edits(before, after);
    let theirs = edits(after, now);
    let (lines_before, mut lines_now) = (lines(before), lines(now));
    // From the end, so that the places before it stay valid.
    for edit in ours.iter().rev() {
        let place = place_now(&edit.after, &theirs)?;
        lines_now.splice(place, lines_before.get(edit.before.clone())?.iter().copied());
    }
    Some(joined(&lines_now))
}

/// Where the lines `ours` are by now.
fn place_now(ours: &Range<usize>, theirs: &[Edit]) -> Option<Range<usize>> {
    let mut shift = 0;
    for edit in theirs {
        let is_behind = edit.before.start >= ours.end;
        let touches_above = !edit.before.is_empty() && edit.before.end == ours.start;
        if is_behind && (!ours.is_empty() || edit.before.start >= ours.start) {
            break;
        }
        if edit.before.end > ours.start || (ours.is_empty() && touches_above) {
            return None;
        }
        shift = edit.after.end as isize - edit.before.end as isize;
    }
    Some(ours.start.checked_add_signed(shift)?..ours.end.checked_add_signed(shift)?)
}

fn edits(before: &[u8], after: &[u8]) -> Vec<Edit> {
    let mut input = InternedInput::default();
    input.update_before(lines(before).into_iter());
    input.update_after(lines(after).into_iter());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let range = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks().map(|Hunk { before, after }| Edit { before: range(before), after: range(after) }).collect()
}

fn lines(content: &[u8]) -> Vec<&[u8]> {
    content.split_inclusive(|&byte| byte == b'\n').collect()
}

/// A last line without an end gets one where others follow it by now.
fn joined(lines: &[&[u8]]) -> Vec<u8> {
    let mut content = Vec::new();
    for line in lines {
        if content.last().is_some_and(|&byte| byte != b'\n') {
            content.push(b'\n');
        }
        content.extend_from_slice(line);
    }
    content
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn text_without(before: &str, after: &str, now: &str) -> Option<String> {
        let merged = without(before.as_bytes(), after.as_bytes(), now.as_bytes());
        merged.map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_line_that_was_added_goes_and_others_stay() {
        let gone = |now| text_without("a\n", "a\nours\n", now);
        assert_eq!(gone("a\nours\n").unwrap(), "a\n");
        assert_eq!(gone("a\nours\nb\n").unwrap(), "a\nb\n");
        assert_eq!(gone("b\na\nours\n").unwrap(), "b\na\n");
        assert_eq!(gone("a\nb\nours\nc\n").unwrap(), "a\nb\nc\n");
        assert_eq!(gone("ours\n").unwrap(), "");
        // The owner has changed the line itself, or taken it out.
        assert_eq!(gone("a\nours, but different\n"), None);
        assert_eq!(gone("a\n"), None);
    }

    #[test]
    fn a_line_that_became_another_comes_back() {
        let back = |now| text_without("a\nold\nz\n", "a\nnew\nz\n", now);
        assert_eq!(back("a\nnew\nz\n").unwrap(), "a\nold\nz\n");
        assert_eq!(back("a\nb\nnew\nc\nz\n").unwrap(), "a\nb\nold\nc\nz\n");
        assert_eq!(back("A\nnew\nZ\n").unwrap(), "A\nold\nZ\n");
        assert_eq!(back("a\nother\nz\n"), None);
    }

    #[test]
    fn a_line_that_was_taken_out_comes_back_to_its_place() {
        let back = |now| text_without("a\nold\nz\n", "a\nz\n", now);
        assert_eq!(back("a\nz\n").unwrap(), "a\nold\nz\n");
        assert_eq!(back("a\nz\nb\n").unwrap(), "a\nold\nz\nb\n");
        assert_eq!(back("b\na\nz\n").unwrap(), "b\na\nold\nz\n");
        assert_eq!(back("a\nb\nz\n").unwrap(), "a\nold\nb\nz\n");
        // Where it was is no longer known.
        assert_eq!(back("changed\nz\n"), None);
    }

    #[test]
    fn a_last_line_without_an_end_does_not_run_into_the_next() {
        assert_eq!(text_without("half", "half\nours\n", "half\nours\nb\n").unwrap(), "half\nb\n");
        assert_eq!(text_without("half", "half\nours\n", "half\nours\n").unwrap(), "half");
    }

    proptest! {
        #[test]
        fn what_nobody_edited_becomes_what_it_was(
            before in "([ab]\n){0,9}", after in "([ab]\n){0,9}", more in "([cd]\n){0,4}"
        ) {
            prop_assert_eq!(text_without(&before, &after, &after).unwrap(), before.clone());
            prop_assert_eq!(text_without(&before, &before, &more).unwrap(), more.clone());
            // What the owner adds at either end is in it still.
            let sorted = |text: &str| { let mut all: Vec<String> = text.lines().map(str::to_owned).collect(); all.sort(); all };
            for (now, expected) in [(format!("{more}{after}"), format!("{more}{before}")), (format!("{after}{more}"), format!("{before}{more}"))] {
                prop_assert_eq!(sorted(&text_without(&before, &after, &now).unwrap()), sorted(&expected));
            }
        }

        #[test]
        fn any_bytes_do_no_harm(before in vec(9u8..12, 0..20), after in vec(9u8..12, 0..20), now in vec(9u8..12, 0..20)) {
            without(&before, &after, &now);
        }
    }
}
