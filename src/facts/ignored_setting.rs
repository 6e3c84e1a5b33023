//! Lines of unit files that systemd does not heed. It says so in its log only, and whoever wrote the line thinks that it holds.
//!
//! What some version of systemd may understand is left alone: a line that counts must never be called one that does not.

use super::unit_files::Setting;
use super::unit_property::{self, KINDS, section_of};

/// The sections in which lines about memory stand, rightly or wrongly; the first is none at all.
const SECTIONS: [&str; 9] = ["", "Unit", "Install", "Service", "Slice", "Scope", "Socket", "Mount", "Swap"];

/// The units in which systemd counts memory, beside none.
const UNITS_OF_SIZE: [char; 7] = ['B', 'K', 'M', 'G', 'T', 'P', 'E'];

/// Limits of processes that are amounts of memory.
const LIMITS: [&str; 5] = ["LimitAS", "LimitDATA", "LimitRSS", "LimitMEMLOCK", "LimitSTACK"];

/// Why a line does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// The line.
    pub setting: Setting,
    /// What is wrong with it, as a part of a sentence.
    pub why: String,
    /// The value that was meant, where that can be told.
    pub meant: Option<String>,
}

/// Divides the lines that count from those that systemd ignores.
pub fn divide(settings: Vec<Setting>) -> (Vec<Setting>, Vec<Ignored>) {
    let mut heeded = Vec::new();
    let mut ignored = Vec::new();
    for setting in settings {
        match why(&setting) {
            Some((why, meant)) => ignored.push(Ignored { setting, why, meant }),
            None => heeded.push(setting),
        }
    }
    (heeded, ignored)
}

fn why(setting: &Setting) -> Option<(String, Option<String>)> {
    let Setting { unit, section, key, value, .. } = setting;
    // Sections of other programs, and those of kinds that hold no processes.
    if !SECTIONS.contains(&section.as_str()) {
        return None;
    }
    let property = unit_property::names().find(|name| name.eq_ignore_ascii_case(key));
    if let Some(property) = property.filter(|name| name != key) {
        return Some((format!("systemd spells it {property}"), None));
    }
    if let Some(right) = property.and_then(|name| other_section(unit, section, name)) {
        let place = if section.is_empty() {
            "stands in no section".to_owned()
        } else {
            format!("stands in [{section}]")
        };
        return Some((format!("it {place} and belongs into [{right}]"), None));
    }
    // What ends so goes on in the next line, and what systemd fills in is not known here.
    let is_clear = !value.is_empty() && !value.ends_with('\\') && !has_specifier(value);
    let wrong = wrong_value(key, value).filter(|_| is_clear)?;
    Some((wrong.to_owned(), unit_property::respelled(key, value.split('#').next().unwrap_or(value))))
}

/// The section that the property belongs into, where it stands in another one.
fn other_section(unit: &str, section: &str, property: &str) -> Option<&'static str> {
    let kind = unit.rsplit('.').next().filter(|kind| KINDS.contains(kind))?;
    let right = section_of(property, kind);
    let is_old_place = (section, property) == ("Service", "StartLimitBurst");
    (section != right && !is_old_place).then_some(right)
}

fn has_specifier(value: &str) -> bool {
    value.split('%').skip(1).any(|rest| rest.starts_with(|letter: char| letter.is_ascii_alphabetic()))
}

fn wrong_value(key: &str, value: &str) -> Option<&'static str> {
    const SIZE: &str = "systemd does not read it as a size";
    const RESTARTS: [&str; 7] =
        ["no", "always", "on-success", "on-failure", "on-abnormal", "on-abort", "on-watchdog"];
    let is_of_memory = key.strip_prefix("Startup").unwrap_or(key).starts_with("Memory")
        && ["Min", "Low", "High", "Max"].iter().any(|end| key.ends_with(end));
    match key {
        _ if is_of_memory => {
            let may_be_zero = ["Min", "Low", "SwapMax"].iter().any(|end| key.ends_with(end));
            match value {
                "infinity" => None,
                _ if !is_share(value) && !is_size(value) => Some(SIZE),
                _ if is_zero(value) && !may_be_zero => Some("systemd takes no 0 here"),
                _ => None,
            }
        }
        _ if LIMITS.contains(&key) => {
            let is_one = |one: &str| one == "infinity" || is_size(one);
            let (soft, hard) = value.split_once(':').unwrap_or((value, value));
            (!is_one(soft) || !is_one(hard)).then_some(SIZE)
        }
        "CPUQuota" => {
            const WRONG: &str =
                "systemd wants a share of one processor above 0, with its sign and at most two decimals";
            (!is_octal(value) && share(value).is_none_or(|share| share == 0)).then_some(WRONG)
        }
        "OOMPolicy" => {
            (!["continue", "stop", "kill"].contains(&value)).then_some("systemd knows no such policy")
        }
        "Restart" => (!RESTARTS.contains(&value)).then_some("systemd knows no such word"),
        "OOMScoreAdjust" if !value.contains(['x', 'X']) => {
            let is_within = value.parse::<i64>().is_ok_and(|number| (-1000..=1000).contains(&number));
            (!is_within).then_some("the kernel takes -1000 to 1000")
        }
        _ => None,
    }
}

/// Up to the whole; what is more is out of range.
fn is_share(value: &str) -> bool {
    is_octal(value) || share(value).is_some_and(|share| share <= 10_000)
}

fn share(value: &str) -> Option<u32> {
    unit_property::permyriad(value.strip_prefix('+').unwrap_or(value))
}

/// A share that systemd may read in another base than ten.
fn is_octal(value: &str) -> bool {
    value.starts_with('0') && value.ends_with(['%', '‰', '‱']) && !value.starts_with("0.") && !is_zero(value)
}

/// Numbers, each with one letter or none behind it: `1G 512M` is one size.
fn is_size(value: &str) -> bool {
    let mut rest = value.trim_start();
    let mut is_size = false;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let (number, behind) = rest.split_at(end);
        if !number.starts_with(|first: char| first.is_ascii_digit()) || number.parse::<f64>().is_err() {
            return false;
        }
        is_size = true;
        let behind = behind.trim_start();
        rest = behind.strip_prefix(UNITS_OF_SIZE).unwrap_or(behind).trim_start();
    }
    is_size
}

fn is_zero(value: &str) -> bool {
    !value.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::super::unit_files::parse;
    use super::*;
    use proptest::prelude::*;

    fn ignored(unit: &str, text: &str) -> Vec<Ignored> {
        divide(parse(unit, "/f", text)).1
    }

    #[test]
    fn what_systemd_reads_is_left_alone() {
        for line in [
            "MemoryMax=24G",
            "MemoryMax=1.5G",
            "MemoryMax=1G 512M",
            "MemoryMax=24 G",
            "MemoryMax=1P",
            "MemoryMax=70%",
            "MemoryMax=infinity",
            "MemoryMax=",
            "MemoryMax=4096B",
            "MemoryMin=0",
            "MemorySwapMax=0",
            "MemorySwapMax=50%",
            "MemoryHigh=5‰",
            "CPUQuota=250%",
            "CPUQuota=5‰",
            "CPUQuota=+5%",
            "CPUQuota=0x10%",
            "MemoryHigh=0.5‰",
            "OOMScoreAdjust=+5",
            "OOMScoreAdjust=0x10",
            "LimitMEMLOCK=8M:infinity",
            "LimitAS=infinity",
            "LimitNOFILE=weird",
            "Restart=on-abort",
            "OOMPolicy=kill",
            "MemoryMax=\\",
            "MemoryMax=%i",
            "RestartSec=5 minutes",
            "StartLimitBurst=5",
            "MemoryAccounting=yes",
            "MemoryDenyWriteExecute=yes",
            "TasksMax=0x10",
            "[X-Own]\nMemoryMax=much",
        ] {
            let found = ignored("a.service", &format!("[Service]\n{line}\n"));
            assert!(found.is_empty(), "{line}: {found:?}");
        }
    }

    #[test]
    fn what_systemd_ignores_is_found_with_what_was_meant() {
        for (line, why, meant) in [
            ("MemoryMax=24GB", "size", Some("24G")),
            ("MemoryMax=24GiB", "size", Some("24G")),
            ("MemoryMax=24g", "size", Some("24G")),
            ("MemoryMax=24G # enough", "size", Some("24G")),
            ("MemoryHigh=\"2G\"", "size", None),
            ("MemoryMax=0", "no 0", None),
            ("MemoryHigh=0G", "no 0", None),
            ("MemoryMax=101%", "size", None),
            ("MemoryMax=33.333%", "size", None),
            ("CPUQuota=33.333%", "decimals", None),
            ("CPUQuota=99999999999%", "decimals", None),
            ("MemoryMax=-1", "size", None),
            ("MemoryMax=unlimited", "size", None),
            ("StartupMemoryMax=1GB", "size", None),
            ("LimitMEMLOCK=unlimited", "size", None),
            ("CPUQuota=6", "sign", Some("600%")),
            ("CPUQuota=0%", "sign", None),
            ("OOMPolicy=Kill", "policy", Some("kill")),
            ("OOMScoreAdjust=-2000", "-1000", None),
            ("Restart=yes", "word", None),
            ("memorymax=1G", "spells it MemoryMax", None),
            ("StartLimitIntervalSec=10", "belongs into [Unit]", None),
        ] {
            let found = ignored("a.service", &format!("[Service]\n{line}\n"));
            assert_eq!(found.len(), 1, "{line}");
            assert!(found[0].why.contains(why), "{line}: {}", found[0].why);
            assert_eq!(found[0].meant.as_deref(), meant, "{line}");
        }
    }

    #[test]
    fn each_kind_has_its_own_section() {
        assert_eq!(
            ignored("a.slice", "[Service]\nMemoryMax=1G\n")[0].why,
            "it stands in [Service] and belongs into [Slice]"
        );
        assert_eq!(
            ignored("a.service", "MemoryMax=1G\n")[0].why,
            "it stands in no section and belongs into [Service]"
        );
        assert_eq!(ignored("a.service", "[Unit]\nMemoryMax=1G\n").len(), 1);
        assert!(ignored("a.slice", "[Slice]\nMemoryMax=1G\n").is_empty());
        assert!(ignored("a.timer", "[Timer]\nMemoryMax=1G\n").is_empty());
        assert!(ignored("service", "[Service]\nMemoryMax=1G\n").is_empty());
    }

    proptest! {
        #[test]
        fn no_value_that_memtune_itself_would_write_is_ignored(
            property in prop::sample::select(unit_property::names().collect::<Vec<_>>()),
            value in "[1-9][0-9]{0,3}(G|M|K|%|)|infinity|[a-z-]{2,10}|(\\PC){0,12}",
        ) {
            let text = format!("[{}]\n{property}={value}\n", section_of(property, "service"));
            if unit_property::check_value(property, &value).is_ok() {
                prop_assert!(ignored("a.service", &text).is_empty(), "{}", text);
            }
        }
    }
}
