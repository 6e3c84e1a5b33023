//! What one check answers, before the engine turns it into a finding.

use super::finding::{Evidence, Fix, Severity, Value};

/// The answer of a check. Built up by chaining: `Diagnosis::warn(..).evidence(..).working(..).fix(..)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// How bad it is.
    pub severity: Severity,
    /// The finding in one line, with its number.
    pub title: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// The reasoning with this machine's numbers.
    pub workings: Vec<String>,
    /// What to type.
    pub fix: Option<Fix>,
}

impl Diagnosis {
    /// Nothing to complain of.
    pub fn ok(title: impl Into<String>) -> Self {
        Self::of(Severity::Ok, title)
    }

    /// Worth knowing.
    pub fn info(title: impl Into<String>) -> Self {
        Self::of(Severity::Info, title)
    }

    /// Will hurt under load.
    pub fn warn(title: impl Into<String>) -> Self {
        Self::of(Severity::Warn, title)
    }

    /// Hurts now, or at the next boot.
    pub fn error(title: impl Into<String>) -> Self {
        Self::of(Severity::Error, title)
    }

    /// Of a severity that was computed.
    pub fn of(severity: Severity, title: impl Into<String>) -> Self {
        Self { severity, title: title.into(), evidence: Vec::new(), workings: Vec::new(), fix: None }
    }

    /// Adds a fact that it rests on.
    pub fn evidence(
        mut self,
        source: impl Into<String>,
        key: impl Into<String>,
        value: impl Into<Value>,
    ) -> Self {
        self.evidence.push(Evidence { source: source.into(), key: key.into(), value: value.into() });
        self
    }

    /// Adds one step of the reasoning, with this machine's numbers filled in.
    pub fn working(mut self, step: impl Into<String>) -> Self {
        self.workings.push(step.into());
        self
    }

    /// Says what to type; where there is nothing to mend, the fix is dropped.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = (self.severity > Severity::Ok).then_some(fix);
        self
    }
}
