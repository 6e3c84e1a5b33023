//! Changes to the text of fstab: what is not the swap line in question stays byte for byte.

use std::collections::BTreeSet;

use crate::facts::escapes::BLANKS;
use crate::facts::fstab::{Entry, is_comment, parse_entry};

/// The lines of an fstab. Those that are no entries are passed over: they are the owner's, and no reason to do nothing.
pub fn lines(text: &str) -> Vec<Entry> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !is_comment(line));
    lines.filter_map(|(number, line)| parse_entry(number, line).ok()).collect()
}

/// Those of them that are for swap.
pub fn swap_lines(text: &str) -> Vec<Entry> {
    lines(text).into_iter().filter(|entry| entry.kind == "swap").collect()
}

/// The line that turns `source` on at boot, without its end. A machine whose area is missing boots all the same (`nofail`).
pub fn line(source: &str, priority: Option<i32>) -> String {
    let priority = priority.map(|priority| format!(",pri={priority}")).unwrap_or_default();
    format!("{} none swap defaults,nofail{priority} 0 0", escaped(source))
}

/// `text` with `line` behind its last one, which gets an end if it has none.
pub fn with_line(text: &str, line: &str) -> String {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{end}{line}\n")
}

/// `text` without the lines of these numbers, counted from 1.
pub fn without_lines(text: &str, numbers: &BTreeSet<usize>) -> String {
    let lines = (1..).zip(text.split_inclusive('\n'));
    lines.filter(|(number, _)| !numbers.contains(number)).map(|(_, line)| line).collect()
}

/// `text` with another source in the line of this number; the rest of that line stays.
pub fn with_source(text: &str, number: usize, source: &str) -> String {
    let lines = (1..).zip(text.split_inclusive('\n'));
    let replaced = |(at, line): (usize, &str)| match at == number {
        true => with_first_word(line, &escaped(source)),
        false => line.to_owned(),
    };
    lines.map(replaced).collect()
}

fn with_first_word(line: &str, word: &str) -> String {
    let rest = line.trim_start_matches(BLANKS);
    let blanks = line.strip_suffix(rest).unwrap_or_default();
    let end = rest.find(BLANKS).unwrap_or(rest.len());
    format!("{blanks}{word}{}", rest.get(end..).unwrap_or_default())
}

/// What getmntent(3) would take for the end of a word, or for an escape, as it reads it back.
fn escaped(source: &str) -> String {
    let escape = |letter: char| match letter {
        '\\' => "\\134".to_owned(),
        // A blank of another alphabet ends a word for some readers.
        blank if blank.is_whitespace() => {
            let mut bytes = [0; 4];
            blank.encode_utf8(&mut bytes).bytes().map(|byte| format!("\\{byte:03o}")).collect()
        }
        plain => plain.to_string(),
    };
    source.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ODD: &str =
        "# swap\n\n/swapfile\tnone  swap sw 0 0 # mine\nhalf\n  UUID=1\tnone swap noauto\nproc /proc proc";

    #[test]
    fn swap_lines_are_found_among_odd_ones() {
        let lines: Vec<(usize, String)> =
            swap_lines(ODD).into_iter().map(|one| (one.line, one.source)).collect();
        assert_eq!(lines, [(3, "/swapfile".to_owned()), (5, "UUID=1".to_owned())]);
    }

    #[test]
    fn a_line_comes_behind_the_last_one_even_where_that_has_no_end() {
        let added = with_line(ODD, &line("/my swäp", Some(5)));
        let expected = "\n/my\\040swäp none swap defaults,nofail,pri=5 0 0\n";
        assert_eq!(added.strip_prefix(ODD).unwrap(), expected);
        assert_eq!(
            with_line("", &line("/back\\slash", None)),
            "/back\\134slash none swap defaults,nofail 0 0\n"
        );
    }

    #[test]
    fn blanks_of_other_alphabets_are_part_of_a_word() {
        let odd = "/my\u{a0}swap none swap sw\n";
        assert_eq!(swap_lines(odd)[0].source, "/my\u{a0}swap");
        assert_eq!(with_source(odd, 1, "/new"), "/new none swap sw\n");
    }

    #[test]
    fn only_the_meant_word_or_line_changes() {
        let moved = with_source(ODD, 5, "/a b");
        assert_eq!(moved, ODD.replace("UUID=1", "/a\\040b"));
        assert_eq!(without_lines(ODD, &[3].into()), ODD.replace("/swapfile\tnone  swap sw 0 0 # mine\n", ""));
        assert_eq!(without_lines(ODD, &[6].into()), ODD.strip_suffix("proc /proc proc").unwrap());
    }

    proptest! {
        #[test]
        fn what_is_added_is_read_back_and_taken_out_again(
            text in "(\\PC|\n|\t|/[a-z]+ none swap sw\n){0,60}",
            path in "/(\\PC|[ \t\\\\]){0,30}",
            priority in prop::option::of(0..=32767),
        ) {
            let added = with_line(&text, &line(&path, priority));
            let last = swap_lines(&added).pop().unwrap();
            prop_assert_eq!((&last.source, last.priority()), (&path, priority));
            let others = without_lines(&added, &[last.line].into());
            let is_as_before = others == text || others.strip_suffix('\n') == Some(text.as_str());
            prop_assert!(is_as_before);
        }

        #[test]
        fn a_new_source_is_read_back_and_the_other_lines_stay(
            lines in prop::collection::vec("[ \t]{0,2}/[a-z]{1,9}[ \t]{1,3}none swap (sw|pri=7)( 0 0)?\r?", 1..9),
            at: prop::sample::Index,
            path in "/(\\PC|[ \\\\]){0,30}",
        ) {
            let text = lines.join("\n");
            let number = at.index(lines.len()) + 1;
            let moved = with_source(&text, number, &path);
            for (old, new) in swap_lines(&text).into_iter().zip(swap_lines(&moved)) {
                let source = if old.line == number { path.clone() } else { old.source.clone() };
                prop_assert_eq!(Entry { source, ..old }, new);
            }
        }
    }
}
