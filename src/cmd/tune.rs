//! `memtune tune`.

use anyhow::Result;
use serde::Serialize;

use crate::change::Plan;
use crate::cli::{Global, How, Tune, TuneAction};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::{Host, Lacking};
use crate::profile::{self, Numbers, Places, Profile, Sized};
use crate::sysctl::{Forecast, Model};
use crate::tune::active;
use crate::tune::plan::{self, Request};
use crate::tune::verify::Verification;
use crate::tune::{elsewhere, off};
use crate::ui::profiles::{Listed, Recommended};
use crate::ui::terminal::Terminal;
use crate::ui::{json, message, profiles, tune_status, verification};

use super::planned::{self, Approval};

/// Runs the command.
///
/// # Errors
/// Says what was typed wrongly, what is refused, or what could not be done.
pub fn run(arguments: &Tune, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let mut tuner = Tuner { global, host, terminal, places: super::places::of_profiles(host) };
    match &arguments.action {
        None => tuner.apply(&arguments.profiles, &arguments.how, Approval::of(global)),
        Some(TuneAction::List) => tuner.list(),
        Some(TuneAction::Show { profiles, how }) => tuner.show(profiles, how),
        Some(TuneAction::Recommend) => tuner.recommend(),
        Some(TuneAction::Diff { profiles, how }) => tuner.apply(profiles, how, Approval::dry_run()),
        Some(TuneAction::Apply { profiles, how }) => tuner.apply(profiles, how, Approval::of(global)),
        Some(TuneAction::Verify { profiles, how }) => tuner.verify(profiles, how),
        Some(TuneAction::Off) => tuner.off(),
        Some(TuneAction::Status { keys }) => tuner.status(keys),
    }
}

struct Tuner<'a> {
    global: &'a Global,
    host: &'a Host,
    terminal: &'a mut Terminal,
    places: Places<'a>,
}

impl Tuner<'_> {
    fn list(&mut self) -> Result<Exit> {
        let active = active::read(self.host).unwrap_or_else(|fault| {
            message::warning(&fault.to_string());
            None
        });
        let active = active.map(|active| active.profiles).unwrap_or_default();
        let listed = |profile: &Profile, name: String| Listed {
            is_active: active.contains(&name),
            title: profile.title.clone(),
            name,
        };
        let all: Vec<Listed> = self.all().into_iter().map(|(name, profile)| listed(&profile, name)).collect();
        self.answer(
            || json::object(&Catalogue { schema: "memtune.profiles/1", profiles: &all }),
            |look| profiles::list(&all, look),
        )?;
        Ok(Exit::Done)
    }

    fn recommend(&mut self) -> Result<Exit> {
        let readings = Readings::new(self.host, None);
        let fitting: Vec<Recommended> = self
            .all()
            .into_iter()
            .map(|(name, profile)| Recommended {
                reasons: profile::recommend(&profile, &readings),
                title: profile.title,
                name,
            })
            .filter(|one| !one.reasons.is_empty())
            .collect();
        let object = || json::object(&Catalogue { schema: "memtune.recommendation/1", profiles: &fitting });
        self.answer(object, |look| profiles::recommendation(&fitting, look))?;
        Ok(Exit::Done)
    }

    fn show(&mut self, names: &[String], how: &How) -> Result<Exit> {
        let readings = Readings::new(self.host, None);
        let request = self.request(names, how)?;
        let profile = self.composed(&request.profiles)?;
        let sized = profile::size(&profile, &readings, request.numbers)?;
        self.answer(
            || json::object(&Shown { schema: "memtune.profile/1", sized: &sized }),
            |look| profiles::show(&profile, &sized, request.numbers, look),
        )?;
        Ok(Exit::Done)
    }

    fn apply(&mut self, names: &[String], how: &How, approval: Approval) -> Result<Exit> {
        planned::recover(approval, self.global, self.host, self.terminal)?;
        let readings = Readings::new(self.host, None);
        let request = self.request(names, how)?;
        let whole = self.whole(&request, &readings)?;
        let limits = whole.unit.len();
        let sized = for_request(whole, &request);
        let mut plan = plan::apply(&request, &sized, &readings)?;
        tell_of_unit(&mut plan, limits, &sized, &request)?;
        let exit = planned::carry_out(plan, approval, self.global, self.host, self.terminal)?;
        if let Some(place) = elsewhere::find(&sized, &readings).filter(|_| !self.global.json) {
            self.terminal.show(&format!("\n{}", place.text))?;
        }
        Ok(exit)
    }

    fn verify(&mut self, names: &[String], how: &How) -> Result<Exit> {
        let readings = Readings::new(self.host, None);
        let active = active::read(self.host)?;
        let request = self.request(names, how)?;
        let is_active = active.as_ref().is_some_and(|active| active.request() == request);
        let wanted = match active.filter(|_| is_active) {
            Some(active) => active.wanted,
            None => active::wanted(&self.sized(&request, &readings)?, request.unit.as_deref()),
        };
        let verification = Verification::new(&request.profiles, request.unit.as_deref(), &wanted, &readings)?;
        self.answer(|| json::object(&verification), |look| verification::render(&verification, look))?;
        Ok(if verification.holds() { Exit::Done } else { Exit::Findings })
    }

    fn off(&mut self) -> Result<Exit> {
        let approval = Approval::of(self.global);
        planned::recover(approval, self.global, self.host, self.terminal)?;
        let ids = planned::with_sudo(off::entries(self.host))?;
        let plan = planned::or_show_drift(off::plan(self.host), &ids, self.global, self.host, self.terminal)?;
        planned::carry_out(plan, approval, self.global, self.host, self.terminal)
    }

    fn status(&mut self, keys: &[String]) -> Result<Exit> {
        let readings = Readings::new(self.host, None);
        let model = Model::read(&readings).map_err(failed)?;
        let keys = if keys.is_empty() { model.keys() } else { keys.to_vec() };
        let forecast = |key: &String| match key.starts_with("/sys/") || key.starts_with("/proc/sys/") {
            true => model.forecast_path(&readings, key),
            false => model.forecast(&readings, key),
        };
        let forecasts: Vec<Forecast> = keys.iter().map(forecast).collect();
        self.answer(
            || json::object(&tune_status::Status::new(&forecasts)),
            |look| tune_status::render(&forecasts, look),
        )?;
        Ok(Exit::Done)
    }

    /// What was named, or else what is active.
    fn request(&self, names: &[String], how: &How) -> Result<Request, Fault> {
        if names.is_empty() {
            let active = active::read(self.host)?.ok_or_else(|| {
                Fault::new(Exit::Usage, "no profile is active, and none was named").hint(
                    "`memtune tune recommend` says which fit this machine, `memtune tune list` shows all",
                )
            })?;
            let own = active.request();
            return Ok(Request { unit: how.unit.clone().or(own.unit), ..own });
        }
        let numbers = if how.literal { Numbers::Literal } else { Numbers::Scaled };
        let profiles: Vec<String> = names.iter().map(|name| profile::full_path(name)).collect();
        // Who applied a profile to a unit means that unit, until he names another.
        let active = active::read(self.host).ok().flatten().filter(|active| active.profiles == profiles);
        let unit = how.unit.clone().or_else(|| active?.unit);
        Ok(Request { profiles, unit, numbers })
    }

    fn sized(&self, request: &Request, readings: &Readings) -> Result<Sized, Fault> {
        self.whole(request, readings).map(|whole| for_request(whole, request))
    }

    /// The profiles sized to this machine, with the limits of a unit even where none was named.
    fn whole(&self, request: &Request, readings: &Readings) -> Result<Sized, Fault> {
        profile::size(&self.composed(&request.profiles)?, readings, request.numbers)
    }

    fn composed(&self, names: &[String]) -> Result<Profile, Fault> {
        let loaded: Result<Vec<Profile>, Fault> =
            names.iter().map(|name| profile::load(&self.places, name)).collect();
        profile::compose(loaded?)
    }

    /// Every profile that can be read; one that cannot is named, and the others go on.
    fn all(&self) -> Vec<(String, Profile)> {
        let load = |name: String| match profile::load(&self.places, &name) {
            Ok(profile) => Some((name, profile)),
            Err(fault) => {
                message::warning(&fault.to_string());
                None
            }
        };
        profile::names(&self.places).into_iter().filter_map(load).collect()
    }

    fn answer(
        &mut self,
        object: impl FnOnce() -> serde_json::Result<String>,
        text: impl FnOnce(crate::ui::look::Look) -> String,
    ) -> Result<()> {
        let answer = if self.global.json { object()? } else { text(self.terminal.look) };
        self.terminal.show(&answer)?;
        Ok(())
    }
}

/// A profile with limits wants a unit, and a unit wants limits.
fn tell_of_unit(plan: &mut Plan, limits: usize, sized: &Sized, request: &Request) -> Result<(), Fault> {
    let names = sized.names.join(" and ");
    if limits > 0 && request.unit.is_none() {
        let such_as = "such as `--unit llama.service`";
        if sized.settings.is_empty() {
            let message = format!("on this machine {names} only limits a service, and none is named");
            return Err(Fault::new(Exit::Usage, message).hint(format!("name it, {such_as}")));
        }
        plan.note(format!("the profile has limits for a service, too: name it, {such_as}"));
    }
    if let Some(unit) = request.unit.as_ref().filter(|_| limits == 0) {
        plan.note(format!("{names} has no limits for a service: `--unit {unit}` does nothing"));
    }
    Ok(())
}

/// Where no unit was named, nothing is written to any.
fn for_request(whole: Sized, request: &Request) -> Sized {
    if request.unit.is_some() { whole } else { whole.without_unit() }
}

#[derive(Serialize)]
struct Shown<'s> {
    schema: &'static str,
    #[serde(flatten)]
    sized: &'s Sized,
}

#[derive(Serialize)]
struct Catalogue<'p, T> {
    schema: &'static str,
    profiles: &'p [T],
}

fn failed(lacking: Lacking) -> Fault {
    Fault::new(Exit::Failed, lacking.to_string())
}
