//! Patterns of rules: `*` stands for any text, slashes included, `?` for one letter.

/// Whether the text fits. It takes no more steps than the product of both lengths.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut place) = (0, 0);
    // Behind the last star, and what it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while place < text.len() {
        match (pattern.get(at), text.get(place)) {
            (Some(b'*'), _) => {
                at += 1;
                star = Some((at, place));
            }
            (Some(b'?'), _) => (at, place) = (at + 1, behind_letter(text, place)),
            (Some(same), Some(letter)) if same == letter => (at, place) = (at + 1, place + 1),
            _ => match star {
                None => return false,
                Some((behind, taken)) => {
                    let taken = behind_letter(text, taken);
                    star = Some((behind, taken));
                    (at, place) = (behind, taken);
                }
            },
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|&letter| letter == b'*')
}

/// Where the next letter begins: one may take four bytes.
fn behind_letter(text: &[u8], place: usize) -> usize {
    let rest = text.get(place + 1..).unwrap_or_default();
    place + 1 + rest.iter().take_while(|&&byte| byte & 0xc0 == 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stars_and_marks() {
        for (pattern, text) in [
            ("postgresql@*.service", "postgresql@15-main.service"),
            ("/user.slice/**", "/user.slice/user-1000.slice/session-2.scope"),
            ("*a*b", "xaxbxb"),
            ("h?g", "hög"),
            ("*", ""),
            ("", ""),
            ("a**", "a"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("postgres", "postgresql"), ("h?g", "hg"), ("?", ""), ("", "a"), ("a*b", "ac"), ("*?", "")]
        {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!fits(&"*a".repeat(300), &"a".repeat(299)));
    }

    proptest! {
        #[test]
        fn plain_text_fits_itself_alone(text in "[a-zä/.]{0,12}", other in "[a-zä/.]{0,12}") {
            prop_assert_eq!(fits(&text, &other), text == other);
        }

        #[test]
        fn a_star_may_stand_for_any_piece(begin in "\\PC{0,6}", piece in "\\PC{0,6}", end in "\\PC{0,6}") {
            prop_assume!(!begin.contains(['*', '?']) && !end.contains(['*', '?']));
            let text = format!("{begin}{piece}{end}");
            let pattern = format!("{begin}*{end}");
            prop_assert!(fits(&pattern, &text));
        }

        #[test]
        fn any_pattern_is_read(pattern in "(\\PC|[*?])*", text in "\\PC{0,20}") {
            fits(&pattern, &text);
        }
    }
}
