//! The kinds of events, as programs know them: one table for the JSON lines, the journal, the hooks and the manual.

use serde::{Deserialize, Serialize};

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// How it stands.
    Sample,
    /// Another level was reached.
    Level,
    /// Somebody asked to act as if memory were short.
    Simulate,
    /// A job was asked to end.
    Term,
    /// A job was ended.
    Kill,
    /// The job is gone, and it is known what that brought.
    Recovered,
    /// Something did not work.
    Error,
    /// The watchdog runs.
    Started,
    /// It ends.
    Stopped,
    /// It was told to read its settings again.
    Reloaded,
}

/// How much an entry in the journal matters, as syslog(3) counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A job was ended: 2.
    Critical = 2,
    /// Something did not work: 3.
    Error = 3,
    /// It may come to that: 4.
    Warning = 4,
    /// Worth a line: 5.
    Notice = 5,
    /// As ever: 6.
    Information = 6,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Sample,
        Self::Level,
        Self::Simulate,
        Self::Term,
        Self::Kill,
        Self::Recovered,
        Self::Error,
        Self::Started,
        Self::Stopped,
        Self::Reloaded,
    ];

    /// Its name, as in `"event"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Level => "level",
            Self::Simulate => "simulate",
            Self::Term => "term",
            Self::Kill => "kill",
            Self::Recovered => "recovered",
            Self::Error => "error",
            Self::Started => "started",
            Self::Stopped => "stopped",
            Self::Reloaded => "reloaded",
        }
    }

    /// MESSAGE_ID in the journal; drawn once at random, and never changed.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Sample => "c351ee18d6db446e8dd46afed4d6bc7c",
            Self::Level => "7c598db3489a4acabf2a7265db4eafee",
            Self::Simulate => "8d32beada8ef418f8dc74805f3f8ed2f",
            Self::Term => "937d606138474834a33a78a047dc0015",
            Self::Kill => "5f825a1066674cd8b8d6cdf1b198cbc4",
            Self::Recovered => "464f02ba154b46cbbe3ac28548c409d4",
            Self::Error => "b1186588196944a98c0c1ae41acd987e",
            Self::Started => "872f7f55d7174682a6c3132766120168",
            Self::Stopped => "21b8d4b00d634546a68b6d70cd895e50",
            Self::Reloaded => "1d8f32bf3bb54edeb8240c3645a0132a",
        }
    }

    /// What it means, for the manual.
    pub fn about(self) -> &'static str {
        match self {
            Self::Sample => "how memory stands; only while printing is on",
            Self::Level => "another level was reached",
            Self::Simulate => "`memtune watch lowmem` asked to act as if memory were short",
            Self::Term => "a job was asked to end (SIGTERM)",
            Self::Kill => "a job was ended (SIGKILL)",
            Self::Recovered => "the job is gone, and how much memory came back",
            Self::Error => "something did not work, a job that does not end included",
            Self::Started => "the watchdog runs",
            Self::Stopped => "the watchdog ends",
            Self::Reloaded => "the settings were read again, or refused",
        }
    }

    /// PRIORITY in the journal; an event may matter more than most of its kind.
    pub fn priority(self) -> Priority {
        match self {
            Self::Kill => Priority::Critical,
            Self::Error => Priority::Error,
            Self::Term => Priority::Warning,
            Self::Level | Self::Simulate | Self::Recovered => Priority::Notice,
            Self::Sample | Self::Started | Self::Stopped | Self::Reloaded => Priority::Information,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_has_its_own_name_and_number() {
        let names: HashSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        let numbers: HashSet<_> = Kind::ALL.iter().map(|kind| kind.message_id()).collect();
        assert_eq!((names.len(), numbers.len()), (Kind::ALL.len(), Kind::ALL.len()));
        for kind in Kind::ALL {
            let number = kind.message_id();
            assert!(
                number.len() == 32 && number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            );
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert!(!kind.about().is_empty());
        }
    }
}
