//! Why something could not be learned about the machine.

use std::fmt;
use std::io;

use rustix::io::Errno;

/// Something that could not be read: where it should have come from, and why it did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// The file, folder or program that was asked.
    pub source: String,
    /// What stood in the way.
    pub reason: Reason,
}

/// What stood in the way of a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is not there; on many machines that is the ordinary case.
    Absent,
    /// The caller may not read it.
    Denied,
    /// It is there, but is a folder, a device or a pipe.
    NotAFile,
    /// It is larger than any sound file of its kind, in bytes.
    TooLarge(u64),
    /// Its text does not follow the format, from this line on (counted from 1).
    Malformed {
        /// The line, counted from 1.
        line: usize,
        /// What was expected there, or what was found instead.
        what: String,
    },
    /// The caller would have to ask for it, for it costs time.
    NotAsked(&'static str),
    /// Anything else, in the words of the kernel or of the program.
    Failed(String),
}

impl Lacking {
    /// Says that `source` could not be read for `reason`.
    pub fn new(source: impl Into<String>, reason: Reason) -> Self {
        Self { source: source.into(), reason }
    }

    /// Says that `source` is not there.
    pub fn absent(source: impl Into<String>) -> Self {
        Self::new(source, Reason::Absent)
    }

    /// Says that `line` of `source` (counted from 1) is not what it should be.
    pub fn malformed(source: impl Into<String>, line: usize, what: impl Into<String>) -> Self {
        Self::new(source, Reason::Malformed { line, what: what.into() })
    }

    pub(crate) fn from_io(source: &str, error: &io::Error) -> Self {
        let reason = match error.raw_os_error().map(Errno::from_raw_os_error) {
            // ENXIO: a pipe or socket without a peer; ENODEV: a device file without a driver.
            Some(Errno::NOENT | Errno::NOTDIR | Errno::NXIO | Errno::NODEV) => Reason::Absent,
            Some(Errno::ACCESS | Errno::PERM) => Reason::Denied,
            Some(Errno::ISDIR) => Reason::NotAFile,
            _ => Reason::Failed(error.to_string()),
        };
        Self::new(source, reason)
    }
}

impl fmt::Display for Lacking {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = &self.source;
        match &self.reason {
            Reason::Absent => write!(formatter, "`{source}` is not there"),
            Reason::Denied => write!(formatter, "`{source}` may not be read without root"),
            Reason::NotAFile => write!(formatter, "`{source}` is not a regular file"),
            Reason::TooLarge(limit) => write!(formatter, "`{source}` is larger than {limit} bytes"),
            Reason::Malformed { line, what } => write!(formatter, "`{source}` line {line}: {what}"),
            Reason::NotAsked(hint) => write!(formatter, "{source}: {hint}"),
            Reason::Failed(why) => write!(formatter, "cannot read `{source}`: {why}"),
        }
    }
}

impl std::error::Error for Lacking {}

/// Turns "it is not there" from a failure into an ordinary answer.
pub trait IfThere<T> {
    /// `Ok(None)` where the source is absent; every other failure stays one.
    fn if_there(self) -> Result<Option<T>, Lacking>;
}

impl<T> IfThere<T> for Result<T, Lacking> {
    fn if_there(self) -> Result<Option<T>, Lacking> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(Lacking { reason: Reason::Absent, .. }) => Ok(None),
            Err(lacking) => Err(lacking),
        }
    }
}
