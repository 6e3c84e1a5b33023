//! What the helper is asked to start: a datagram of a head, the words of the command, and the environment, each text with a NUL at its end.

use std::fmt::Write;
use std::time::Duration;

use crate::sys::bounded_text::BoundedText;

/// The largest datagram; words that leave no room for the environment are refused.
pub const ROOM: usize = 16 << 10;
/// What the environment takes at most; the words have the rest.
pub const ENVIRONMENT_ROOM: usize = 8 << 10;

/// Writes a request; says whether the words fit.
pub fn write(
    request: &mut BoundedText,
    id: u32,
    limit: Duration,
    words: &[String],
    environment: &[u8],
) -> bool {
    request.clear();
    let limit = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
    let count = u32::try_from(words.len()).unwrap_or(u32::MAX);
    for number in [id, limit, count] {
        request.add(&number.to_le_bytes());
    }
    for word in words {
        // A word with a NUL cannot be told to any program.
        if word.contains('\0') || write!(request, "{word}\0").is_err() {
            return false;
        }
    }
    request.add(environment) && !words.is_empty()
}

/// A request as the helper reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// Its number.
    pub id: u32,
    /// How long the program may take.
    pub limit: Duration,
    /// The program and its arguments.
    pub words: Vec<&'a str>,
    /// `NAME=value`.
    pub environment: Vec<(&'a str, &'a str)>,
}

impl<'a> Request<'a> {
    /// Reads a datagram; `None` of what is none of ours.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk::<12>()?;
        let [id, limit, count] = [0, 4, 8].map(|at| {
            let number = head.get(at..at + 4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
            u32::from_le_bytes(number.unwrap_or_default())
        });
        let rest = std::str::from_utf8(rest).ok()?;
        let mut texts = rest.split_terminator('\0');
        let words: Vec<&str> = texts.by_ref().take(count as usize).collect();
        let is_whole = !words.is_empty() && words.len() == count as usize && rest.ends_with('\0');
        let environment = texts.filter_map(|text| text.split_once('=')).collect();
        is_whole.then_some(Self { id, limit: Duration::from_millis(limit.into()), words, environment })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(words in proptest::collection::vec("[^\0]{0,12}", 1..6), id: u32, limit: u32) {
            let mut request = BoundedText::with_limit(ROOM);
            let limit = Duration::from_millis(limit.into());
            prop_assert!(write(&mut request, id, limit, &words, b"A=1\0B=x=y\0"));
            let read = Request::parse(request.as_bytes()).unwrap();
            prop_assert_eq!((read.id, read.limit), (id, limit));
            prop_assert_eq!(read.words, words);
            prop_assert_eq!(read.environment, [("A", "1"), ("B", "x=y")]);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            Request::parse(&bytes);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut request = BoundedText::with_limit(64);
        let limit = Duration::from_secs(1);
        assert!(!write(&mut request, 1, limit, &["x".repeat(64)], b""));
        assert!(!write(&mut request, 1, limit, &["x".repeat(50)], b"A=1\0"));
        assert!(!write(&mut request, 1, limit, &["a\0b".to_owned()], b""));
        assert!(!write(&mut request, 1, limit, &[], b""));
        assert!(write(&mut request, 1, limit, &["x".repeat(40)], b"A=1\0"));
    }
}
