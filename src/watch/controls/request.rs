//! What can be asked.

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// How it is and what it did last.
    Status,
    /// To act again after `stop`.
    Start,
    /// To look on without ending anything.
    Stop,
    /// Whether each look at the memory shall be told.
    Print(bool),
    /// To take memory for short at the next look; with `dry_run` nobody is ended, whatever the watchdog does otherwise.
    Lowmem {
        /// Whether it shall only be shown who would be ended.
        dry_run: bool,
    },
    /// To read its settings anew.
    Reload,
}

impl Request {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Status,
        Self::Start,
        Self::Stop,
        Self::Print(true),
        Self::Print(false),
        Self::Lowmem { dry_run: false },
        Self::Lowmem { dry_run: true },
        Self::Reload,
    ];

    /// Its line, without the end.
    pub fn line(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Print(true) => "print on",
            Self::Print(false) => "print off",
            Self::Lowmem { dry_run: false } => "lowmem",
            Self::Lowmem { dry_run: true } => "lowmem dry-run",
            Self::Reload => "reload",
        }
    }

    /// Reads a line without its end; `None` for what cannot be asked.
    pub fn parse(line: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|request| request.line().as_bytes() == line)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_line_asks_for_one_thing() {
        for request in Request::ALL {
            assert_eq!(Request::parse(request.line().as_bytes()), Some(request));
        }
        assert_eq!(Request::parse(b"STATUS"), None);
        assert_eq!(Request::parse(b""), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(line: Vec<u8>) {
            if let Some(request) = Request::parse(&line) {
                prop_assert_eq!(request.line().as_bytes(), &line[..]);
            }
        }
    }
}
