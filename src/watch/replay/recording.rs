//! Samples as lines of JSON.

use std::fmt;
use std::io::{self, BufRead, Read, Write};

use crate::watch::sample::Sample;

/// The longest line that is read, in bytes; a sample takes less than 500.
const LONGEST: u64 = 4096;

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

/// The samples of a recording, with the numbers of their lines; it ends after the first that is wrong.
pub struct Samples<R> {
    lines: R,
    line: usize,
    is_over: bool,
    text: Vec<u8>,
}

impl<R: BufRead> Samples<R> {
    /// Reads a recording.
    pub fn of(lines: R) -> Self {
        Self { lines, line: 0, is_over: false, text: Vec::new() }
    }

    /// The next line with something in it; `None` at the end.
    fn read(&mut self) -> Result<Option<Sample>, String> {
        loop {
            self.text.clear();
            self.line = self.line.saturating_add(1);
            let read = self.lines.by_ref().take(LONGEST).read_until(b'\n', &mut self.text);
            if read.map_err(|error| format!("cannot be read: {error}"))? == 0 {
                return Ok(None);
            }
            if !self.text.ends_with(b"\n") && self.text.len() as u64 == LONGEST {
                return Err(format!("is longer than {LONGEST} bytes"));
            }
            if !self.text.trim_ascii().is_empty() {
                return sample(&self.text).map(Some);
            }
        }
    }
}

impl<R: BufRead> Iterator for Samples<R> {
    type Item = Result<(usize, Sample), Wrong>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let read = self.read();
        self.is_over = !matches!(read, Ok(Some(_)));
        let line = self.line;
        match read {
            Ok(sample) => sample.map(|sample| Ok((line, sample))),
            Err(what) => Some(Err(Wrong { line, what })),
        }
    }
}

fn sample(text: &[u8]) -> Result<Sample, String> {
    serde_json::from_slice(text).map_err(|error| {
        let plain = |letter: char| if letter.is_control() { '?' } else { letter };
        let why: String = error.to_string().chars().take(160).map(plain).collect();
        format!("is no sample: {why}")
    })
}

/// Writes a sample as a line. Into a buffer of fixed size it allocates nothing.
///
/// # Errors
/// As `to` has them: a buffer that is full.
pub fn write(sample: &Sample, to: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *to, sample)?;
    to.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::bytes::Bytes;
    use crate::watch::sample::Stalled;
    use proptest::prelude::*;

    const LINE: &str = r#"{"at":5,"total":100,"available":9,"swap_total":0,"swap_free":0,"swap_worth":0,"pinned":0,"gpu":0}"#;

    fn read(text: &[u8]) -> (Vec<usize>, Option<Wrong>) {
        let (mut lines, mut wrong) = (Vec::new(), None);
        for sample in Samples::of(text) {
            match sample {
                Ok((line, _)) => lines.push(line),
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
        let (_, sample) = Samples::of(LINE.as_bytes()).next().unwrap().unwrap();
        assert_eq!((sample.at, sample.total, sample.stalled), (5, Bytes(100), None));
    }

    #[test]
    fn says_which_line_is_wrong() {
        let long = format!("{LINE}\n{}\n", "7".repeat(5000));
        let cut = format!("{LINE}\n{}", &LINE[..30]);
        let negative = format!("{LINE}\n{}\n{LINE}", LINE.replace("100", "-1"));
        let endless = format!("{LINE}\n{}\n", "[".repeat(4000));
        let cases = [
            (long.as_str(), "is longer than 4096 bytes"),
            (cut.as_str(), "EOF"),
            (negative.as_str(), "invalid value: integer `-1`"),
            (endless.as_str(), "is no sample"),
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
            pinned: most,
            gpu: most,
            stalled,
        };
        let mut buffer = [0; 512];
        write(&sample, &mut &mut buffer[..]).unwrap();
        assert!(write(&sample, &mut &mut buffer[..100]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(numbers: [u64; 8], stalled: Option<(u64, u64)>) {
            let [at, total, available, swap_total, swap_free, swap_worth, pinned, gpu] = numbers;
            let stalled = stalled.map(|(some, full)| Stalled { some, full });
            let [total, available, swap_total, swap_free] = [total, available, swap_total, swap_free].map(Bytes);
            let [swap_worth, pinned, gpu] = [swap_worth, pinned, gpu].map(Bytes);
            let sample = Sample { at, total, available, swap_total, swap_free, swap_worth, pinned, gpu, stalled };
            let mut text = Vec::new();
            write(&sample, &mut text).unwrap();
            prop_assert_eq!(Samples::of(&text[..]).next(), Some(Ok((1, sample))));
        }

        #[test]
        fn any_text_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..600), cut in 0usize..110) {
            let (lines, wrong) = read(&text);
            prop_assert!(lines.is_empty() || wrong.is_none() || !text.is_empty());
            let _ = read(&LINE.as_bytes()[..cut.min(LINE.len())]);
        }
    }
}
