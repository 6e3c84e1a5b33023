//! Whether the values of a profile hold: now, and at the next boot.

use serde::Serialize;

use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::profile::Target;
use crate::sysctl::bounds::same;
use crate::sysctl::{Forecast, Model, Place};

use super::active::Wanted;
use super::unit_values;

/// One value, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The sysctl, path or property.
    pub key: String,
    /// What the profile wants.
    pub wanted: String,
    /// What runs; `None` where it cannot be read.
    pub running: Option<String>,
    /// What the next boot will set; `None` where nothing sets it, or it cannot be told.
    pub next_boot: Option<String>,
    /// Which line decides that.
    pub winner: Option<Place>,
    /// Whether both are what the profile wants, as far as they can be known.
    pub holds: bool,
}

/// What became of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    schema: &'static str,
    /// The profiles.
    pub profiles: Vec<String>,
    /// The unit that they limit.
    pub unit: Option<String>,
    /// Value by value.
    pub keys: Vec<Row>,
}

impl Verification {
    /// Compares each of `wanted` with what is there.
    ///
    /// # Errors
    /// Says which source cannot be read.
    pub fn new(
        profiles: &[String],
        unit: Option<&str>,
        wanted: &[Wanted],
        readings: &Readings,
    ) -> Result<Self, Fault> {
        let failed = |lacking: Lacking| Fault::new(Exit::Failed, lacking.to_string());
        let model = Model::read(readings).map_err(failed)?;
        let row = |one: &Wanted| match (&one.target, unit) {
            (Target::Sysctl(key), _) => Ok(Some(of_forecast(one, model.forecast(readings, key)))),
            (Target::Sys(path), _) => Ok(Some(of_forecast(one, model.forecast_path(readings, path)))),
            (Target::Unit(property), Some(unit)) => {
                unit_values::row(unit, property, &one.value, readings).map(Some).map_err(failed)
            }
            (Target::Unit(_), None) => Ok(None),
        };
        let rows: Result<Vec<Option<Row>>, Fault> = wanted.iter().map(row).collect();
        Ok(Self {
            schema: "memtune.verify/1",
            profiles: profiles.to_vec(),
            unit: unit.map(str::to_owned),
            keys: rows?.into_iter().flatten().collect(),
        })
    }

    /// Whether every value holds.
    pub fn holds(&self) -> bool {
        self.keys.iter().all(|row| row.holds)
    }
}

fn of_forecast(one: &Wanted, forecast: Forecast) -> Row {
    let is_wanted = |value: &String| same(&forecast.key, value, &one.value);
    // A captured image has no running kernel: there only the next boot counts.
    let runs = forecast.running.as_ref().is_none_or(is_wanted);
    let stays = forecast.next_boot.as_ref().is_some_and(is_wanted);
    Row {
        key: forecast.key.clone(),
        wanted: one.value.clone(),
        holds: runs && stays,
        winner: forecast.winner.map(|winner| winner.place),
        running: forecast.running,
        next_boot: forecast.next_boot,
    }
}
