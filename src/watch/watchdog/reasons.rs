//! A rule of the policy with its bounds as amounts of this machine, for the account.

use crate::watch::account::event::Reason;
use crate::watch::level::Level;
use crate::watch::lines::Thresholds;
use crate::watch::policy::decision::Cause;
use crate::watch::sample::Sample;
use crate::watch::settings::Settings;

/// Why `level` holds.
pub(super) fn reason(cause: Cause, level: Level, settings: &Settings, sample: &Sample) -> Reason {
    match cause {
        Cause::Memory => of_memory(level, settings, sample),
        Cause::Thrash => Reason::Thrash {
            available: settings.thrash.available.of(sample.total),
            full: settings.thrash.full,
            lasts: settings.thrash.lasts,
        },
        Cause::Gpu => Reason::Gpu { percent: settings.gpu_percent.unwrap_or_default() },
        Cause::Simulated => Reason::Simulated,
    }
}

fn of_memory(level: Level, settings: &Settings, sample: &Sample) -> Reason {
    let lines = Thresholds::of(settings).lines(sample.total, sample.swap_total);
    let line = match level {
        Level::Normal | Level::Warning => lines.warning,
        Level::Critical => lines.critical,
        Level::Redline => lines.redline,
    };
    Reason::MemoryAndSwap { available: line.available, swap: line.swap }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::bytes::Bytes;

    #[test]
    fn bounds_are_amounts_of_this_machine() {
        let sample = Sample { total: Bytes::from_mib(1000), ..Sample::default() };
        let settings = Settings::default();
        let redline = reason(Cause::Memory, Level::Redline, &settings, &sample);
        assert_eq!(redline, Reason::MemoryAndSwap { available: Bytes::from_mib(50), swap: Bytes(0) });
        let with_swap = Sample { swap_total: Bytes::from_mib(200), ..sample };
        let critical = reason(Cause::Memory, Level::Critical, &settings, &with_swap);
        let mib = Bytes::from_mib;
        assert_eq!(critical, Reason::MemoryAndSwap { available: mib(100), swap: mib(20) });
        assert_eq!(reason(Cause::Simulated, Level::Critical, &settings, &sample), Reason::Simulated);
    }
}
