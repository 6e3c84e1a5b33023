//! The unit that is meant, and all that plans about it need to know.

use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::settings_home::{Home, home};
use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;

use super::super::unit_name::UnitName;
use super::current::{self, Current};
use super::manager::Manager;
use super::presence;
use super::settings::{Planned, Settings};

pub(super) struct Subject<'r, 'h> {
    pub(super) readings: &'r Readings<'h>,
    pub(super) manager: &'r Manager,
    pub(super) unit: UnitName,
    /// The unit, or those of them that are loaded; empty where there is nobody to ask.
    pub(super) current: Vec<Current>,
    /// The drop-in of `memtune limits`.
    pub(super) path: String,
    /// The machine's memory, where it is known.
    pub(super) memory: Option<Bytes>,
}

impl<'r, 'h> Subject<'r, 'h> {
    /// Looks at the unit that was typed.
    pub(super) fn find(
        readings: &'r Readings<'h>,
        manager: &'r Manager,
        unit: UnitName,
    ) -> Result<Self, Fault> {
        refuse_place(readings)?;
        let host = readings.host();
        let mut unit = unit;
        let current = match manager.can_be_told(host) {
            true => {
                current::read(host, manager, &unit).map_err(|lacking| presence::unasked(&unit, &lacking))?
            }
            false => Vec::new(),
        };
        presence::examine(host, manager, &unit, &current)?;
        // An alias has the drop-ins of the unit behind it.
        if let [one] = current.as_slice()
            && !unit.stands_for_many()
            && one.name != unit.as_str()
        {
            unit = UnitName::parse(&one.name)?;
        }
        let path = format!("{}/{}.d/{}", manager.folder(), unit.as_str(), unit.drop_in());
        let memory = readings.meminfo().ok().map(|memory| memory.total());
        Ok(Self { readings, manager, unit, current, path, memory })
    }

    pub(super) fn host(&self) -> &'h Host {
        self.readings.host()
    }

    /// What would set its properties once `planned` is there.
    pub(super) fn settings(&self, planned: &Planned) -> Result<Settings, Fault> {
        self.settings_of(&self.unit, planned)
    }

    /// The same for another unit of the same manager.
    pub(super) fn settings_of(&self, unit: &UnitName, planned: &Planned) -> Result<Settings, Fault> {
        let failed = |lacking: Lacking| Fault::new(Exit::Failed, lacking.to_string());
        Settings::read(self.host(), self.manager, unit, planned).map_err(failed)
    }
}

fn refuse_place(readings: &Readings) -> Result<(), Fault> {
    let (place, source) = home(readings);
    let refused =
        |why: &str, way: &str| Err(Fault::new(Exit::Refused, format!("{why} ({source})")).hint(way));
    match place {
        Home::Nix => refused(
            "this is NixOS, whose units come from its configuration",
            "set it there, as systemd.services.NAME.serviceConfig.MemoryMax = \"24G\", and run `sudo nixos-rebuild switch`",
        ),
        Home::Sealed => refused(
            "/etc cannot be written here",
            "build the drop-in into the image that this system is made of; `systemctl set-property --runtime` lasts until the next boot",
        ),
        Home::Etc | Home::Ostree | Home::SteamOs => Ok(()),
    }
}
