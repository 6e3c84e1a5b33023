//! Patterns of file names, as glob(3) reads them: no star crosses a slash, and a leading dot is matched by a dot alone.

/// Whether a path fits a pattern, part by part.
pub(super) fn fits(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if part_fits(pattern, part) => {}
            _ => return false,
        }
    }
}

/// Whether a single name fits a pattern.
pub(super) fn part_fits(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut place) = (0, 0);
    // Where the last star stood, and how far it has reached so far.
    let mut star: Option<(usize, usize)> = None;
    while place < name.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, place));
            at += 1;
            continue;
        }
        let step =
            name.get(place).and_then(|&letter| one_fits(pattern.get(at..).unwrap_or_default(), letter));
        match (step, star) {
            (Some(length), _) => (at, place) = (at + length, place + 1),
            (None, Some((behind, reach))) => {
                star = Some((behind, reach + 1));
                (at, place) = (behind + 1, reach + 1);
            }
            (None, None) => return false,
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|&letter| letter == '*')
}

/// How much of the pattern stands for this one letter; `None` where it does not fit.
fn one_fits(pattern: &[char], letter: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['\\', same, ..] => (*same == letter).then_some(2),
        ['[', rest @ ..] => match set_fits(rest, letter) {
            Some((true, length)) => Some(length + 1),
            Some((false, _)) => None,
            // A bracket that nothing closes stands for itself.
            None => (letter == '[').then_some(1),
        },
        [same, ..] => (*same == letter).then_some(1),
        [] => None,
    }
}

/// Whether the set that begins behind a bracket holds `letter`, and how long it is, the closing bracket included.
fn set_fits(set: &[char], letter: char) -> Option<(bool, usize)> {
    let is_negated = matches!(set.first(), Some('!' | '^'));
    let first = usize::from(is_negated);
    // A bracket at the begin of a set closes nothing.
    let close = first + 1 + set.get(first + 1..)?.iter().position(|&one| one == ']')?;
    let mut members = set.get(first..close)?;
    let mut holds = false;
    while let [low, rest @ ..] = members {
        match rest {
            ['-', high, rest @ ..] => {
                holds |= (*low..=*high).contains(&letter);
                members = rest;
            }
            _ => {
                holds |= *low == letter;
                members = rest;
            }
        }
    }
    Some((holds != is_negated, close + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stars_marks_and_sets() {
        let fitting = [
            ("vm/swapp*", "vm/swappiness"),
            ("net/ipv4/conf/*/rp_filter", "net/ipv4/conf/eth0.100/rp_filter"),
            ("vm/s?appiness", "vm/swappiness"),
            ("vm/[a-t]wappiness", "vm/swappiness"),
            ("vm/[!a-r]wappiness", "vm/swappiness"),
            ("vm/*a*e*s", "vm/swappiness"),
            ("a\\*", "a*"),
            ("a[", "a["),
            ("[]]", "]"),
            ("*", ""),
        ];
        for (pattern, path) in fitting {
            assert!(fits(pattern, path), "{pattern} {path}");
        }
        let others = [
            ("*", "vm/swappiness"),
            ("*", ".x"),
            ("vm/[t-z]*", "vm/swappiness"),
            ("vm/swapp", "vm/swappiness"),
            ("a?", "a"),
            ("[!a]", "a"),
        ];
        for (pattern, path) in others {
            assert!(!fits(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn many_stars_take_no_longer_than_their_length_asks() {
        assert!(!part_fits(&"*a".repeat(500), &"a".repeat(499)));
    }

    proptest! {
        #[test]
        fn any_pattern_is_read(pattern in "(\\PC|[*?\\[\\]!\\\\-])*", path in "\\PC{0,20}") {
            fits(&pattern, &path);
        }

        #[test]
        fn plain_text_fits_itself_alone(text in "[a-z/.]{0,12}", other in "[a-z/.]{0,12}") {
            prop_assert_eq!(fits(&text, &other), text == other);
        }
    }
}
