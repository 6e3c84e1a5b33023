//! What the helper says of a hook that is over.

use std::fmt;

use rustix::io::Errno;

use crate::sys::refusal::Refusal;

/// Bytes of an answer on its way.
pub const LENGTH: usize = 13;

/// A hook is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which.
    pub id: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub took: u32,
}

/// How a hook can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// By itself, with this status.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
    /// It took too long, and was killed with all that it had started.
    TimedOut,
    /// It could not be started: the kernel's error number.
    NotStarted(i32),
    /// So many of them do not go away that no other is started.
    TooMany,
}

impl Outcome {
    /// Whether it is not what was wanted of it.
    pub fn is_failure(self) -> bool {
        self != Self::Exited(0)
    }
}

/// The end of a sentence that begins with the hook.
impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Exited(status) => write!(formatter, "ended with status {status}"),
            Self::Signalled(signal) => write!(formatter, "was ended by signal {signal}"),
            Self::TimedOut => formatter.write_str("took longer than `limit`, and was ended"),
            Self::NotStarted(error) => {
                write!(formatter, "could not be started: {}", Refusal(Errno::from_raw_os_error(error)))
            }
            Self::TooMany => formatter.write_str("was not started: others that were ended do not go away"),
        }
    }
}

impl Answer {
    /// For the way.
    pub fn to_bytes(self) -> [u8; LENGTH] {
        let (kind, value) = match self.outcome {
            Outcome::Exited(status) => (0, status),
            Outcome::Signalled(signal) => (1, signal),
            Outcome::TimedOut => (2, 0),
            Outcome::NotStarted(error) => (3, error),
            Outcome::TooMany => (4, 0),
        };
        let ([a, b, c, d], [e, f, g, h], [i, j, k, l]) =
            (self.id.to_le_bytes(), value.to_le_bytes(), self.took.to_le_bytes());
        [a, b, c, d, kind, e, f, g, h, i, j, k, l]
    }

    /// From the way; `None` of what is no answer.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let &[a, b, c, d, kind, e, f, g, h, i, j, k, l] = bytes else { return None };
        let value = i32::from_le_bytes([e, f, g, h]);
        let outcome = match kind {
            0 => Outcome::Exited(value),
            1 => Outcome::Signalled(value),
            2 => Outcome::TimedOut,
            3 => Outcome::NotStarted(value),
            4 => Outcome::TooMany,
            _ => return None,
        };
        Some(Self { id: u32::from_le_bytes([a, b, c, d]), outcome, took: u32::from_le_bytes([i, j, k, l]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..16), id: u32, value: i32, took: u32) {
            if let Some(answer) = Answer::from_bytes(&bytes) {
                prop_assert_eq!(Answer::from_bytes(&answer.to_bytes()), Some(answer));
            }
            for outcome in [Outcome::Exited(value), Outcome::Signalled(value), Outcome::NotStarted(value), Outcome::TimedOut, Outcome::TooMany] {
                let answer = Answer { id, outcome, took };
                prop_assert_eq!(Answer::from_bytes(&answer.to_bytes()), Some(answer));
            }
        }
    }
}
