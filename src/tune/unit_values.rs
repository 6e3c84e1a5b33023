//! What systemd says of a unit's properties beside what a profile wants of them.

use crate::facts::readings::Readings;
use crate::facts::unit_files::{self, OWN_FOLDERS, Setting, VENDOR_FOLDERS};
use crate::facts::unit_properties::{self, microseconds};
use crate::facts::unit_settings::winning;
use crate::host::Lacking;
use crate::profile::{SizedSetting, Target};
use crate::sysctl::Place;

use super::unit;
use super::verify::Row;

/// Compares one property of `unit` with `wanted`.
///
/// # Errors
/// Says which folder of units cannot be read.
pub(super) fn row(unit: &str, property: &str, wanted: &str, readings: &Readings) -> Result<Row, Lacking> {
    let host = readings.host();
    let shown = shown_name(property);
    // Without systemd there is nothing that runs: then only the next boot counts.
    let running = unit_properties::read(host, unit, &[shown])
        .ok()
        .and_then(|mut properties| properties.remove(shown))
        .map(|value| as_typed(property, &value));
    let decided = decided(unit, property, readings)?;
    let equal = |value: &String| number(property, value) == number(property, wanted);
    let next_boot = decided.as_ref().map(|setting| setting.value.clone());
    Ok(Row {
        key: property.to_owned(),
        wanted: wanted.to_owned(),
        holds: running.as_ref().is_none_or(equal) && next_boot.as_ref().is_some_and(equal),
        running,
        next_boot,
        winner: decided.map(|setting| Place { file: setting.file, line: setting.line }),
    })
}

/// Lines of other drop-ins that win over the profile's limits, in sentences. They may be meant so, and stay.
pub(super) fn rivals(unit: &str, wanted: &[SizedSetting], readings: &Readings) -> Vec<String> {
    let ours = unit::drop_in(unit);
    let rival = |one: &SizedSetting| {
        let Target::Unit(property) = &one.target else { return None };
        let mut settings = assignments(unit, property, readings).ok()?;
        settings.retain(|setting| setting.file != ours);
        settings.push(Setting {
            unit: unit.to_owned(),
            file: ours.clone(),
            line: 0,
            key: property.clone(),
            value: one.value.clone(),
        });
        let winner = winning(settings).pop().filter(|winner| winner.file != ours)?;
        let (file, line, value) = (&winner.file, winner.line, &winner.value);
        (number(property, value) != number(property, &one.value)).then(|| {
            format!("{file}:{line} sets {property} to {value}, and wins over the profile: memtune leaves that file alone")
        })
    };
    wanted.iter().filter_map(rival).collect()
}

/// The assignment that counts when systemd reads the unit's files again.
fn decided(unit: &str, property: &str, readings: &Readings) -> Result<Option<Setting>, Lacking> {
    Ok(winning(assignments(unit, property, readings)?).pop())
}

fn assignments(unit: &str, property: &str, readings: &Readings) -> Result<Vec<Setting>, Lacking> {
    let folders: Vec<&str> = OWN_FOLDERS.iter().chain(&VENDOR_FOLDERS).copied().collect();
    let all = unit_files::read(readings.host(), &folders, &[unit], &[property])?;
    Ok(all.into_iter().filter(|setting| setting.unit == unit).collect())
}

/// Some properties are shown under another name, in microseconds written as a span of time.
fn shown_name(property: &str) -> &str {
    match property {
        "CPUQuota" => "CPUQuotaPerSecUSec",
        "RestartSec" => "RestartUSec",
        "StartLimitIntervalSec" => "StartLimitIntervalUSec",
        other => other,
    }
}

/// What systemd shows, as it would be typed.
fn as_typed(property: &str, shown: &str) -> String {
    match (property, microseconds(shown)) {
        // A hundred per cent of a processor are a second of its time in each second.
        ("CPUQuota", Some(time)) => format!("{}%", time / 10_000),
        _ => shown.to_owned(),
    }
}

/// A value as a number where it is one, so that `24G` and `25769803776`, or `5` and `5s`, are equal.
fn number(property: &str, value: &str) -> Result<u64, String> {
    let value = value.trim();
    let plain = || value.parse::<u64>().ok();
    let span = || microseconds(value).or_else(|| plain().map(|seconds| seconds.saturating_mul(1_000_000)));
    let known = match property {
        _ if property.ends_with("Sec") => span(),
        _ if property.starts_with("Memory") || property == "LimitMEMLOCK" => {
            value.parse::<crate::sys::size::Size>().ok().and_then(|size| size.bytes()).map(|bytes| bytes.0)
        }
        _ => plain(),
    };
    known.ok_or_else(|| value.to_owned())
}
