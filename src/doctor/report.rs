//! All that doctor says about one machine, ready to be shown.

use serde::Serialize;

use crate::facts::cgroups::Arrangement;
use crate::facts::readings::Readings;
use crate::sys::bytes::Bytes;

use super::finding::{Finding, Severity};
use super::selection::Selection;
use super::verdict::Caller;
use super::{surroundings, verdict};

/// The machine, as far as it could be learned.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Machine {
    /// Its name.
    pub hostname: Option<String>,
    /// The kernel's release.
    pub kernel: Option<String>,
    /// The processor family.
    pub architecture: Option<String>,
    /// The distribution.
    pub distribution: Option<String>,
    /// The board; PCs have none.
    pub board: Option<String>,
    /// `MemTotal`, in bytes.
    pub memory: Option<Bytes>,
    /// All swap areas together, in bytes.
    pub swap: Option<Bytes>,
    /// The size of a page, in bytes.
    pub page_size: Option<Bytes>,
    /// How the control groups are arranged.
    pub cgroups: Option<Arrangement>,
    /// The folder that was examined; `None` for the running machine.
    pub root: Option<String>,
}

impl Machine {
    /// Asks the readings.
    pub fn of(readings: &Readings) -> Self {
        let identity = readings.identity().clone();
        let meminfo = readings.meminfo().ok();
        Self {
            hostname: identity.hostname,
            kernel: identity.kernel,
            architecture: identity.architecture,
            distribution: identity.distribution,
            board: identity.board,
            memory: meminfo.map(|meminfo| meminfo.total()),
            swap: meminfo.map(|meminfo| meminfo.swap_total()),
            page_size: Some(readings.page_size()),
            cgroups: readings.cgroups().ok(),
            root: readings.host().folder().map(|folder| folder.display().to_string()),
        }
    }
}

/// How many findings there are of each severity; ignored ones are counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Nothing to complain of.
    pub ok: usize,
    /// Worth knowing.
    pub info: usize,
    /// Will hurt under load.
    pub warn: usize,
    /// Hurts now, or at the next boot.
    pub error: usize,
    /// Could not be examined.
    pub skip: usize,
    /// Accepted by the owner, whatever their severity.
    pub ignored: usize,
}

impl Summary {
    fn of(findings: &[Finding]) -> Self {
        let mut summary = Self::default();
        for finding in findings {
            let count = match (&finding.ignored, finding.severity) {
                (Some(_), severity) if severity > Severity::Ok => &mut summary.ignored,
                (_, Severity::Ok) => &mut summary.ok,
                (_, Severity::Info) => &mut summary.info,
                (_, Severity::Warn) => &mut summary.warn,
                (_, Severity::Error) => &mut summary.error,
                (_, Severity::Skip) => &mut summary.skip,
            };
            *count += 1;
        }
        summary
    }
}

/// The report; its JSON is `memtune.doctor/1`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    schema: &'static str,
    /// The machine.
    pub host: Machine,
    /// What each check said, in reading order.
    pub findings: Vec<Finding>,
    /// How many there are of each severity.
    pub summary: Summary,
    /// All of it in one sentence.
    pub verdict: String,
    /// The commands most useful now, at most three.
    #[serde(skip)]
    pub next: Vec<String>,
    /// What to heed when typing fixes on this kind of machine.
    #[serde(skip)]
    pub caution: Option<&'static str>,
}

impl Report {
    /// Sums up the `findings` of what was selected, for this caller.
    pub fn new(readings: &Readings, findings: Vec<Finding>, selection: &Selection, caller: &Caller) -> Self {
        let host = Machine::of(readings);
        let summary = Summary::of(&findings);
        Self {
            schema: "memtune.doctor/1",
            verdict: verdict::sentence(&findings, &summary, selection),
            next: verdict::next_commands(&findings, caller, host.root.as_deref()),
            caution: findings
                .iter()
                .any(|finding| finding.fix.is_some())
                .then(|| caution(readings))
                .flatten(),
            host,
            findings,
            summary,
        }
    }
}

/// Where the proposed commands are to be typed, if not simply here.
fn caution(readings: &Readings) -> Option<&'static str> {
    const CAPTURED: &str = "This is a captured machine: type commands that change something there, not here.";
    surroundings::caution(readings).or((!readings.host().is_live()).then_some(CAPTURED))
}
