//! What the settings come to on a machine.

use serde::{Deserialize, Serialize};

use crate::sys::bytes::Bytes;
use crate::sys::size::Size;
use crate::watch::level::Level;
use crate::watch::lines::{Line, Lines, Thresholds};
use crate::watch::settings::Settings;

/// A level in the numbers of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// Which.
    pub level: Level,
    /// It is reached where no more than this is available.
    pub available: Bytes,
    /// And free swap is worth no more than this; `None` where there is no swap, or it does not count.
    pub swap: Option<Bytes>,
}

/// All levels and what else depends on the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bounds {
    /// Its memory.
    pub memory: Bytes,
    /// Its swap.
    pub swap: Bytes,
    /// Warning, critical and redline.
    pub levels: [Bound; 3],
    /// The rule on thrash looks only where no more than this is available; `None` where it is off.
    pub thrash: Option<Bytes>,
    /// Units with bounds of their own, each with what it may hold if that is bounded.
    pub groups: Vec<(String, Option<Bytes>)>,
}

impl Bounds {
    /// Those of `settings` on a machine with so much memory and swap.
    pub fn of(settings: &Settings, memory: Bytes, swap: Bytes) -> Self {
        let Lines { warning, critical, redline } = Thresholds::of(settings).lines(memory, swap);
        let bound = |level, line: Line| Bound {
            level,
            available: line.available,
            swap: Some(line.swap).filter(|bound| *bound < swap),
        };
        let thrash = settings.thrash.available.of(memory);
        let groups = settings.groups.iter();
        Self {
            memory,
            swap,
            levels: [
                bound(Level::Warning, warning),
                bound(Level::Critical, critical),
                bound(Level::Redline, redline),
            ],
            thrash: Some(thrash).filter(|thrash| thrash.0 > 0),
            groups: groups
                .map(|group| (group.unit.clone(), group.memory.map(|size| size.of(memory))))
                .collect(),
        }
    }

    /// The level that so much available memory and free swap would be.
    pub fn level(&self, available: Bytes, swap_free: Bytes) -> Level {
        let is_reached =
            |bound: &&Bound| available <= bound.available && bound.swap.is_none_or(|swap| swap_free <= swap);
        self.levels.iter().rev().find(is_reached).map_or(Level::Normal, |bound| bound.level)
    }

    /// What is sound, and yet may not be what was meant.
    pub fn remarks(&self, settings: &Settings) -> Vec<String> {
        let mut remarks = Vec::new();
        let [warning, critical, redline] = self.levels;
        if redline.available > critical.available {
            remarks.push(format!(
                "redline is reached before critical: {} are more than critical's {} here, so that jobs are ended without having been asked",
                redline.available, critical.available
            ));
        } else if redline.available == critical.available {
            remarks.push(
                "critical and redline are the same here: a job is ended without having been asked".to_owned(),
            );
        }
        if warning.available == critical.available {
            remarks.push(
                "warning and critical are the same here: nothing is said before a job is asked to end"
                    .to_owned(),
            );
        }
        if self.swap.0 > 0 && critical.swap.is_none() {
            remarks.push(
                "swap is left out of account: a job is asked to end however much of it is free".to_owned(),
            );
        }
        let has_dot = |pattern: &&String| pattern.contains(['.', '*', '?']);
        for (number, rule) in (1..).zip(&settings.rules) {
            if let Some(unit) = rule.unit.as_ref().filter(|unit| !has_dot(unit)) {
                remarks.push(format!(
                    "rule {number} fits no unit of systemd, only a container, for there is no dot in `{unit}`: `{unit}.service` would fit the service"
                ));
            }
        }
        if settings.thrash.available == Size::Percent(0.0) || self.thrash.is_none() {
            remarks.push("the rule on thrash is off: a machine that only swaps is left to itself".to_owned());
        }
        remarks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::settings::{Action, Rule};

    #[test]
    fn shares_become_amounts() {
        let bounds = Bounds::of(&Settings::default(), Bytes::from_gib(16), Bytes::from_gib(4));
        let [warning, critical, redline] = bounds.levels;
        assert_eq!(warning.available, Bytes::from_gib(16).percent(20.0));
        assert_eq!(critical.swap, Some(Bytes::from_gib(4).percent(10.0)));
        assert_eq!(redline.available, Bytes::from_gib(16).percent(4.0));
        let small = Bounds::of(&Settings::default(), Bytes::from_gib(1), Bytes(0));
        assert_eq!((small.levels[2].available, small.levels[2].swap), (Bytes::from_mib(50), None));
        assert!(bounds.remarks(&Settings::default()).is_empty());
        let level =
            |available: u64, swap: u64| bounds.level(Bytes::from_mib(available), Bytes::from_mib(swap));
        assert_eq!(
            (level(4000, 0), level(1000, 4096), level(1000, 100)),
            (Level::Normal, Level::Normal, Level::Critical)
        );
        assert_eq!((level(3000, 1000), level(600, 0)), (Level::Warning, Level::Redline));
    }

    #[test]
    fn what_may_not_be_meant_is_said() {
        let tiny = Bounds::of(&Settings::default(), Bytes::from_mib(256), Bytes(0));
        assert_eq!(tiny.levels[2].available, Bytes::from_mib(256).percent(10.0), "as the policy has it");
        assert!(tiny.remarks(&Settings::default())[0].contains("critical and redline are the same"));
        let mut settings = Settings::default();
        settings.critical.available = Size::Exact(Bytes::from_mib(200));
        let large = Bounds::of(&settings, Bytes::from_gib(16), Bytes(0));
        assert!(large.remarks(&settings)[0].contains("redline is reached before critical"));
        settings.critical.swap = Size::Percent(100.0);
        settings.critical.available = Size::Percent(20.0);
        settings.thrash.available = Size::Percent(0.0);
        settings.rules.push(Rule {
            action: Action::Protect,
            unit: Some("postgresql".to_owned()),
            command: None,
            user: None,
            group: None,
        });
        let bounds = Bounds::of(&settings, Bytes::from_gib(16), Bytes::from_gib(4));
        let remarks = bounds.remarks(&settings).join("\n");
        for said in ["nothing is said before", "swap is left out", "`postgresql.service`", "thrash is off"] {
            assert!(remarks.contains(said), "{remarks}");
        }
    }
}
