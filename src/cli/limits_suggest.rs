//! What `memtune limits suggest` takes.

use std::time::Duration;

use clap::Args;

/// In less nothing is seen, and more than a day nobody waits for.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What `memtune limits suggest` takes.
#[derive(Debug, Args)]
pub struct AskSuggestion {
    /// A unit such as llama.service, a slice, or a template such as web@.service, of which the largest instance counts.
    #[arg(value_name = "UNIT")]
    pub unit: String,

    /// Watch the unit for so long first, such as 30s, 10m or 2h; Ctrl-C ends that early, and what was seen counts.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub observe: Option<Duration>,

    /// It is a unit of your own session's systemd.
    #[arg(long)]
    pub user: bool,
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = |why: &str| format!("`{text}` {why}: allowed are 30s, 10m or 2h, from 1s to 24h");
    let duration = humantime::parse_duration(text).map_err(|_| wrong("is no span of time"))?;
    match duration {
        short if short < SHORTEST => Err(wrong("is too short to see anything")),
        long if long > LONGEST => Err(wrong("is longer than a day")),
        right => Ok(right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans_are_read_as_people_type_them() {
        for (text, seconds) in
            [("1s", 1), ("30s", 30), ("10m", 600), ("10min", 600), ("1h 30m", 5400), ("24h", 86_400)]
        {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for (text, why) in [
            ("10", "no span"),
            ("", "no span"),
            ("-5s", "no span"),
            ("5 apples", "no span"),
            ("999ms", "too short"),
            ("0s", "too short"),
            ("24h 1s", "longer than a day"),
            ("99999999999999999999h", "no span"),
        ] {
            assert!(duration(text).unwrap_err().contains(why), "{text}: {:?}", duration(text));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_no_span_is_out_of_bounds(text in any::<String>(), number in any::<u64>(), unit in "[a-z]{1,6}") {
            for text in [text, format!("{number}{unit}")] {
                if let Ok(span) = duration(&text) {
                    prop_assert!((SHORTEST..=LONGEST).contains(&span));
                }
            }
        }
    }
}
