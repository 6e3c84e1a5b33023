//! The unit that a profile limits: whether it is there, and what the limits do to it now.

use crate::change::Plan;
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::unit_property;
use crate::host::Lacking;
use crate::limits::setting::manager::Manager;
use crate::limits::setting::settings::{Planned, Settings};
use crate::limits::setting::{current, presence, restart, rivals, weigh};
use crate::limits::unit_name::UnitName;
use crate::profile::{Sized, SizedSetting, Target};

use super::files;

/// Where the owner's drop-ins lie.
pub(super) const FOLDER: &str = "/etc/systemd/system/";

/// The unit's full name: `.service` is what a name without a kind means, as with systemctl.
///
/// # Errors
/// Says why it is no name of a service.
pub(super) fn full_name(typed: &str) -> Result<String, Fault> {
    let unit = UnitName::parse(typed)?;
    if unit.kind() == "service" {
        return Ok(unit.as_str().to_owned());
    }
    Err(Fault::new(Exit::Usage, format!("profiles limit services, and `{typed}` is none")).hint(format!(
        "name a service, such as llama.service; `memtune limits set {typed}` limits it without a profile"
    )))
}

/// The file that holds the profile's limits. What `memtune limits set` writes has a name of its own, which comes behind.
pub(super) fn drop_in(unit: &str) -> String {
    let name = UnitName::parse(unit).map_or("90-memtune-profile.conf", |unit| unit.drop_in_of_profiles());
    format!("{FOLDER}{unit}.d/{name}")
}

/// Refuses a unit that is not there, and limits that would end it at once; says what needs a restart.
///
/// # Errors
/// Says that there is no such unit.
pub(super) fn examine(plan: &mut Plan, sized: &Sized, unit: &str, readings: &Readings) -> Result<(), Fault> {
    let unit = UnitName::parse(unit)?;
    let host = readings.host();
    let units = match host.is_live() {
        true => current::read(host, &Manager::System, &unit).map_err(|lacking| unasked(&unit, &lacking))?,
        false => Vec::new(),
    };
    presence::examine(host, &Manager::System, &unit, &units)?;
    let ours = drop_in(unit.as_str());
    let planned = Planned::from([(ours.clone(), files::drop_in(sized))]);
    let failed = |lacking: Lacking| Fault::new(Exit::Failed, lacking.to_string());
    let settings = Settings::read(host, &Manager::System, &unit, &planned).map_err(failed)?;
    // They may be meant so, and stay.
    for rival in rivals::find(&settings, &ours, values(sized)) {
        plan.note(format!("{}, and wins over the profile: memtune leaves that file alone", rival.says()));
    }
    let properties: Vec<&str> = values(sized).map(|(property, _)| property).collect();
    let judged = weigh::weigh_all(&settings, &properties, &units, readings, &Manager::System);
    judged.refused.into_iter().for_each(|(property, why)| plan.refuse(property, why));
    judged.notes.into_iter().for_each(|note| plan.note(note));
    let running: Vec<&str> =
        units.iter().filter(|one| one.is_active()).map(|one| one.name.as_str()).collect();
    if !running.is_empty() && properties.iter().any(|property| unit_property::waits_for_start(property)) {
        let command = restart::typed(&Manager::System, &running);
        plan.note(format!(
            "some of these take effect when {unit} is started again: `{command}`",
            unit = unit.as_str()
        ));
    }
    Ok(())
}

fn values(sized: &Sized) -> impl Iterator<Item = (&str, &str)> {
    sized.unit.iter().filter_map(value)
}

fn value(one: &SizedSetting) -> Option<(&str, &str)> {
    match &one.target {
        Target::Unit(property) => Some((property.as_str(), one.value.as_str())),
        _ => None,
    }
}

fn unasked(unit: &UnitName, lacking: &Lacking) -> Fault {
    presence::unasked(unit, lacking)
        .hint("limits of units need systemd; leave `--unit` out to set the kernel's knobs alone")
}
