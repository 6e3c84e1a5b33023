//! The plan that applies a profile.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::rivals::{self, Own};
use crate::change::{Area, Plan, Why, undo};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::profile::{self, Numbers, Sized, SizedSetting, Target};
use crate::sysctl::Model;
use crate::sysctl::names::path_of;

use super::active::{self, Active};
use super::{elsewhere, files, off, unit, wishes};

/// What shall be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The profiles, as they were named.
    pub profiles: Vec<String>,
    /// The unit that shall be limited.
    pub unit: Option<String>,
    /// How numbers are chosen.
    pub numbers: Numbers,
}

/// Plans to apply `sized`, in the place of what is active now.
///
/// # Errors
/// Says what stands in the way: a file that cannot be read or is a link, a unit that is not there.
pub fn apply(request: &Request, sized: &Sized, readings: &Readings) -> Result<Plan, Fault> {
    let host = readings.host();
    let mut plan = Plan::new(format!("apply the profile {}", sized.names.join(" and ")), Area::Tune);
    judge(&mut plan, sized, readings);
    if let Some(place) = elsewhere::find(sized, readings) {
        plan.refuse("/etc", place.why);
        return Ok(plan);
    }
    let unit = request.unit.as_deref().map(unit::full_name).transpose()?;
    knobs(&mut plan, sized, host)?;
    let files = Files::new(request, sized, unit.as_deref(), readings)?;
    for file in files.0.iter().filter(|file| file.text.is_some()) {
        plan.file(host, &file.path, file.text.as_deref(), file.why())?;
    }
    if let Some(unit) = &unit {
        unit::examine(&mut plan, sized, unit, readings)?;
    }
    // First the owner's lines come back that an earlier profile put aside, then those go that would win over this one.
    take_back_others(&mut plan, sized, &files, host)?;
    set_aside_rivals(&mut plan, sized, &files, readings)?;
    remove_strays(&mut plan, &files, host)?;
    wishes::sentences(sized, readings).into_iter().for_each(|sentence| plan.note(sentence));
    if plan.steps().iter().any(|step| step.target().starts_with(unit::FOLDER)) {
        plan.afterwards(
            &["systemctl", "daemon-reload"],
            Why::new("systemd reads its units anew", "systemctl(1)"),
        );
    }
    if plan.steps().iter().any(|step| step.target() == files::WATCH) && host.has(files::WATCHDOG) {
        let why = Why::new("the watchdog reads what the profile wants of it", "memtune-watch.toml(5)");
        plan.announce(&["systemctl", "try-reload-or-restart", "memtune-watchd.service"], why);
    }
    Ok(plan)
}

/// What would endanger the machine is refused, what would have no effect is told.
fn judge(plan: &mut Plan, sized: &Sized, readings: &Readings) {
    for danger in profile::danger(sized, readings) {
        plan.refuse(danger.target, danger.reason);
    }
    for warning in profile::warnings(sized, readings) {
        plan.note(format!("{}: {}", warning.target, warning.reason));
    }
    // The source document's own numbers are not written before it was said what they really do.
    for one in sized.settings.iter().chain(&sized.unit).filter(|one| one.is_literal) {
        let effect = one.effect.as_deref().unwrap_or(&one.reason);
        plan.note(format!("{} = {}, as the source says: {effect}", one.target, one.value));
    }
}

/// Whatever the profile before this one set, and this one does not, becomes again what it was.
fn take_back_others(plan: &mut Plan, sized: &Sized, files: &Files, host: &Host) -> Result<(), Fault> {
    let mut ours: Vec<&str> = files.0.iter().map(|file| file.path.as_str()).collect();
    ours.retain(|path| files.text(path).is_some());
    for path in edited(&ours, host) {
        plan.note(format!(
            "`{path}` was edited since memtune wrote it: what the lines with `-` show is overwritten"
        ));
    }
    undo::take_back(plan, host, Area::Tune, &targets(sized, files))
}

/// Those of `ours` that are not as memtune left them; without root nobody can tell.
fn edited(ours: &[&str], host: &Host) -> Vec<String> {
    let entries = off::entries(host).unwrap_or_default();
    let drifted = undo::drifted(host, &entries).unwrap_or_default();
    drifted.into_iter().map(|one| one.target).filter(|target| ours.contains(&target.as_str())).collect()
}

/// Files of ours that the journal no longer knows, since somebody removed it.
fn remove_strays(plan: &mut Plan, files: &Files, host: &Host) -> Result<(), Fault> {
    for file in files.0.iter().filter(|file| file.text.is_none()) {
        let is_planned = plan.steps().iter().any(|step| step.target() == file.path);
        if !is_planned && host.read(&file.path).is_ok_and(|text| files::is_ours(&text)) {
            plan.file(host, &file.path, None, file.why())?;
        }
    }
    Ok(())
}

/// The running values. Huge pages come first: switching them makes the kernel choose vm.min_free_kbytes anew.
fn knobs(plan: &mut Plan, sized: &Sized, host: &Host) -> Result<(), Fault> {
    let is_sys = |one: &&SizedSetting| matches!(one.target, Target::Sys(_));
    let (first, then): (Vec<&SizedSetting>, Vec<&SizedSetting>) = sized.settings.iter().partition(is_sys);
    for one in first.into_iter().chain(then) {
        if let Some(path) = knob_path(&one.target) {
            plan.knob(host, &path, &one.value, why(one))?;
        }
    }
    Ok(())
}

fn knob_path(target: &Target) -> Option<String> {
    match target {
        Target::Sysctl(key) => Some(path_of(key)),
        Target::Sys(path) => Some(path.clone()),
        Target::Unit(_) => None,
    }
}

fn why(one: &SizedSetting) -> Why {
    let workings =
        if one.workings.is_empty() { String::new() } else { format!(" ({})", one.workings.join("; ")) };
    Why::new(format!("{}{workings}", one.reason), one.source.clone())
}

struct Planned {
    path: String,
    text: Option<String>,
    reason: &'static str,
}

impl Planned {
    fn why(&self) -> Why {
        Why::new(self.reason, "memtune")
    }
}

/// The files that a profile needs, and how they shall read.
struct Files(Vec<Planned>);

impl Files {
    fn new(request: &Request, sized: &Sized, unit: Option<&str>, readings: &Readings) -> Result<Self, Fault> {
        let mut files = vec![
            Planned {
                path: files::SYSCTL.to_owned(),
                text: files::sysctl(sized),
                reason: "the kernel's knobs at every boot",
            },
            Planned {
                path: files::TMPFILES.to_owned(),
                text: files::tmpfiles(sized),
                reason: "the knobs below /sys at every boot",
            },
            Planned {
                path: active::PATH.to_owned(),
                text: Some(Active::new(request, unit, sized).to_text()?),
                reason: "what is active, for `memtune tune verify`",
            },
        ];
        files.push(Planned {
            path: files::WATCH.to_owned(),
            text: files::watch(sized),
            reason: "what the profile wants of memtune's watchdog, where its owner says nothing else",
        });
        if let Some(unit) = unit {
            files.push(Planned {
                path: unit::drop_in(unit),
                text: files::drop_in(sized),
                reason: "the limits of the unit",
            });
        }
        // A file that is neither wanted nor there needs no word.
        let paths: Vec<&str> =
            files.iter().filter(|file| file.text.is_some()).map(|file| file.path.as_str()).collect();
        if let Some((path, text)) = elsewhere::keep_list(readings, &paths) {
            files.push(Planned {
                path: path.to_owned(),
                text: Some(text),
                reason: "an update of SteamOS keeps only the files that are named here",
            });
        }
        Ok(Self(files))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|file| file.path == path)?.text.as_deref()
    }
}

/// What the plan itself decides; everything else of an earlier profile is taken back.
fn targets(sized: &Sized, files: &Files) -> BTreeSet<String> {
    let knobs = sized.settings.iter().filter_map(|one| knob_path(&one.target));
    knobs.chain(files.0.iter().filter(|file| file.text.is_some()).map(|file| file.path.clone())).collect()
}

/// Comments out the owner's own lines that would win over the profile at the next boot, and says which others will.
fn set_aside_rivals(plan: &mut Plan, sized: &Sized, files: &Files, readings: &Readings) -> Result<(), Fault> {
    let failed = |lacking: crate::host::Lacking| Fault::new(Exit::Failed, lacking.to_string());
    let mut model = Model::read(readings).map_err(failed)?;
    for path in files::OF_PROFILES {
        model = model.with_file(path, files.text(path));
    }
    let planned = planned_texts(plan, files);
    for (path, text) in &planned {
        model = model.with_file(path, Some(text));
    }
    let wanted: BTreeMap<&str, &str> = sized
        .settings
        .iter()
        .filter_map(|one| match &one.target {
            Target::Sysctl(name) | Target::Sys(name) => Some((name.as_str(), one.value.as_str())),
            Target::Unit(_) => None,
        })
        .collect();
    let own = Own { files: &files::OF_PROFILES, left_alone: &files::OF_PROFILES };
    let found = rivals::find(model, &wanted, own, &planned, readings)?;
    for (path, text) in found.files.iter().filter(|(path, text)| planned.get(*path) != Some(text)) {
        let reason = "lines that would win over the profile at the next boot, or when somebody types `sysctl --system`";
        plan.file(readings.host(), path, Some(text), Why::new(reason, "sysctl.d(5)"))?;
    }
    found.remarks.into_iter().for_each(|remark| plan.note(remark));
    Ok(())
}

/// What files of others shall hold when the lines of an earlier profile are back in them.
fn planned_texts(plan: &Plan, files: &Files) -> BTreeMap<String, String> {
    let of_others = plan.files().filter(|(path, _)| files.0.iter().all(|file| file.path != *path));
    let text = |(path, content): (&str, Option<&[u8]>)| {
        Some((path.to_owned(), String::from_utf8(content?.to_vec()).ok()?))
    };
    of_others.filter_map(text).collect()
}
