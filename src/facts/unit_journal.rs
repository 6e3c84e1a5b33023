//! What the journal holds of one unit: its own last words, and what systemd said of it.

use serde_json::Value;

use crate::host::{Host, IfThere, Lacking};

use super::kernel_log::message_of_journal;

/// Where captures and systems without a journal keep what programs wrote.
pub(super) const TEXTS: [&str; 4] = [
    "/sos_commands/logs/journalctl_--no-pager_--boot",
    "/sos_commands/logs/journalctl_--no-pager",
    "/var/log/syslog",
    "/var/log/messages",
];

/// Of a unit that writes much only the end matters.
const MOST_WORDS: usize = 400;

const FIELDS: &str = "--output-fields=MESSAGE,SYSLOG_IDENTIFIER";

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// When, in seconds since some moment that is the same for all; `None` where that was not told.
    pub time: Option<u64>,
    /// Whether systemd said it.
    pub is_systemds: bool,
    /// What was said.
    pub text: String,
}

/// Reads a line that `journalctl -o json` prints.
pub fn of_journal(line: &str) -> Option<Word> {
    let text = message_of_journal(line)?;
    let record: Value = serde_json::from_str(line).ok()?;
    let field = |name: &str| record.get(name).and_then(Value::as_str);
    let micros: Option<u64> = field("__REALTIME_TIMESTAMP").and_then(|text| text.parse().ok());
    let is_systemds = field("SYSLOG_IDENTIFIER") == Some("systemd");
    Some(Word { time: micros.map(|micros| micros / 1_000_000), is_systemds, text })
}

/// Reads a line of a text such as `Nov 21 10:00:00 web1 systemd[1]: a.service: Main process exited`; `None` where it is not about `unit`.
pub fn of_text(line: &str, unit: &str) -> Option<Word> {
    let (before, text) = line.split_once(": ")?;
    let program = before.rsplit(' ').next()?;
    let program = program.split('[').next().unwrap_or(program);
    let time = seconds(before);
    if program == "systemd" {
        let own = text.strip_prefix(unit).and_then(|rest| rest.strip_prefix(": "))?;
        return Some(Word { time, is_systemds: true, text: own.to_owned() });
    }
    let stem = unit.split(['@', '.']).next().unwrap_or(unit);
    (program == stem && !stem.is_empty()).then(|| Word { time, is_systemds: false, text: text.to_owned() })
}

/// Seconds since the year began, or some year did: `Nov 21 10:00:00`, or `2026-11-21T10:00:00`.
fn seconds(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const BEFORE: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let mut words = text.split_whitespace();
    let first = words.next()?;
    let (days, clock) = match MONTHS.iter().position(|month| *month == first) {
        Some(month) => {
            let day: u64 = words.next()?.parse().ok()?;
            (BEFORE.get(month)?.checked_add(day)?, words.next()?)
        }
        None => {
            let (date, clock) = first.split_once('T')?;
            let mut parts = date.split('-').map(|part| part.parse::<u64>().ok());
            let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
            let before = BEFORE.get(usize::try_from(month.checked_sub(1)?).ok()?)?;
            (year.checked_mul(366)?.checked_add(*before)?.checked_add(day)?, clock)
        }
    };
    let mut parts = clock.get(..8)?.split(':').map(|part| part.parse::<u64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let of_day = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)?;
    days.checked_mul(86_400)?.checked_add(of_day)
}

/// Reads the last words of and about `unit` since the machine started, oldest first.
///
/// # Errors
/// Says why there is no journal to ask.
pub fn read(host: &Host, unit: &str) -> Result<Vec<Word>, Lacking> {
    if host.is_live() {
        let count = MOST_WORDS.to_string();
        let arguments = ["-b", "-u", unit, "-n", &count, "-o", "json", "--no-pager", FIELDS];
        return Ok(host.output("journalctl", &arguments)?.lines().filter_map(of_journal).collect());
    }
    for path in TEXTS {
        let mut words = Vec::new();
        let take = |line: &str| {
            words.extend(of_text(line, unit));
            if words.len() > 2 * MOST_WORDS {
                words.drain(..MOST_WORDS);
            }
        };
        if host.each_line(path, take).if_there()?.is_some() {
            return Ok(words);
        }
    }
    Err(Lacking::absent("journalctl"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    #[test]
    fn texts_tell_who_said_what_and_when() {
        let line =
            "Nov 21 10:00:01 web1 systemd[1]: a.service: Scheduled restart job, restart counter is at 7.";
        let word = of_text(line, "a.service").unwrap();
        assert!(word.is_systemds && word.text.starts_with("Scheduled restart job"));
        let later = of_text("Nov 22 10:00:03 web1 a[7]: no: memory", "a@1.service").unwrap();
        assert_eq!((later.is_systemds, later.text.as_str()), (false, "no: memory"));
        assert_eq!(later.time.unwrap() - word.time.unwrap(), 86_402);
        let iso =
            |text: &str| of_text(&format!("{text} web1 systemd[1]: a.service: x"), "a.service").unwrap().time;
        assert_eq!(iso("2026-11-21T10:01:00+00:00").unwrap() - iso("2026-11-21T10:00:00+00:00").unwrap(), 60);
        assert_eq!(of_text("Nov 21 10:00:01 web1 systemd[1]: b.service: x", "a.service"), None);
        assert_eq!(of_text("Nov 21 10:00:01 web1 b[1]: a.service: x", "a.service"), None);
        assert_eq!(of_text("a[1]: x", "a.service").unwrap().time, None);
    }

    #[test]
    fn the_journal_tells_it_in_fields() {
        let line =
            r#"{"__REALTIME_TIMESTAMP":"1700000000123456","SYSLOG_IDENTIFIER":"systemd","MESSAGE":"x"}"#;
        assert_eq!(
            of_journal(line),
            Some(Word { time: Some(1_700_000_000), is_systemds: true, text: "x".to_owned() })
        );
        assert!(!of_journal(r#"{"MESSAGE":[104,105]}"#).unwrap().is_systemds);
    }

    #[test]
    fn a_tree_has_the_first_text_that_is_there() {
        let (_folder, host) =
            made_tree(&[("/var/log/syslog", "Nov 21 10:00:01 w a[1]: one\nNov 21 10:00:02 w b[1]: two\n")]);
        assert_eq!(read(&host, "a.service").unwrap().len(), 1);
        let (_folder, host) = made_tree(&[]);
        assert!(read(&host, "a.service").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|[0-9:T-]| |(Jan|Dec) [0-9]{1,20} [0-9:]{8}|systemd\\[1\\]: a: )*") {
            of_text(&text, "a");
            of_journal(&text);
        }
    }
}
