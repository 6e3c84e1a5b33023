//! R01: how the kernel ages pages.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Value};
use crate::doctor::group::Group;
use crate::facts::pressure;
use crate::facts::readings::Readings;
use crate::facts::vmstat;
use crate::host::{IfThere, Lacking};

const ENABLED: &str = "/sys/kernel/mm/lru_gen/enabled";
const MIN_TTL: &str = "/sys/kernel/mm/lru_gen/min_ttl_ms";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "R01",
    name: "mglru",
    group: Group::Reclaim,
    question: "Does the kernel find the pages that nobody needs, and keep those that a desktop needs?",
    thresholds: "info where the multi-generational LRU is there and switched off; info where a desktop or a small board thrashes (work waited for memory in 5 % of the last five minutes, or something was killed for want of it since boot) and min_ttl_ms is 0",
    why: "Old kernels sort pages into two lists and often drop the wrong ones; the multi-generational LRU keeps several ages apart and scans less. With min_ttl_ms it keeps what was used within that time whatever happens: a machine that would freeze for minutes then kills a program instead, and stays in the hands of whoever sits before it.",
    sources: &[
        "https://docs.kernel.org/admin-guide/mm/multigen_lru.html",
        "https://github.com/raspberrypi/linux/issues/5395",
    ],
    examine: mglru,
}];

fn mglru(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let host = readings.host();
    let Some(mask) = host.read(ENABLED).if_there()? else {
        if !host.has("/sys/kernel/mm") && !host.has("/sys/block") {
            // A capture without any of /sys says nothing.
            return Err(Lacking::absent(ENABLED));
        }
        return Ok(Diagnosis::ok("This kernel has no multi-generational LRU"));
    };
    let mask = mask.trim();
    let is_on =
        is_enabled(mask).ok_or_else(|| Lacking::malformed(ENABLED, 1, "expected a mask such as 0x0007"))?;
    if !is_on {
        let title = "The multi-generational LRU is switched off";
        return Ok(Diagnosis::info(title)
            .evidence(ENABLED, "mask", mask)
            .fix(Fix::sys(ENABLED, "y").by_hand()));
    }
    let min_ttl = min_ttl(readings)?;
    let desk = desk(readings);
    let thrashing = sign_of_thrashing(readings);
    let diagnosis = match (&desk, &thrashing, min_ttl) {
        (Some((_, what)), Some(sign), Some(0)) => {
            Diagnosis::info(format!("{} on {what}, and min_ttl_ms = 0 lets it thrash", sign.in_words))
        }
        _ => Diagnosis::ok("The multi-generational LRU is on"),
    };
    let mut diagnosis = diagnosis.evidence(ENABLED, "mask", mask);
    if let Some(min_ttl) = min_ttl {
        diagnosis = diagnosis.evidence(MIN_TTL, "value", min_ttl);
    }
    if let Some((source, what)) = desk {
        diagnosis = diagnosis.evidence(source, "kind", what);
    }
    if let Some(sign) = thrashing {
        diagnosis = diagnosis.evidence(sign.source, sign.key, sign.value);
    }
    // The kernel's own documentation names one second as what people do not notice.
    Ok(diagnosis.fix(Fix::sys(MIN_TTL, 1000)))
}

/// Whether the main switch, the lowest bit of the mask, is on.
fn is_enabled(mask: &str) -> Option<bool> {
    let digits = mask.strip_prefix("0x").unwrap_or(mask);
    let bits = u64::from_str_radix(digits, 16).ok()?;
    Some(bits & 1 == 1)
}

fn min_ttl(readings: &Readings) -> Result<Option<u64>, Lacking> {
    let Some(text) = readings.host().read(MIN_TTL).if_there()? else {
        return Ok(None);
    };
    let number = text.trim().parse();
    number.map(Some).map_err(|_| Lacking::malformed(MIN_TTL, 1, "expected a number"))
}

/// What makes this a machine that someone sits before, and where that is seen.
fn desk(readings: &Readings) -> Option<(String, String)> {
    /// The kernel keeps 15 letters of a name.
    const SESSIONS: [&str; 22] = [
        "gnome-shell",
        "kwin_wayland",
        "kwin_x11",
        "plasmashell",
        "Xorg",
        "Xwayland",
        "sway",
        "Hyprland",
        "xfce4-session",
        "cinnamon",
        "mate-session",
        "lxqt-session",
        "lxsession",
        "budgie-wm",
        "cosmic-comp",
        "gamescope",
        "labwc",
        "wayfire",
        "weston",
        "river",
        "niri",
        "i3",
    ];
    let sessions = readings.processes_named(&SESSIONS).unwrap_or_default();
    if let Some(session) = sessions.first() {
        let source = format!("/proc/{}/stat", session.pid);
        return Some((source, format!("a desktop with {}", session.name)));
    }
    let board = readings.identity().board.as_ref()?;
    Some(("/proc/device-tree/model".to_owned(), board.clone()))
}

/// A sign that the machine has lacked memory.
struct Sign {
    source: &'static str,
    key: &'static str,
    value: Value,
    in_words: String,
}

fn sign_of_thrashing(readings: &Readings) -> Option<Sign> {
    const MUCH: f64 = 5.0;
    let waited = readings.pressure().map_or(0.0, |pressure| pressure.some.last_300);
    if waited >= MUCH {
        return Some(Sign {
            source: pressure::PATH,
            key: "some avg300",
            value: Value::from(waited),
            in_words: format!("Work waited for memory in {waited:.1} % of the last five minutes"),
        });
    }
    let kills = readings.vmstat().ok()?.find("oom_kill")?;
    (kills > 0).then(|| Sign {
        source: vmstat::PATH,
        key: "oom_kill",
        value: Value::from(kills),
        in_words: format!("{kills} programs were killed for want of memory"),
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    use super::*;

    const STAT: &str = "7 (gnome-shell) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 99999999 700 1 1";
    const ON: (&str, &str) = (ENABLED, "0x0007\n");
    const KILLED: (&str, &str) = ("/proc/vmstat", "oom_kill 2\n");

    #[test]
    fn a_kernel_without_it_is_fine_and_one_with_it_off_is_told() {
        let old = [("/sys/kernel/mm/ksm/run", "0\n")];
        assert_eq!(examine_tree("R01", &old).severity, Severity::Ok);
        assert_eq!(examine_tree("R01", &[]).severity, Severity::Skip);
        assert_eq!(examine_tree("R01", &[ON]).severity, Severity::Ok);
        let off = examine_tree("R01", &[(ENABLED, "0x0006\n")]);
        assert_eq!(off.severity, Severity::Info);
        assert!(off.fix.unwrap().commands[0].starts_with("echo y | sudo tee"));
        assert_eq!(examine_tree("R01", &[(ENABLED, "many")]).severity, Severity::Skip);
    }

    #[test]
    fn a_desktop_that_thrashes_is_told() {
        let waits = |share: &str| format!("some avg10=0 avg60=0 avg300={share} total=1\n");
        for (share, severity) in [("4.99", Severity::Ok), ("5.00", Severity::Info)] {
            let pressure = waits(share);
            let files =
                [ON, (MIN_TTL, "0\n"), ("/proc/7/stat", STAT), ("/proc/pressure/memory", pressure.as_str())];
            assert_eq!(examine_tree("R01", &files).severity, severity, "{share}");
        }
    }

    #[test]
    fn all_three_conditions_are_needed() {
        let session = ("/proc/7/stat", STAT);
        let board = ("/proc/device-tree/model", "Raspberry Pi 4 Model B\0");
        let unset = (MIN_TTL, "0\n");
        let told = examine_tree("R01", &[ON, unset, board, KILLED]);
        assert_eq!(told.severity, Severity::Info, "{}", told.title);
        assert!(told.fix.unwrap().commands[0].starts_with("echo 1000 |"));
        for files in [
            vec![ON, (MIN_TTL, "1000\n"), session, KILLED],
            vec![ON, unset, KILLED],
            vec![ON, unset, session],
            vec![ON, session, KILLED],
        ] {
            assert_eq!(examine_tree("R01", &files).severity, Severity::Ok);
        }
    }
}
