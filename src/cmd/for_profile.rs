//! `memtune doctor --profile`: the checks that matter to a profile, and whether its values hold.

use crate::exit::Fault;
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::profile::{self, Numbers};
use crate::tune::active;
use crate::tune::verify::Verification;

use super::places;

/// A profile as doctor sees it.
pub(super) struct ForProfile {
    /// The ids of the checks that matter.
    pub(super) checks: Vec<String>,
    /// What became of its values.
    pub(super) verification: Verification,
}

impl ForProfile {
    /// Looks at the profile `name`; where it is active, with the values that were applied.
    pub(super) fn new(name: &str, host: &Host) -> Result<Self, Fault> {
        let readings = Readings::new(host, None);
        let names = [profile::full_path(name)];
        let loaded = profile::load(&places::of_profiles(host), name)?;
        let checks = loaded.checks.clone();
        let active = active::read(host)?.filter(|active| active.profiles == names);
        let unit = active.as_ref().and_then(|active| active.unit.clone());
        let wanted = match active {
            Some(active) => active.wanted,
            None => active::wanted(&profile::size(&loaded, &readings, Numbers::Scaled)?, None),
        };
        Ok(Self { checks, verification: Verification::new(&names, unit.as_deref(), &wanted, &readings)? })
    }
}
