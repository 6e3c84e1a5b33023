//! How the kernel fares when it moves pages together.

use crate::facts::readings::Readings;
use crate::facts::uptime;

/// How often the kernel tried to move pages together, and over which time.
pub(super) struct Compaction {
    pub(super) failed: f64,
    pub(super) succeeded: f64,
    seconds: f64,
    /// Failures a second that are no longer a trifle.
    many: f64,
}

impl Compaction {
    pub(super) fn of(readings: &Readings) -> Self {
        if let Ok(rates) = readings.rates() {
            return Self {
                failed: rates.of("compact_fail") * rates.seconds,
                succeeded: rates.of("compact_success") * rates.seconds,
                seconds: rates.seconds,
                many: 1.0,
            };
        }
        let count = |name| {
            let vmstat = readings.vmstat().ok()?;
            vmstat.find(name)
        };
        Self {
            failed: count("compact_fail").unwrap_or_default() as f64,
            succeeded: count("compact_success").unwrap_or_default() as f64,
            // Without a known time nothing is frequent.
            seconds: uptime::read(readings.host()).ok().unwrap_or(f64::INFINITY),
            many: 1.0 / 60.0,
        }
    }

    pub(super) fn percent_failed(&self) -> f64 {
        100.0 * self.failed / (self.failed + self.succeeded).max(1.0)
    }

    pub(super) fn is_failing(&self) -> bool {
        const MOST: f64 = 80.0;
        self.percent_failed() > MOST && self.failed / self.seconds.max(1.0) > self.many
    }

    pub(super) fn working(&self) -> String {
        format!(
            "compactions: {:.0} failed / ({:.0} + {:.0}) = {:.0} %",
            self.failed,
            self.failed,
            self.succeeded,
            self.percent_failed()
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::rates::Rates;
    use crate::facts::vmstat::parse;
    use crate::host::made_tree::made_tree;

    use super::*;

    fn sampled(failed: u64, succeeded: u64) -> Compaction {
        let (_folder, host) = made_tree(&[]);
        let after = format!("compact_fail {}\ncompact_success {succeeded}\n", failed + 1000);
        let rates = Rates::new(parse("compact_fail 1000\n").unwrap(), parse(&after).unwrap(), 5.0);
        Compaction::of(&Readings::new(&host, Some(rates)))
    }

    #[test]
    fn a_sample_counts_only_what_happened_in_it() {
        assert!(sampled(6, 1).is_failing());
        assert!(!sampled(5, 1).is_failing());
        assert!(!sampled(80, 20).is_failing());
        assert!(sampled(81, 20).is_failing());
        assert_eq!(sampled(6, 2).percent_failed(), 75.0);
    }
}
