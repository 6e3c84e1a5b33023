//! One thing that doctor looks at.

use crate::facts::readings::Readings;
use crate::host::Lacking;

use super::diagnosis::Diagnosis;
use super::group::Group;

/// A check: what it asks, why, and how it finds out.
#[derive(Clone, Copy)]
pub struct Check {
    /// Its stable id, such as `S08`; programs and ignore files refer to it.
    pub id: &'static str,
    /// A short name, such as `min-free-high`.
    pub name: &'static str,
    /// The group whose letter begins the id.
    pub group: Group,
    /// What is asked, as a question.
    pub question: &'static str,
    /// Which answer has which severity.
    pub thresholds: &'static str,
    /// Why it matters to the owner of the machine: what happens, and how the kernel comes to it.
    pub why: &'static str,
    /// Where the knowledge comes from.
    pub sources: &'static [&'static str],
    /// Looks.
    pub examine: fn(&Readings) -> Result<Diagnosis, Lacking>,
}
