//! How fast the counters of the memory manager grow: two readings and the time between them.

use super::vmstat::Vmstat;

/// What happened between two readings.
#[derive(Clone, Debug)]
pub struct Rates {
    /// Time between the readings, in seconds.
    pub seconds: f64,
    before: Vmstat,
    after: Vmstat,
}

impl Rates {
    /// Compares two readings that lie `seconds` apart.
    pub fn new(before: Vmstat, after: Vmstat, seconds: f64) -> Self {
        Self { seconds: seconds.max(0.001), before, after }
    }

    /// How much a counter grew a second; 0 for one that this kernel does not keep.
    pub fn per_second(&self, counter: impl Fn(&Vmstat) -> u64) -> f64 {
        counter(&self.after).saturating_sub(counter(&self.before)) as f64 / self.seconds
    }

    /// How much the counter called `name` grew a second.
    pub fn of(&self, name: &str) -> f64 {
        self.per_second(|vmstat| vmstat.find(name).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::super::vmstat::parse;
    use super::Rates;

    #[test]
    fn counts_growth() {
        let rates = Rates::new(parse("pswpin 100\n").unwrap(), parse("pswpin 300\n").unwrap(), 2.0);
        assert_eq!(rates.of("pswpin"), 100.0);
        assert_eq!(rates.of("pswpout"), 0.0);
    }
}
