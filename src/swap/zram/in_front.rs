//! What the kernel does in front of the device: reading ahead, and zswap. Both are set for disks, and cost more than they bring here.

use crate::change::{Change, Plan, Why, journal};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::{Host, Lacking};
use crate::swap::settings::{self, Held, Setting};
use crate::swap::zswap::ENABLED;
use crate::sysctl::Model;
use crate::sysctl::names::path_of;

const READ_AHEAD: &str = "vm.page-cluster";

/// The kernel's own value.
const USUAL_READ_AHEAD: &str = "3";

/// Adds that neither stands in front of the device, but where a profile says so.
pub(super) fn set(plan: &mut Plan, readings: &Readings, held: &Held) -> Result<(), Fault> {
    let why = Why::new(
        "in memory one page is found as quickly as eight in a row: reading ahead only unpacks what nobody asked for",
        "https://docs.kernel.org/admin-guide/sysctl/vm.html#page-cluster",
    );
    let mut wanted = vec![Setting::to(READ_AHEAD, "0", why)];
    if zswap_is_meant(readings)? {
        let why = Why::new(
            "zswap in front of zram compresses each page twice, and keeps two pools",
            "https://docs.kernel.org/admin-guide/mm/zswap.html",
        );
        wanted.push(Setting::to(ENABLED, "N", why));
    }
    settings::plan(plan, readings, &wanted, held)
}

/// Whether it is on, or will be after the next boot, or would be without memtune.
fn zswap_is_meant(readings: &Readings) -> Result<bool, Fault> {
    let Some(zswap) = readings.zswap().map_err(failed)? else { return Ok(false) };
    let is_ours = settings::present(readings.host()).map_err(failed)?.contains_key(ENABLED);
    let forecast = Model::of(readings).map_err(failed)?.forecast_path(readings, ENABLED);
    Ok(zswap.is_enabled || is_ours || forecast.next_boot.as_deref() == Some("Y"))
}

/// Adds that what [`set`] set becomes what it was, as far as the journal knows. What a profile holds by now keeps its running value.
pub(super) fn take_back(plan: &mut Plan, readings: &Readings, held: &Held) -> Result<(), Fault> {
    let host = readings.host();
    let present = settings::present(host).map_err(failed)?;
    let ours = [(READ_AHEAD, "0", Some(USUAL_READ_AHEAD)), (ENABLED, "N", None)];
    let ours = ours.into_iter().filter(|(name, value, _)| present.get(*name).is_some_and(|now| now == value));
    let mut gone = Vec::new();
    for (name, value, usual) in ours {
        let why = Why::new("it was for compressed swap", "memtune");
        gone.push(Setting::none(name, why.clone()));
        if held.contains(name) {
            plan.note(format!("the active profile sets {name}, too, and keeps it"));
            continue;
        }
        let path = if name.starts_with('/') { name.to_owned() } else { path_of(name) };
        let before = before(host, &path, value).or_else(|| usual.map(str::to_owned));
        match before.filter(|_| host.read(&path).is_ok_and(|now| now.trim() == value)) {
            Some(before) => plan.knob(host, &path, &before, why)?,
            None => plan.note(format!("{name} stays as it is until the next boot")),
        }
    }
    if gone.is_empty() { Ok(()) } else { settings::plan(plan, readings, &gone, &Held::new()) }
}

/// The value of the knob before memtune first gave it `value` for swap; only root can read the journal.
fn before(host: &Host, path: &str, value: &str) -> Option<String> {
    let entries = journal::entries(host).ok()?;
    let ours = entries.iter().filter(|entry| entry.area == crate::change::Area::Swap && entry.is_in_force());
    let mut changes = ours.flat_map(|entry| &entry.changes);
    changes.find_map(|change| match change {
        Change::Knob(knob) if knob.target == path && knob.after == value => Some(knob.before.clone()),
        _ => None,
    })
}

fn failed(lacking: Lacking) -> Fault {
    Fault::new(Exit::Failed, lacking.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Area;
    use crate::host::made_tree::made_tree;

    fn planned(
        tree: &[(&str, &str)],
        make: fn(&mut Plan, &Readings, &Held) -> Result<(), Fault>,
        held: &[&str],
    ) -> Plan {
        let (_folder, host) = made_tree(tree);
        let mut plan = Plan::new("test", Area::Swap);
        let held = held.iter().map(|&name| name.to_owned()).collect();
        make(&mut plan, &Readings::new(&host, None), &held).unwrap();
        plan
    }

    fn files(plan: &Plan) -> Vec<(String, String)> {
        let text = |content: Option<&[u8]>| String::from_utf8(content.unwrap_or(b"gone").to_vec()).unwrap();
        plan.files().map(|(path, content)| (path.to_owned(), text(content))).collect()
    }

    #[test]
    fn zswap_is_told_off_where_it_is_or_will_be_on() {
        let off = (ENABLED, "N\n");
        let argument = ("/proc/cmdline", "zswap.enabled=1\n");
        for (tree, expected) in [
            (vec![], 1),
            (vec![off], 1),
            (vec![(ENABLED, "Y\n")], 2),
            (vec![off, argument], 2),
            (vec![off, (settings::TMPFILES, "w! /sys/module/zswap/parameters/enabled - - - - 0\n")], 2),
        ] {
            let files = files(&planned(&tree, set, &[]));
            assert_eq!(files.len(), expected, "{tree:?}: {files:?}");
            assert!(files[0].1.ends_with("vm.page-cluster = 0\n"));
        }
    }

    #[test]
    fn only_what_was_set_for_zram_is_taken_back() {
        let lines = "w! /sys/module/zswap/parameters/compressor - - - - lz4\nw! /sys/module/zswap/parameters/enabled - - - - N\n";
        let tree = [(settings::SYSCTL, "vm.page-cluster = 0\n"), (settings::TMPFILES, lines)];
        let files = files(&planned(&tree, take_back, &[]));
        assert_eq!(files[0], (settings::SYSCTL.to_owned(), "gone".to_owned()));
        assert!(files[1].1.ends_with("compressor - - - - lz4\n"), "{files:?}");
        assert!(planned(&[(settings::SYSCTL, "vm.page-cluster = 1\n")], take_back, &[]).is_empty());
    }
    #[test]
    fn what_a_profile_sets_since_keeps_its_value() {
        let tree = [
            (settings::SYSCTL, "vm.page-cluster = 0\n"),
            (settings::TMPFILES, "w! /sys/module/zswap/parameters/enabled - - - - N\n"),
            ("/proc/sys/vm/page-cluster", "0\n"),
        ];
        let notes = |held: &[&str]| {
            let plan = planned(&tree, take_back, held);
            // The lines go in any case: the profile has its own.
            assert!(files(&plan).iter().all(|(_, text)| text == "gone"), "{:?}", files(&plan));
            plan.notes().to_vec()
        };
        let kept = |name: &str| format!("the active profile sets {name}, too, and keeps it");
        let unknown = format!("{ENABLED} stays as it is until the next boot");
        assert_eq!(notes(&[READ_AHEAD]), [kept(READ_AHEAD), unknown.clone()]);
        assert_eq!(notes(&[READ_AHEAD, ENABLED]), [kept(READ_AHEAD), kept(ENABLED)]);
        assert_eq!(notes(&[]), [unknown]);
    }
}
