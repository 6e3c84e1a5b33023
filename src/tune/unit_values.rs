//! What systemd says of a unit's properties beside what a profile wants of them.

use crate::facts::readings::Readings;
use crate::facts::unit_properties;
use crate::host::Lacking;
use crate::limits::setting::manager::Manager;
use crate::limits::setting::settings::{Planned, Settings};
use crate::limits::setting::shown_value::{as_typed, same, shown_name};
use crate::limits::unit_name::UnitName;
use crate::sysctl::Place;

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
    let settings = match UnitName::parse(unit) {
        Ok(unit) => Settings::read(host, &Manager::System, &unit, &Planned::new())?,
        Err(_) => Settings::default(),
    };
    let decided = settings.deciding(property);
    let equal = |value: &String| same(property, value, wanted);
    let next_boot = decided.map(|setting| setting.value.clone());
    Ok(Row {
        key: property.to_owned(),
        wanted: wanted.to_owned(),
        holds: running.as_ref().is_none_or(equal) && next_boot.as_ref().is_some_and(equal),
        running,
        next_boot,
        winner: decided.map(|setting| Place { file: setting.file.clone(), line: setting.line }),
    })
}
