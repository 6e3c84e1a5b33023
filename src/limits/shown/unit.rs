//! One unit as systemd knows it.

use crate::facts::cgroup_memory::Limit;
use crate::facts::unit_listing;
use crate::facts::unit_properties::{Properties, microseconds};
use crate::sys::bytes::Bytes;

use super::tree::is_path_of_group;

/// What is asked of each unit. Those that a version of systemd does not know, it leaves out.
pub const PROPERTIES: [&str; 30] = [
    "Id",
    "Slice",
    "ControlGroup",
    "LoadState",
    "ActiveState",
    "SubState",
    "MemoryCurrent",
    "MemoryPeak",
    "MemorySwapCurrent",
    "MemoryMin",
    "MemoryLow",
    "MemoryHigh",
    "MemoryMax",
    "MemorySwapMax",
    "EffectiveMemoryMax",
    "OOMPolicy",
    "OOMScoreAdjust",
    "NRestarts",
    "Result",
    "Restart",
    "FragmentPath",
    "DropInPaths",
    "NeedDaemonReload",
    "CPUQuotaPerSecUSec",
    "TasksMax",
    "OOMKills",
    "RestartUSec",
    "StartLimitIntervalUSec",
    "StartLimitBurst",
    "ActiveEnterTimestampMonotonic",
];

/// The kinds of units that hold processes.
pub const PATTERNS: [&str; 3] = ["*.service", "*.slice", "*.scope"];

/// One unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// Its name.
    pub name: String,
    properties: Properties,
}

impl Unit {
    /// From what systemd printed; `None` without a name.
    pub fn of(properties: Properties) -> Option<Self> {
        let name = properties.get("Id").filter(|id| !id.is_empty())?.clone();
        Some(Self { name, properties })
    }

    /// A property as it is printed; `None` where it is not set.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.properties.get(name).map(String::as_str).filter(|text| !matches!(*text, "" | "[not set]"))
    }

    /// Whether a property has this value.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.text(name) == Some(value)
    }

    /// A property that is a number; `None` where it is not set, for which older versions print the largest number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok().filter(|&number| number != u64::MAX)
    }

    /// A property that is an amount of memory.
    pub fn bytes(&self, name: &str) -> Option<Bytes> {
        self.number(name).map(Bytes)
    }

    /// A property that is a limit.
    pub fn limit(&self, name: &str) -> Option<Limit> {
        let text = self.text(name)?;
        let is_none = text == "infinity" || text.parse() == Ok(u64::MAX);
        if is_none { Some(Limit::Unlimited) } else { self.bytes(name).map(Limit::At) }
    }

    /// The path of its control group; `None` while it has none.
    pub fn group(&self) -> Option<&str> {
        self.text("ControlGroup").filter(|path| is_path_of_group(path))
    }

    /// Such as `active (running)`, and that it is masked.
    pub fn state(&self) -> Option<String> {
        let active = self.text("ActiveState")?;
        let sub = self.text("SubState").map(|sub| format!(" ({sub})")).unwrap_or_default();
        let masked = if self.is("LoadState", "masked") { ", masked" } else { "" };
        Some(format!("{active}{sub}{masked}"))
    }

    /// Whether there is such a unit; systemd also tells of those that others only name.
    pub fn is_there(&self) -> bool {
        !self.is("LoadState", "not-found")
    }

    /// Whether it is not inactive.
    pub fn is_active(&self) -> bool {
        !self.is("ActiveState", "inactive")
    }

    /// Whether systemd no longer starts it again, for it ended too often within a short time. Of one that it started again by itself
    /// the result stays what its last run ended with: there it is told by its having failed after as many starts as it may have.
    pub fn is_given_up(&self) -> bool {
        let burst = self.number("StartLimitBurst").filter(|&burst| burst > 0);
        let restarts = self.number("NRestarts").unwrap_or_default();
        let is_used_up = burst.is_some_and(|burst| restarts >= burst) && !self.is("Restart", "no");
        self.is("Result", "start-limit-hit") || self.is("ActiveState", "failed") && is_used_up
    }

    /// How much of a processor it may take, in per cent; `None` where nothing limits it.
    pub fn cpu_quota(&self) -> Option<u64> {
        self.text("CPUQuotaPerSecUSec").and_then(microseconds).map(|time| time / 10_000)
    }

    /// The files that made it: its own, then its drop-ins in the order in which they count.
    pub fn files(&self) -> Vec<String> {
        let own = self.text("FragmentPath").map(str::to_owned);
        let drop_ins = unit_listing::words(self.text("DropInPaths").unwrap_or_default());
        own.into_iter().chain(drop_ins).filter(|path| path.starts_with('/')).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::unit_listing::parse;

    fn unit(text: &str) -> Unit {
        Unit::of(parse(text, &PROPERTIES).remove(0)).unwrap()
    }

    #[test]
    fn values_of_old_and_new_versions_are_understood() {
        let old = unit("Id=a.service\nMemoryCurrent=18446744073709551615\nMemoryMax=18446744073709551615\n");
        assert_eq!((old.bytes("MemoryCurrent"), old.limit("MemoryMax")), (None, Some(Limit::Unlimited)));
        let new = unit("Id=a.service\nMemoryCurrent=[not set]\nMemoryMax=infinity\nMemoryHigh=4096\n");
        assert_eq!((new.bytes("MemoryCurrent"), new.limit("MemoryMax")), (None, Some(Limit::Unlimited)));
        assert_eq!((new.limit("MemoryHigh"), new.limit("MemoryLow")), (Some(Limit::At(Bytes(4096))), None));
        assert_eq!(unit("Id=a\nCPUQuotaPerSecUSec=6s\n").cpu_quota(), Some(600));
        assert_eq!(unit("Id=a\nCPUQuotaPerSecUSec=infinity\n").cpu_quota(), None);
    }

    #[test]
    fn the_group_leads_nowhere_else() {
        assert_eq!(unit("Id=a\nControlGroup=/a.slice/b\n").group(), Some("/a.slice/b"));
        for path in ["", "a.slice", "/a/../../b"] {
            assert_eq!(unit(&format!("Id=a\nControlGroup={path}\n")).group(), None, "{path}");
        }
    }

    #[test]
    fn its_files_come_in_the_order_in_which_they_count() {
        let files =
            unit("Id=a\nFragmentPath=/lib/a\nDropInPaths=/etc/a.d/1.conf /run/a.d/2.conf x\n").files();
        assert_eq!(files, ["/lib/a", "/etc/a.d/1.conf", "/run/a.d/2.conf"]);
        assert_eq!(unit("Id=a\nActiveState=active\nSubState=running\n").state().unwrap(), "active (running)");
        let masked = unit("Id=a\nLoadState=masked\nActiveState=inactive\nSubState=dead\n");
        assert_eq!(masked.state().unwrap(), "inactive (dead), masked");
        assert!(masked.is_there() && !unit("Id=a\nLoadState=not-found\n").is_there());
    }
}
