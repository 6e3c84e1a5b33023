//! The knobs that belong to swap, now and at every boot: what compressed swap wants of the kernel besides its device.
//!
//! They lie in two files of memtune's own, apart from those of profiles, so that either can be taken back without the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::rivals::{self, Own};
use crate::change::{Plan, Why};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::settings_home::{Home, home};
use crate::facts::sysctl_files::{self, Content};
use crate::facts::tmpfiles;
use crate::host::{Host, IfThere, Lacking};
use crate::sysctl::Model;
use crate::sysctl::names::path_of;

/// It stands behind Debian's 99-sysctl.conf, and before a profile's, which wins.
pub const SYSCTL: &str = "/etc/sysctl.d/99-zz-memtune-swap.conf";

/// Of several lines of tmpfiles.d for one path the first wins, so this name stands in front.
pub const TMPFILES: &str = "/etc/tmpfiles.d/00-memtune-swap.conf";

/// By which SteamOS is told to keep the two through its updates.
const KEPT: &str = "memtune-swap";

const HEADING: &str = "# Written by memtune for `memtune swap`. Do not edit it: memtune writes it anew; `memtune history` lists each change, and\n\
                       # `memtune undo` takes it back.\n";

/// Whose knobs these are besides.
pub type Held = BTreeSet<String>;

/// A knob, by sysctl name or path below /sys, and its value at every boot; `None` where memtune shall no longer say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The knob.
    pub name: &'static str,
    /// The value.
    pub value: Option<String>,
    /// Why.
    pub why: Why,
}

impl Setting {
    /// This value, now and at every boot.
    pub fn to(name: &'static str, value: impl Into<String>, why: Why) -> Self {
        Self { name, value: Some(value.into()), why }
    }

    /// No value of memtune's any more.
    pub fn none(name: &'static str, why: Why) -> Self {
        Self { name, value: None, why }
    }
}

/// Plans `settings`: the running values, the two files, and the owner's lines that would win over them. What a profile holds (`held`)
/// is left to it, and that is said.
///
/// # Errors
/// Says which file or knob cannot be read, or is a link.
pub fn plan(plan: &mut Plan, readings: &Readings, settings: &[Setting], held: &Held) -> Result<(), Fault> {
    let (left, ours): (Vec<&Setting>, Vec<&Setting>) =
        settings.iter().partition(|one| one.value.is_some() && held.contains(one.name));
    for one in left {
        plan.note(format!("the active profile sets {}, and keeps it", one.name));
    }
    for one in &ours {
        if let Some(value) = &one.value {
            plan.knob(readings.host(), &knob_path(one.name), value, one.why.clone())?;
        }
    }
    files(plan, readings, &ours)
}

/// What memtune's files set now, by the names of the knobs.
///
/// # Errors
/// Says which file cannot be read.
pub fn present(host: &Host) -> Result<BTreeMap<String, String>, Lacking> {
    let read = |path: &str| Ok(host.read(path).if_there()?.unwrap_or_default());
    let mut present = BTreeMap::new();
    for line in sysctl_files::parse(&read(SYSCTL)?) {
        if let Content::Value { value, .. } = line.content {
            present.insert(line.key, value);
        }
    }
    present.extend(tmpfiles::parse(&read(TMPFILES)?).into_iter().map(|line| (line.path, line.value)));
    Ok(present)
}

fn knob_path(name: &str) -> String {
    if name.starts_with('/') { name.to_owned() } else { path_of(name) }
}

fn files(plan: &mut Plan, readings: &Readings, settings: &[&Setting]) -> Result<(), Fault> {
    let host = readings.host();
    let mut values = present(host).map_err(failed)?;
    for one in settings {
        match &one.value {
            Some(value) => values.insert(one.name.to_owned(), value.clone()),
            None => values.remove(one.name),
        };
    }
    let texts = [(SYSCTL, sysctl(&values)), (TMPFILES, sys(&values))];
    for (path, text) in &texts {
        let is_concerned = |one: &&&Setting| one.name.starts_with('/') == (*path == TMPFILES);
        if let Some(one) = settings.iter().find(is_concerned) {
            plan.file(host, path, text.as_deref(), one.why.clone())?;
        }
    }
    let kept = texts.iter().filter(|(_, text)| text.is_some()).map(|(path, _)| *path);
    keep(plan, readings, KEPT, kept)?;
    put_rivals_aside(plan, readings, settings, &texts)
}

fn sysctl(values: &BTreeMap<String, String>) -> Option<String> {
    text(values, |name| !name.starts_with('/'), |name, value| format!("{name} = {value}\n"))
}

/// A percent sign begins a specifier there.
fn sys(values: &BTreeMap<String, String>) -> Option<String> {
    let line = |path: &str, value: &str| format!("w! {path} - - - - {}\n", value.replace('%', "%%"));
    text(values, |name| name.starts_with('/'), line)
}

fn text(
    values: &BTreeMap<String, String>,
    is_meant: impl Fn(&str) -> bool,
    line: impl Fn(&str, &str) -> String,
) -> Option<String> {
    let meant = values.iter().filter(|(name, _)| is_meant(name));
    let lines: String = meant.map(|(name, value)| line(name, value)).collect();
    (!lines.is_empty()).then(|| HEADING.to_owned() + &lines)
}

/// Has SteamOS, whose updates keep only some files of /etc, keep `paths`; on other systems nothing is to be done.
///
/// # Errors
/// Says why the list `name` cannot be read.
pub fn keep<'p>(
    plan: &mut Plan,
    readings: &Readings,
    name: &str,
    paths: impl Iterator<Item = &'p str>,
) -> Result<(), Fault> {
    if home(readings).0 != Home::SteamOs {
        return Ok(());
    }
    let list: String = paths.map(|path| format!("{path}\n")).collect();
    let list = Some(list.as_str()).filter(|list| !list.is_empty());
    let why = Why::new("an update of SteamOS keeps only the files that are named here", "memtune");
    plan.file(readings.host(), &format!("/etc/atomic-update.conf.d/{name}.conf"), list, why)
}

/// The owner's lines that would win at the next boot are put aside; who else wins is said.
fn put_rivals_aside(
    plan: &mut Plan,
    readings: &Readings,
    settings: &[&Setting],
    texts: &[(&str, Option<String>)],
) -> Result<(), Fault> {
    let values = settings.iter().filter_map(|one| Some((one.name, one.value.as_deref()?)));
    let wanted: BTreeMap<&str, &str> = values.collect();
    let mut model = Model::read(readings).map_err(failed)?;
    for (path, text) in texts {
        model = model.with_file(path, text.as_deref());
    }
    let own = Own { files: &[SYSCTL, TMPFILES], left_alone: &[] };
    let found = rivals::find(model, &wanted, own, &BTreeMap::new(), readings)?;
    for (path, text) in &found.files {
        let why = Why::new("lines that would win over this at the next boot", "sysctl.d(5), tmpfiles.d(5)");
        plan.file(readings.host(), path, Some(text), why)?;
    }
    found.remarks.into_iter().for_each(|remark| plan.note(remark));
    Ok(())
}

fn failed(lacking: Lacking) -> Fault {
    Fault::new(Exit::Failed, lacking.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Area;
    use crate::host::made_tree::made_tree;

    const ENABLED: &str = "/sys/module/zswap/parameters/enabled";

    fn planned(
        files: &[(&str, &str)],
        settings: &[Setting],
        held: &[&str],
    ) -> (Plan, BTreeMap<String, Option<String>>) {
        let (_folder, host) = made_tree(files);
        let held = held.iter().map(|&name| name.to_owned()).collect();
        let mut made = Plan::new("test", Area::Swap);
        plan(&mut made, &Readings::new(&host, None), settings, &held).unwrap();
        let text = |content: Option<&[u8]>| content.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
        let files = made.files().map(|(path, content)| (path.to_owned(), text(content))).collect();
        (made, files)
    }

    fn both() -> [Setting; 2] {
        [Setting::to("vm.page-cluster", "0", Why::default()), Setting::to(ENABLED, "N", Why::default())]
    }

    #[test]
    fn each_knob_stands_in_its_file_and_what_was_there_stays() {
        let (_, files) =
            planned(&[(TMPFILES, "w! /sys/module/zswap/parameters/compressor - - - - lz4\n")], &both(), &[]);
        assert!(files[SYSCTL].as_ref().unwrap().ends_with("\nvm.page-cluster = 0\n"));
        let lines = "w! /sys/module/zswap/parameters/compressor - - - - lz4\nw! /sys/module/zswap/parameters/enabled - - - - N\n";
        assert!(files[TMPFILES].as_ref().unwrap().ends_with(lines));
    }

    #[test]
    fn a_file_without_lines_goes() {
        let ours = [
            (SYSCTL, "vm.page-cluster = 0\n"),
            (TMPFILES, "w! /sys/module/zswap/parameters/enabled - - - - N\n"),
        ];
        let (_, files) = planned(&ours, &[Setting::none("vm.page-cluster", Why::default())], &[]);
        assert_eq!(files, BTreeMap::from([(SYSCTL.to_owned(), None)]));
    }

    #[test]
    fn a_profile_keeps_what_it_sets() {
        let (made, files) = planned(&[], &both(), &["vm.page-cluster"]);
        assert_eq!(files.keys().collect::<Vec<_>>(), [TMPFILES]);
        assert_eq!(made.notes(), ["the active profile sets vm.page-cluster, and keeps it"]);
    }

    #[test]
    fn steam_os_is_told_what_to_keep() {
        let (_, files) = planned(&[("/etc/os-release", "ID=steamos\n")], &both(), &[]);
        let list = files["/etc/atomic-update.conf.d/memtune-swap.conf"].as_deref();
        assert_eq!(list, Some(format!("{SYSCTL}\n{TMPFILES}\n").as_str()));
    }

    #[test]
    fn the_owners_contrary_lines_are_put_aside_and_packages_are_told_of() {
        let own = ("/etc/sysctl.d/99-zzz.conf", "vm.swappiness = 1\nvm.page-cluster = 3\n");
        let (made, files) = planned(
            &[own, ("/usr/lib/tmpfiles.d/0.conf", "w! /sys/module/zswap/parameters/enabled - - - - 1\n")],
            &both(),
            &[],
        );
        let text = files[own.0].as_ref().unwrap();
        assert!(text.contains("vm.swappiness = 1\n# put aside by memtune: vm.page-cluster = 3"), "{text}");
        assert!(made.notes().iter().all(|note| note.contains("0.conf:1 will set")), "{:?}", made.notes());
    }
}
