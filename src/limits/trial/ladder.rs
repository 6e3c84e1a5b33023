//! Going down from one size to the next, as long as a program survives.

use serde::Serialize;

use crate::exit::{Exit, Fault};
use crate::sys::bytes::Bytes;

use super::report::Report;

/// A size, and what the run under it has shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rung {
    /// The limit.
    pub size: Bytes,
    /// The run.
    #[serde(flatten)]
    pub report: Report,
}

/// What a ladder has shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ladder {
    /// The limit that goes down, such as `MemoryMax` or `as`.
    pub of: String,
    /// The runs, the largest size first; none follows the first that did not survive.
    pub rungs: Vec<Rung>,
    /// The smallest size that it survived.
    pub smallest: Option<Bytes>,
    /// Whether the last run was broken off, which says nothing about its size.
    pub interrupted: bool,
    /// All of it in a sentence.
    pub verdict: String,
}

/// Sizes from the largest down, each once.
///
/// # Errors
/// Refuses a size of nothing.
pub fn sorted(sizes: &[Bytes]) -> Result<Vec<Bytes>, Fault> {
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    sizes.dedup();
    match sizes.last() {
        Some(Bytes(0)) => Err(Fault::new(Exit::Usage, "a ladder has no size of 0: nothing runs in that")),
        _ => Ok(sizes),
    }
}

/// Tries each of `sizes` by `attempt`, until one is too small, or `is_interrupted`.
///
/// # Errors
/// The first of `attempt`.
pub fn climb_down<Failure>(
    of: &str,
    sizes: &[Bytes],
    is_interrupted: impl Fn() -> bool,
    mut attempt: impl FnMut(Bytes) -> Result<Report, Failure>,
) -> Result<Ladder, Failure> {
    let mut ladder = Ladder {
        of: of.to_owned(),
        rungs: Vec::new(),
        smallest: None,
        interrupted: false,
        verdict: String::new(),
    };
    for &size in sizes {
        let report = attempt(size)?;
        let survived = report.survived();
        ladder.rungs.push(Rung { size, report });
        ladder.interrupted = is_interrupted();
        if !survived || ladder.interrupted {
            break;
        }
        ladder.smallest = Some(size);
    }
    ladder.verdict = ladder.in_a_sentence();
    Ok(ladder)
}

impl Ladder {
    fn in_a_sentence(&self) -> String {
        let last = self.rungs.last();
        if let (true, Some(last)) = (self.interrupted, last) {
            let so_far = self.smallest.map(|smallest| format!(", after it survived {smallest}"));
            return format!("interrupted at {}{}", last.size, so_far.unwrap_or_default());
        }
        let failed = last.filter(|rung| !rung.report.survived());
        match (self.smallest, failed) {
            (Some(smallest), Some(failed)) => {
                format!(
                    "{smallest} is the smallest that it survived; at {} {}",
                    failed.size, failed.report.verdict
                )
            }
            (Some(smallest), None) => {
                format!("it survived all of them, {smallest}, too: a smaller one may do")
            }
            (None, Some(failed)) if failed.report.died_of.is_none() => {
                format!(
                    "it survived none of them: at {} {}; does it succeed without a limit?",
                    failed.size, failed.report.verdict
                )
            }
            (None, Some(failed)) => {
                format!("it survived none of them: at {} {}", failed.size, failed.report.verdict)
            }
            (None, None) => "nothing was tried".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::Used;
    use super::*;

    fn report(status: u8) -> Report {
        Report {
            command: vec!["x".to_owned()],
            limits: Vec::new(),
            status,
            signal: None,
            seconds: 0.0,
            used: Used::default(),
            left_behind: None,
            died_of: None,
            verdict: format!("it ended with status {status}"),
        }
    }

    fn climbed(sizes: &[u64], needs: u64) -> Ladder {
        let sizes: Vec<Bytes> = sizes.iter().map(|&mib| Bytes::from_mib(mib)).collect();
        let attempt = |size| Ok::<_, ()>(report(u8::from(size < Bytes::from_mib(needs))));
        climb_down("as", &sorted(&sizes).unwrap(), || false, attempt).unwrap()
    }

    #[test]
    fn the_smallest_that_is_enough_is_found() {
        let ladder = climbed(&[512, 2048, 1024, 256, 1024], 600);
        let tried: Vec<u64> = ladder.rungs.iter().map(|rung| rung.size.0 >> 20).collect();
        assert_eq!(tried, [2048, 1024, 512]);
        assert_eq!(ladder.smallest, Some(Bytes::from_mib(1024)));
        assert_eq!(
            ladder.verdict,
            "1 GiB is the smallest that it survived; at 512 MiB it ended with status 1"
        );
    }

    #[test]
    fn all_and_none_are_told() {
        assert!(climbed(&[4, 2], 1).verdict.starts_with("it survived all of them, 2 MiB"));
        let mut none = climbed(&[4, 2], 8);
        assert_eq!((none.rungs.len(), none.smallest), (1, None));
        assert!(none.in_a_sentence().starts_with("it survived none of them: at 4 MiB"));
        assert!(none.in_a_sentence().ends_with("does it succeed without a limit?"));
        none.rungs[0].report.died_of = Some("as".to_owned());
        assert!(none.in_a_sentence().ends_with("with status 1"));
    }

    #[test]
    fn what_is_broken_off_proves_nothing() {
        let sizes = [Bytes::from_mib(4), Bytes::from_mib(2), Bytes::from_mib(1)];
        let count = std::cell::Cell::new(0);
        let attempt = |_| {
            count.set(count.get() + 1);
            Ok::<_, ()>(report(0))
        };
        let ladder = climb_down("as", &sizes, || count.get() == 2, attempt).unwrap();
        assert_eq!((ladder.rungs.len(), ladder.smallest), (2, Some(Bytes::from_mib(4))));
        assert_eq!(ladder.verdict, "interrupted at 2 MiB, after it survived 4 MiB");
    }

    #[test]
    fn a_size_of_nothing_is_none() {
        assert_eq!(sorted(&[Bytes(5), Bytes(0)]).unwrap_err().exit, Exit::Usage);
        assert_eq!(sorted(&[Bytes(5), Bytes(9), Bytes(5)]).unwrap(), [Bytes(9), Bytes(5)]);
    }

    #[test]
    fn what_lost_a_process_has_not_survived() {
        let mut lost = report(0);
        assert!(lost.survived());
        lost.used.oom_kills = Some(1);
        assert!(!lost.survived());
    }
}
