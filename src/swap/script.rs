//! What a shell script names.

/// What ends a word for the shell besides blanks, or stands around a path in it; a pattern may well match the path before it.
const AROUND: &str = "\"'`;&|()<>=,*?";

/// Whether a line of `script` that is no comment names `path` in full. A variable is not followed.
pub(super) fn names(script: &str, path: &str) -> bool {
    script.lines().any(|line| is_named(&without_comment(line).replace("\\ ", " "), path))
}

fn is_named(line: &str, path: &str) -> bool {
    let is_around = |letter: char| letter.is_whitespace() || AROUND.contains(letter);
    let ends = |rest: &str, letter: Option<char>| rest.is_empty() || letter.is_some_and(is_around);
    line.match_indices(path).any(|(at, path)| {
        let (before, behind) = (line.get(..at), line.get(at + path.len()..));
        let (before, behind) = (before.unwrap_or_default(), behind.unwrap_or_default());
        ends(before, before.chars().next_back()) && ends(behind, behind.chars().next())
    })
}

/// A comment begins with a `#` at the beginning of a word, outside of quotes.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut begins_word = true;
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (None, '#') if begins_word => return line.get(..at).unwrap_or_default(),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
        begins_word = letter.is_whitespace() || ";&|()".contains(letter);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn comments_end_lines() {
        for (line, code) in [
            ("a # b", "a "),
            ("#!/bin/sh", ""),
            ("a;#b", "a;"),
            ("a#b ${#c} '# d' \" #\" e", "a#b ${#c} '# d' \" #\" e"),
            ("echo it\\'s # b", "echo it\\'s # b"),
        ] {
            assert_eq!(without_comment(line), code);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|[#'\"/ x]){0,40}", path in "/?\\PC{0,4}") {
            prop_assert!(!names(&text, &path) || text.replace("\\ ", " ").contains(&path));
        }

        #[test]
        fn a_word_by_itself_is_found(path in "/[a-zA-Zäß._/-]{1,12}", more in "[a-z/._-]{1,3}") {
            let script = format!("swapon {path}\n");
            prop_assert!(names(&script, &path));
            let longer = format!("{path}{more}");
            prop_assert!(!names(&script, &longer));
            let longer = format!("swapon {path}{more}\n");
            prop_assert!(!names(&longer, &path));
        }
    }
}
