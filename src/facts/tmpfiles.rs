//! The lines of tmpfiles.d that write into files that are there: kernel knobs, mostly.

use super::malformed::MOST_ENTRIES;

/// A `w` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteLine {
    /// The line, counted from 1.
    pub line: usize,
    /// The file, or a pattern of several.
    pub path: String,
    /// What is written.
    pub value: String,
    /// Whether systemd computes a part of it: a specifier, a credential, or base64.
    pub is_computed: bool,
}

/// Reads a file; lines of other kinds, and those that systemd would refuse, are passed over.
pub fn parse(text: &str) -> Vec<WriteLine> {
    let lines = (1..).zip(text.lines());
    lines.filter_map(|(number, line)| read_line(number, line)).take(MOST_ENTRIES).collect()
}

fn read_line(line: usize, text: &str) -> Option<WriteLine> {
    let text = text.trim();
    let kind = text.strip_prefix('w')?;
    let (modifiers, rest) = kind.split_at(kind.find(char::is_whitespace)?);
    if !modifiers.chars().all(|letter| "!+-=^~?$".contains(letter)) {
        return None;
    }
    let (path, mut rest) = first_word(rest)?;
    // Mode, user, group and age say nothing about a file that is there.
    for _ in 0..4 {
        rest = first_word(rest)?.1;
    }
    let argument = rest.trim_start();
    if matches!(argument, "" | "-") || !path.starts_with('/') {
        return None;
    }
    let value = unescaped(argument)?;
    let is_computed = modifiers.contains(['^', '~']) || has_specifier(&value) || has_specifier(&path);
    let unmarked = |text: &str| text.replace("%%", "%");
    let (path, value) = (simplified(&unmarked(&path)), unmarked(&value));
    Some(WriteLine { line, path, value, is_computed })
}

/// The first word, quotes and escapes resolved, and what follows it.
fn first_word(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    let mut quote = None;
    let mut is_escaped = false;
    let end = text.find(|letter: char| {
        match (quote, letter) {
            _ if is_escaped => is_escaped = false,
            (_, '\\') => is_escaped = true,
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, _) => return letter.is_whitespace(),
        }
        false
    });
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    let is_whole = !word.is_empty() && quote.is_none() && !is_escaped;
    let bare: String = word.chars().filter(|letter| !matches!(letter, '"' | '\'')).collect();
    is_whole.then(|| unescaped(&bare))?.map(|word| (word, rest))
}

/// The escapes of C; `None` where one of them is none.
fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        plain.push(match letters.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            's' => ' ',
            same @ ('\\' | '"' | '\'') => same,
            'x' => {
                let code: String = letters.by_ref().take(2).collect();
                char::from(u8::from_str_radix(&code, 16).ok().filter(|&byte| byte > 0)?)
            }
            _ => return None,
        });
    }
    Some(plain)
}

fn has_specifier(text: &str) -> bool {
    text.replace("%%", "").contains('%')
}

fn simplified(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(usize, String, String)> {
        parse(text).into_iter().map(|one| (one.line, one.path, one.value)).collect()
    }

    #[test]
    fn reads_what_is_written() {
        let text = "# w /a - - - - 1\nd /run/x 0755 - - -\nw! /sys/kernel/mm/transparent_hugepage/enabled - - - - madvise\n\
                    w+\t/proc//sys/vm/swappiness 0644 root root 1d   10 # why\nw /x - - - -\nw /x - - - - -\nw \"/a b\" - - - - \\x41\\n\nwhat /x - - - - 1";
        let expected = [
            (3, "/sys/kernel/mm/transparent_hugepage/enabled", "madvise"),
            (4, "/proc/sys/vm/swappiness", "10 # why"),
            (7, "/a b", "A\n"),
        ];
        assert_eq!(read(text), expected.map(|(line, path, value)| (line, path.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_systemd_computes_is_marked() {
        let computed = |text| parse(text).first().map(|one| one.is_computed);
        assert_eq!(computed("w /x - - - - 100%%"), Some(false));
        assert_eq!(computed("w /x - - - - %m"), Some(true));
        assert_eq!(computed("w^ /x - - - - name"), Some(true));
        assert_eq!(computed("w /x - - - - \\q"), None, "systemd refuses such a line");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|w[!+]? /[a-z]+ - - - - |\\\\|\")*") {
            parse(&text);
        }
    }
}
