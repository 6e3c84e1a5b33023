//! What the administrator's own unit files set, read once for all checks that ask.

use std::rc::Rc;

use crate::facts::ignored_setting::{self, Ignored};
use crate::facts::readings::Readings;
use crate::facts::unit_files::{self, Setting};
use crate::facts::unit_folders;
use crate::facts::unit_property::{self, KINDS};
use crate::facts::unit_settings;
use crate::host::Lacking;

/// What memtune does not set, and looks at.
const OTHERS: [&str; 2] = ["LimitRSS", "LimitSTACK"];

/// The lines that have to do with memory.
pub(in crate::doctor) struct OwnFiles {
    /// Those that systemd heeds, of the strongest folder first.
    pub(in crate::doctor) heeded: Vec<Setting>,
    /// Those that it ignores.
    pub(in crate::doctor) ignored: Vec<Ignored>,
}

impl OwnFiles {
    /// Reads them.
    ///
    /// # Errors
    /// Says which folder cannot be read.
    pub(in crate::doctor) fn of(readings: &Readings) -> Result<Rc<Self>, Lacking> {
        let read = readings.concluded(|readings| Self::read(readings).map(Rc::new));
        read.as_ref().as_ref().map(Rc::clone).map_err(Clone::clone)
    }

    fn read(readings: &Readings) -> Result<Self, Lacking> {
        let kinds: Vec<String> = KINDS.iter().map(|kind| format!(".{kind}")).collect();
        let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
        let folders = unit_folders::owners();
        let settings =
            unit_files::read_where(readings.host(), &folders, &kinds, |one| is_of_memory(&one.key))?;
        let (heeded, ignored) = ignored_setting::divide(settings);
        Ok(Self { heeded, ignored })
    }

    /// The lines that count among those that fit.
    pub(in crate::doctor) fn winning(&self, wanted: impl Fn(&Setting) -> bool) -> Vec<Setting> {
        unit_settings::winning(self.heeded.iter().filter(|one| wanted(one)).cloned().collect())
    }
}

/// systemd heeds only the right case of letters.
fn is_of_memory(key: &str) -> bool {
    let plain = match key.get(..7) {
        Some(start) if start.eq_ignore_ascii_case("Startup") => key.get(7..).unwrap_or_default(),
        _ => key,
    };
    unit_property::names().chain(OTHERS).any(|name| name.eq_ignore_ascii_case(plain))
}
