//! Samples as lines of JSON, and between them what is needed to judge them: where a watchdog began, and what the time was.

use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, BufRead, Read, Write};
use std::time::{Duration, SystemTime};

use arrayvec::ArrayString;
use rustix::fs::{FileType, Mode, OFlags};
use serde::{Deserialize, Serialize};

use crate::sys::bytes::Bytes;
use crate::watch::sample::Sample;

/// The name of this shape, in the line with which each watchdog begins.
pub const SCHEMA: &str = "memtune.watch-recording/1";
/// The longest line that is read, in bytes; a sample takes less than 500.
pub(super) const LONGEST: u64 = 4096;
/// Room for any line that is written, in bytes.
pub const ROOM: usize = 512;

/// Why a recording is not read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {} of the recording {}", self.line, self.what)
    }
}

impl std::error::Error for Wrong {}

/// A line that is no sample: the time of the sample behind it, and, where a watchdog begins, what it knows of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// [`SCHEMA`] where a watchdog begins; else only the time is told, since the clock on the wall has moved against the other one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<ArrayString<32>>,
    /// What the machine fills at most, in bytes a second, as it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill_rate: Option<Bytes>,
    /// The time, as RFC 3339 writes it.
    pub time: ArrayString<32>,
}

impl Mark {
    /// Here a watchdog begins.
    pub fn beginning(fill_rate: Bytes, time: SystemTime) -> Self {
        let schema = ArrayString::from(SCHEMA).ok();
        Self { schema, fill_rate: Some(fill_rate), ..Self::date(time) }
    }

    /// The time has moved: a suspend, or somebody set the clock.
    pub fn date(time: SystemTime) -> Self {
        let mut text = ArrayString::new();
        // A time of the year 10000 is left out, and the line is wrong.
        let _ = write!(text, "{}", humantime::format_rfc3339_millis(time));
        Self { schema: None, fill_rate: None, time: text }
    }
}

/// A sample of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    /// Its line, counted from 1.
    pub line: usize,
    /// What was seen.
    pub sample: Sample,
    /// When, where the recording says so.
    pub time: Option<SystemTime>,
    /// Where a watchdog began with it, what it knew of the machine.
    pub begun: Option<Begun>,
}

/// A watchdog began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// What the machine fills at most, in bytes a second, as it was measured.
    pub fill_rate: Option<Bytes>,
}

/// The samples of a recording; it ends after the first line that is wrong.
pub struct Samples<R> {
    lines: R,
    line: usize,
    is_over: bool,
    text: Vec<u8>,
    begun: Option<Begun>,
    date: Option<SystemTime>,
    /// A moment on both clocks.
    clocks: Option<(SystemTime, u64)>,
}

impl<R: BufRead> Samples<R> {
    /// Reads a recording.
    pub fn of(lines: R) -> Self {
        Self { lines, line: 0, is_over: false, text: Vec::new(), begun: None, date: None, clocks: None }
    }

    /// The next sample; `None` at the end.
    fn read(&mut self) -> Result<Option<Taken>, String> {
        while self.next_line()? {
            if self.text.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice::<Sample>(&self.text) {
                Ok(Sample { total: Bytes(0), .. }) => {
                    return Err("tells of a machine without memory".to_owned());
                }
                Ok(sample) => return Ok(Some(self.take(sample))),
                Err(error) => self.take_mark(&error)?,
            }
        }
        Ok(None)
    }

    fn next_line(&mut self) -> Result<bool, String> {
        self.text.clear();
        self.line = self.line.saturating_add(1);
        let read = self.lines.by_ref().take(LONGEST).read_until(b'\n', &mut self.text);
        let length = read.map_err(|error| format!("cannot be read: {error}"))?;
        if !self.text.ends_with(b"\n") && length as u64 == LONGEST {
            return Err(format!("is longer than {LONGEST} bytes"));
        }
        Ok(length > 0)
    }

    fn take(&mut self, sample: Sample) -> Taken {
        if let Some(date) = self.date.take() {
            self.clocks = Some((date, sample.at));
        }
        let passed = |(date, at): (SystemTime, u64)| {
            date.checked_add(Duration::from_millis(sample.at.checked_sub(at)?))
        };
        // Behind another boot without a word of the time, it is not known.
        self.clocks = self.clocks.filter(|(_, at)| *at <= sample.at);
        Taken { line: self.line, sample, time: self.clocks.and_then(passed), begun: self.begun.take() }
    }

    /// `error`: why the line is no sample.
    fn take_mark(&mut self, error: &serde_json::Error) -> Result<(), String> {
        let Ok(mark) = serde_json::from_slice::<Mark>(&self.text) else { return Err(no_sample(error)) };
        let date = humantime::parse_rfc3339(&mark.time);
        self.date = Some(date.map_err(|error| format!("holds no time: {error}"))?);
        match mark.schema.as_deref() {
            Some(SCHEMA) => self.begun = Some(Begun { fill_rate: mark.fill_rate }),
            Some(other) => {
                return Err(format!("has the schema `{}` and not `{SCHEMA}`", plain(other)));
            }
            None => {}
        }
        Ok(())
    }
}

impl<R: BufRead> Iterator for Samples<R> {
    type Item = Result<Taken, Wrong>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let read = self.read();
        self.is_over = !matches!(read, Ok(Some(_)));
        match read {
            Ok(taken) => taken.map(Ok),
            Err(what) => Some(Err(Wrong { line: self.line, what })),
        }
    }
}

fn no_sample(error: &serde_json::Error) -> String {
    format!("is no sample: {}", plain(&error.to_string()))
}

fn plain(text: &str) -> String {
    let plain = |letter: char| if letter.is_control() { '?' } else { letter };
    text.chars().take(160).map(plain).collect()
}

/// Opens a recording for reading, from wherever it comes.
///
/// # Errors
/// What the kernel answered, or that it is a folder.
pub fn open(path: &str) -> io::Result<File> {
    let file = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY, Mode::empty())?;
    match FileType::from_raw_mode(rustix::fs::fstat(&file)?.st_mode) {
        FileType::Directory => Err(io::Error::other("it is a folder")),
        _ => Ok(File::from(file)),
    }
}

/// Writes a sample, or a [`Mark`], as a line. Into a buffer of fixed size it allocates nothing.
///
/// # Errors
/// As `to` has them: a buffer that is full.
pub fn write(line: &impl Serialize, to: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *to, line)?;
    to.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::sample::Stalled;
    use proptest::prelude::*;

    const LINE: &str = r#"{"at":5,"total":100,"available":9,"swap_total":0,"swap_free":0,"swap_worth":0,"pinned":0,"gpu":0}"#;

    fn read(text: &[u8]) -> (Vec<usize>, Option<Wrong>) {
        let (mut lines, mut wrong) = (Vec::new(), None);
        for sample in Samples::of(text) {
            match sample {
                Ok(taken) => lines.push(taken.line),
                Err(error) => wrong = Some(error),
            }
        }
        (lines, wrong)
    }

    #[test]
    fn reads_lines_and_counts_them() {
        let text = format!("\n{LINE}\r\n  \n{LINE}");
        assert_eq!(read(text.as_bytes()), (vec![2, 4], None));
        assert_eq!(read(b""), (vec![], None));
        let taken = Samples::of(LINE.as_bytes()).next().unwrap().unwrap();
        assert_eq!((taken.sample.at, taken.sample.total, taken.sample.stalled), (5, Bytes(100), None));
        assert_eq!((taken.time, taken.begun), (None, None));
    }

    #[test]
    fn marks_say_where_a_watchdog_began_and_when() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let line = |at: u64| LINE.replace("\"at\":5", &format!("\"at\":{at}"));
        let mark = |mark: Mark| {
            let mut text = Vec::new();
            write(&mark, &mut text).unwrap();
            String::from_utf8(text).unwrap()
        };
        let rate = Bytes::from_gib(3);
        let text = [
            mark(Mark::beginning(rate, at(1_000))),
            line(5_000) + "\n",
            line(7_000) + "\n",
            mark(Mark::date(at(90_000))),
            line(8_000) + "\n",
            line(100) + "\n",
        ]
        .concat();
        assert!(
            text.starts_with("{\"schema\":\"memtune.watch-recording/1\",\"fill_rate\":3221225472,"),
            "{text}"
        );
        let taken: Vec<Taken> = Samples::of(text.as_bytes()).map(Result::unwrap).collect();
        let begun = Some(Begun { fill_rate: Some(rate) });
        let times = [Some(at(1_000)), Some(at(1_002)), Some(at(90_000)), None];
        assert_eq!(taken.iter().map(|taken| taken.time).collect::<Vec<_>>(), times);
        assert_eq!(taken.iter().map(|taken| taken.begun).collect::<Vec<_>>(), [begun, None, None, None]);
    }

    #[test]
    fn says_which_line_is_wrong() {
        let long = format!("{LINE}\n{}\n", "7".repeat(5000));
        let cut = format!("{LINE}\n{}", &LINE[..30]);
        let negative = format!("{LINE}\n{}\n{LINE}", LINE.replace("100", "-1"));
        let empty = format!("{LINE}\n{}\n", LINE.replace("100", "0"));
        let endless = format!("{LINE}\n{}\n", "[".repeat(4000));
        let mark = r#"{"schema":"memtune.watch-recording/2","time":"2026-11-22T01:00:00Z"}"#;
        let other = format!("{LINE}\n{mark}");
        let dateless = format!("{LINE}\n{{\"time\":\"yesterday\"}}");
        let cases = [
            (long.as_str(), "is longer than 4096 bytes"),
            (cut.as_str(), "EOF"),
            (negative.as_str(), "invalid value: integer `-1`"),
            (empty.as_str(), "a machine without memory"),
            (endless.as_str(), "is no sample"),
            (other.as_str(), "/2` and not"),
            (dateless.as_str(), "holds no time"),
        ];
        for (text, what) in cases {
            let (lines, wrong) = read(text.as_bytes());
            let wrong = wrong.unwrap();
            assert_eq!((lines, wrong.line), (vec![1], 2), "{what}");
            assert!(wrong.to_string().contains(what), "{wrong}");
        }
        assert_eq!(read(b"\xff\xfe\n").1.map(|wrong| wrong.line), Some(1));
    }

    #[test]
    fn a_line_fits_into_a_small_buffer() {
        let most = Bytes(u64::MAX);
        let stalled = Some(Stalled { some: u64::MAX, full: u64::MAX });
        let sample = Sample {
            at: u64::MAX,
            total: most,
            available: most,
            swap_total: most,
            swap_free: most,
            swap_worth: most,
            loses_swap: true,
            pinned: most,
            gpu: most,
            stalled,
        };
        let mut buffer = [0; ROOM];
        write(&sample, &mut &mut buffer[..]).unwrap();
        assert!(write(&sample, &mut &mut buffer[..100]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(numbers: [u64; 8], loses_swap: bool, stalled: Option<(u64, u64)>) {
            let [at, total, available, swap_total, swap_free, swap_worth, pinned, gpu] = numbers;
            let stalled = stalled.map(|(some, full)| Stalled { some, full });
            let [total, available, swap_total, swap_free] = [total.max(1), available, swap_total, swap_free].map(Bytes);
            let [swap_worth, pinned, gpu] = [swap_worth, pinned, gpu].map(Bytes);
            let sample =
                Sample { at, total, available, swap_total, swap_free, swap_worth, loses_swap, pinned, gpu, stalled };
            let mut text = Vec::new();
            write(&sample, &mut text).unwrap();
            prop_assert_eq!(Samples::of(&text[..]).next().map(|taken| taken.map(|taken| (taken.line, taken.sample))), Some(Ok((1, sample))));
        }

        #[test]
        fn any_text_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..600), cut in 0usize..110) {
            let (lines, wrong) = read(&text);
            prop_assert!(lines.is_empty() || wrong.is_none() || !text.is_empty());
            let _ = read(&LINE.as_bytes()[..cut.min(LINE.len())]);
        }
    }
}
