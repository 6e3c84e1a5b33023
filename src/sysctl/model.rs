//! All that sets knobs on the way from the boot loader to the last daemon.

use crate::facts::readings::Readings;
use crate::host::Lacking;

use super::forecast::Forecast;

/// What sets knobs at the next boot.
#[derive(Clone, Debug)]
pub struct Model {}

impl Model {
    /// Reads it from a machine.
    ///
    /// # Errors
    /// Says which folder cannot be read.
    pub fn read(_readings: &Readings) -> Result<Self, Lacking> {
        Ok(Self {})
    }

    /// The same machine, as if the file at `path` had this text, or were not there.
    pub fn with_file(&self, _path: &str, _text: Option<&str>) -> Self {
        self.clone()
    }

    /// Every knob that anything sets.
    pub fn keys(&self) -> Vec<String> {
        Vec::new()
    }

    /// What the next boot makes of a knob, such as `vm.swappiness`.
    pub fn forecast(&self, readings: &Readings, key: &str) -> Forecast {
        self.forecast_path(readings, key)
    }

    /// What the next boot makes of the knob at a path below /sys.
    pub fn forecast_path(&self, readings: &Readings, path: &str) -> Forecast {
        Forecast {
            key: path.to_owned(),
            running: readings.host().read(path).ok(),
            next_boot: None,
            winner: None,
            losers: Vec::new(),
            remarks: Vec::new(),
        }
    }
}
