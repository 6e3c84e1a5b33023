//! The unit that a profile limits: whether it is there, and what the limits do to it now.

use crate::change::Plan;
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::unit_files::{OWN_FOLDERS, VENDOR_FOLDERS};
use crate::facts::unit_properties::{self, Properties};
use crate::host::Host;
use crate::profile::{Sized, SizedSetting, Target};
use crate::sys::bytes::Bytes;
use crate::sys::size::Size;

use super::unit_values;

/// systemd refuses longer names.
const LONGEST_NAME: usize = 255;

const OTHER_KINDS: [&str; 9] =
    ["slice", "scope", "socket", "timer", "mount", "automount", "swap", "target", "path"];

/// Settings that a running process got when it was started.
const OF_THE_START: [&str; 4] = ["LimitMEMLOCK", "LimitNOFILE", "OOMScoreAdjust", "Restart"];

/// The unit's full name: `.service` is what a name without a kind means, as with systemctl.
///
/// # Errors
/// Says why it is no name.
pub(super) fn full_name(typed: &str) -> Result<String, Fault> {
    let has_kind = typed.rsplit_once('.').is_some_and(|(_, kind)| OTHER_KINDS.contains(&kind));
    if has_kind {
        return Err(Fault::new(Exit::Usage, format!("profiles limit services, and `{typed}` is none"))
            .hint("name a service, such as llama.service"));
    }
    let name = if typed.ends_with(".service") { typed.to_owned() } else { format!("{typed}.service") };
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b":-_.\\@".contains(&byte);
    if name.len() <= LONGEST_NAME && name.bytes().all(is_allowed) && !name.starts_with('.') {
        return Ok(name);
    }
    Err(Fault::new(Exit::Usage, format!("`{typed}` is no name of a unit"))
        .hint("name a service, such as llama.service; `systemctl list-units` shows them"))
}

/// Where the owner's drop-ins lie.
pub(super) const FOLDER: &str = "/etc/systemd/system/";

/// The file that holds the profile's limits.
pub(super) fn drop_in(unit: &str) -> String {
    format!("{FOLDER}{unit}.d/90-memtune.conf")
}

/// Refuses a unit that is not there, and limits that would end it at once; says what needs a restart.
///
/// # Errors
/// Says that there is no such unit.
pub(super) fn examine(plan: &mut Plan, sized: &Sized, unit: &str, readings: &Readings) -> Result<(), Fault> {
    let host = readings.host();
    for sentence in unit_values::rivals(unit, &sized.unit, readings) {
        plan.note(sentence);
    }
    if !host.is_live() {
        return exists_in_tree(host, unit);
    }
    let asked = ["LoadState", "ActiveState", "ControlGroup", "MemoryCurrent"];
    let properties = unit_properties::read(host, unit, &asked).map_err(|lacking| {
        Fault::new(Exit::Refused, format!("cannot ask systemd about `{unit}`: {lacking}"))
            .hint("limits of units need systemd; leave `--unit` out to set the kernel's knobs alone")
    })?;
    match properties.get("LoadState").map(String::as_str) {
        Some("not-found") => return Err(absent(unit)),
        Some("masked") => {
            return Err(Fault::new(
                Exit::Refused,
                format!("`{unit}` is masked: it cannot run, with or without limits"),
            )
            .hint(format!("`sudo systemctl unmask {unit}` lets it run again")));
        }
        _ => {}
    }
    if properties.get("ActiveState").is_some_and(|state| state == "active") {
        weigh(plan, sized, unit, host, &properties);
        say_what_waits(plan, sized, unit);
    }
    Ok(())
}

fn exists_in_tree(host: &Host, unit: &str) -> Result<(), Fault> {
    let template = unit
        .split_once('@')
        .map(|(name, rest)| format!("{name}@.{}", rest.rsplit('.').next().unwrap_or("service")));
    let names: Vec<&str> = [Some(unit), template.as_deref()].into_iter().flatten().collect();
    let mut folders = OWN_FOLDERS.iter().chain(&VENDOR_FOLDERS);
    let is_there = folders.any(|folder| names.iter().any(|name| host.has(&format!("{folder}/{name}"))));
    if is_there { Ok(()) } else { Err(absent(unit)) }
}

fn absent(unit: &str) -> Fault {
    Fault::new(Exit::Usage, format!("there is no unit `{unit}`"))
        .hint("`systemctl list-units --all` and `systemctl list-unit-files` show those that are there")
}

/// Lowering MemoryMax below what cannot be reclaimed ends the unit at once; below what it holds in all, it is squeezed first.
fn weigh(plan: &mut Plan, sized: &Sized, unit: &str, host: &Host, properties: &Properties) {
    let Some(limit) = sized.unit.iter().find_map(|one| amount(one, "MemoryMax")) else { return };
    let group = properties.get("ControlGroup").map(String::as_str).unwrap_or_default();
    let needed = needed(host, group);
    if needed.is_some_and(|needed| needed > limit) {
        let needed = needed.unwrap_or_default();
        plan.refuse(
            unit,
            format!("it holds {needed} that cannot be reclaimed: MemoryMax={limit} would end it at once; stop it first, or give it less to do"),
        );
        return;
    }
    let current = properties.get("MemoryCurrent").and_then(|text| text.parse().ok()).map(Bytes);
    if let Some(current) = current.filter(|current| *current > limit) {
        plan.note(format!(
            "{unit} holds {current}, most of it files: the kernel takes back what is above {limit} at once"
        ));
    }
}

/// What a group holds that cannot simply be dropped: its own pages and shared memory.
fn needed(host: &Host, group: &str) -> Option<Bytes> {
    if group.is_empty() || group.contains("..") {
        return None;
    }
    let text = host.read(&format!("/sys/fs/cgroup{group}/memory.stat")).ok()?;
    let of = |name: &str| {
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse::<u64>().ok())
    };
    Some(Bytes(of("anon")?) + Bytes(of("shmem").unwrap_or_default()))
}

fn amount(one: &SizedSetting, property: &str) -> Option<Bytes> {
    match &one.target {
        Target::Unit(name) if name == property => one.value.parse::<Size>().ok()?.bytes(),
        _ => None,
    }
}

fn say_what_waits(plan: &mut Plan, sized: &Sized, unit: &str) {
    let waits = |one: &&SizedSetting| matches!(&one.target, Target::Unit(name) if OF_THE_START.contains(&name.as_str()));
    if sized.unit.iter().any(|one| waits(&one)) {
        plan.note(format!(
            "some of these take effect when {unit} is started again: `sudo systemctl restart {unit}`"
        ));
    }
}
