//! Going down from one size to the next, as long as a program survives.

use serde::Serialize;

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
    /// The runs, the largest size first; none follows the first that did not survive.
    pub rungs: Vec<Rung>,
    /// The smallest size that it survived.
    pub smallest: Option<Bytes>,
}

/// Sizes from the largest down, each once.
pub fn sorted(sizes: &[Bytes]) -> Vec<Bytes> {
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    sizes.dedup();
    sizes
}

/// Tries each size by `attempt`, the largest first, until one is too small.
///
/// # Errors
/// The first of `attempt`.
pub fn climb_down<Failure>(
    sizes: &[Bytes],
    mut attempt: impl FnMut(Bytes) -> Result<Report, Failure>,
) -> Result<Ladder, Failure> {
    let mut ladder = Ladder { rungs: Vec::new(), smallest: None };
    for size in sorted(sizes) {
        let report = attempt(size)?;
        let survived = report.survived();
        ladder.rungs.push(Rung { size, report });
        if !survived {
            break;
        }
        ladder.smallest = Some(size);
    }
    Ok(ladder)
}

impl Ladder {
    /// In a sentence.
    pub fn verdict(&self) -> String {
        let failed = self.rungs.last().filter(|rung| !rung.report.survived());
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
            died_of: None,
            verdict: format!("it ended with status {status}"),
        }
    }

    fn climbed(sizes: &[u64], needs: u64) -> Ladder {
        let sizes: Vec<Bytes> = sizes.iter().map(|&mib| Bytes::from_mib(mib)).collect();
        climb_down(&sizes, |size| Ok::<_, ()>(report(u8::from(size < Bytes::from_mib(needs))))).unwrap()
    }

    #[test]
    fn the_smallest_that_is_enough_is_found() {
        let ladder = climbed(&[512, 2048, 1024, 256, 1024], 600);
        let tried: Vec<u64> = ladder.rungs.iter().map(|rung| rung.size.0 >> 20).collect();
        assert_eq!(tried, [2048, 1024, 512]);
        assert_eq!(ladder.smallest, Some(Bytes::from_mib(1024)));
        assert_eq!(
            ladder.verdict(),
            "1 GiB is the smallest that it survived; at 512 MiB it ended with status 1"
        );
    }

    #[test]
    fn all_and_none_are_told() {
        assert!(climbed(&[4, 2], 1).verdict().starts_with("it survived all of them, 2 MiB"));
        let none = climbed(&[4, 2], 8);
        assert_eq!((none.rungs.len(), none.smallest), (1, None));
        assert!(none.verdict().starts_with("it survived none of them: at 4 MiB"));
    }
}
