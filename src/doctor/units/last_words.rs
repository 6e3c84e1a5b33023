//! What the journal says of a unit that does not stay up: how often it was started again, and its last words.

use crate::facts::readings::Readings;
use crate::facts::unit_journal::{self, Word};
use crate::host::Lacking;

/// Restarts are counted over so many seconds before the last one.
pub(super) const SPAN: u64 = 600;

/// Lines of one unit that are shown.
const MOST_SHOWN: usize = 4;

/// What systemd says when it starts a unit again.
const AGAIN: &str = "Scheduled restart job";

/// What systemd says of how a unit ended.
const ENDINGS: [&str; 3] =
    ["Main process exited", "Failed with result", "A process of this unit has been killed"];

/// What was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LastWords {
    /// How often it was started again in the ten minutes up to the last time; `None` where the journal does not tell.
    pub(super) restarts: Option<u64>,
    /// Its own last words, and how systemd says that it ended.
    pub(super) words: Vec<String>,
}

/// Reads them.
///
/// # Errors
/// Says why there is no journal to ask.
pub(super) fn read(readings: &Readings, unit: &str) -> Result<LastWords, Lacking> {
    unit_journal::read(readings.host(), unit).map(|words| of(&words))
}

fn of(words: &[Word]) -> LastWords {
    let times: Vec<u64> = words
        .iter()
        .filter(|word| word.is_systemds && word.text.contains(AGAIN))
        .filter_map(|word| word.time)
        .collect();
    let last = times.iter().max().copied();
    let restarts =
        last.map(|last| times.iter().filter(|&&time| last.saturating_sub(time) <= SPAN).count() as u64);
    let is_telling = |word: &&Word| !word.is_systemds && !word.text.trim().is_empty();
    let mut own: Vec<&str> = words.iter().rev().filter(is_telling).map(|word| word.text.as_str()).collect();
    // A program that dies in the same way each time says the same each time.
    own.dedup();
    own.truncate(MOST_SHOWN - 1);
    let is_ending =
        |word: &&Word| word.is_systemds && ENDINGS.iter().any(|ending| word.text.contains(ending));
    let ending = words.iter().rfind(is_ending).map(|word| word.text.clone());
    let mut shown: Vec<String> = own.into_iter().rev().map(str::to_owned).collect();
    shown.extend(ending);
    LastWords { restarts, words: shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(time: u64, is_systemds: bool, text: &str) -> Word {
        Word { time: Some(time), is_systemds, text: text.to_owned() }
    }

    #[test]
    fn restarts_are_counted_up_to_the_last_one() {
        let again = |time| word(time, true, "a.service: Scheduled restart job, restart counter is at 3.");
        let told = of(&[again(100), again(401), again(1000), again(1001)]);
        assert_eq!(told.restarts, Some(3));
        assert_eq!(of(&[word(5, false, "Scheduled restart job")]).restarts, None);
        assert_eq!(of(&[]), LastWords::default());
    }

    #[test]
    fn its_own_words_come_before_systemds() {
        let words = [
            word(1, false, "one"),
            word(2, false, "two"),
            word(3, false, "three"),
            word(3, false, "three"),
            word(4, false, "no memory"),
            word(5, true, "a.service: Main process exited, code=exited, status=1/FAILURE"),
            word(6, true, "Stopped a.service."),
        ];
        let told = of(&words).words;
        assert_eq!(told[..3], ["two", "three", "no memory"]);
        assert!(told[3].contains("status=1/FAILURE"));
    }
}
