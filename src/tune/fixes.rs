//! The plan behind a fix of doctor's: the same knobs as a profile's, in files of their own for each finding, so that each fix can be
//! taken back without the others.

use std::collections::BTreeMap;

use crate::change::rivals::{self, Own};
use crate::change::{Area, Plan, Why, aside};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::profile::Target;
use crate::sysctl::Model;
use crate::sysctl::names::path_of;

use super::{active, files};

/// A finding that shall be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mending<'f> {
    /// The finding's id, such as S08; files are named after it.
    pub id: &'f str,
    /// What was found.
    pub title: &'f str,
    /// Values by sysctl name, or by path below /sys.
    pub knobs: Vec<(String, String)>,
    /// Lines that shall no longer count: files, and lines counted from 1.
    pub lines: Vec<(String, usize)>,
}

/// Plans to set its knobs and to put its lines aside.
///
/// # Errors
/// Says which file cannot be read, or is a link.
pub fn plan(mending: &Mending<'_>, why: &Why, readings: &Readings) -> Result<Plan, Fault> {
    let host = readings.host();
    let mut plan = Plan::new(format!("{}: {}", mending.id, mending.title), Area::Doctor);
    refuse_against_profile(&mut plan, mending, readings)?;
    for (name, value) in &mending.knobs {
        let path = if name.starts_with('/') { name.clone() } else { path_of(name) };
        plan.knob(host, &path, value, why.clone())?;
    }
    let mut texts = files_of(mending);
    let ours: Vec<String> = texts.keys().cloned().collect();
    for (file, line) in &mending.lines {
        let text = match texts.get(file) {
            Some(text) => text.clone(),
            None => aside::text(host, file)?.ok_or_else(|| no_text(file))?,
        };
        texts.insert(file.clone(), aside::without_line(&text, *line));
    }
    add_rivals(&mut plan, mending, &ours, &mut texts, readings)?;
    for (path, text) in &texts {
        plan.file(host, path, Some(text), why.clone())?;
    }
    Ok(plan)
}

/// What a profile holds, only the profile changes: else neither it nor the fix could be taken back by itself.
fn refuse_against_profile(plan: &mut Plan, mending: &Mending<'_>, readings: &Readings) -> Result<(), Fault> {
    let Some(active) = active::read(readings.host())? else { return Ok(()) };
    let names = active.profiles.join(" and ");
    let is_held = |name: &str| {
        active.wanted.iter().any(|one| match &one.target {
            Target::Sysctl(held) | Target::Sys(held) => held == name,
            Target::Unit(_) => false,
        })
    };
    for (name, _) in mending.knobs.iter().filter(|(name, _)| is_held(name)) {
        plan.refuse(name, format!("the profile {names} is applied and sets it; `memtune tune off` takes that back, another profile replaces it"));
    }
    for (file, _) in
        mending.lines.iter().filter(|(file, _)| [files::SYSCTL, files::TMPFILES].contains(&file.as_str()))
    {
        plan.refuse(file, format!("the profile {names} is applied and wrote it; `memtune tune off` takes that back, another profile replaces it"));
    }
    Ok(())
}

fn no_text(file: &str) -> Fault {
    Fault::new(Exit::Refused, format!("`{file}` is no UTF-8 text: not every byte would stay as it is"))
        .hint("comment the line out by hand")
}

/// The files that hold the knobs at every boot. Their names stand behind Debian's 99-sysctl.conf and before a profile's, which wins;
/// in tmpfiles.d the first line for a path wins, so there they stand in front.
fn files_of(mending: &Mending<'_>) -> BTreeMap<String, String> {
    let (sys, sysctl): (Vec<_>, Vec<_>) = mending.knobs.iter().partition(|(name, _)| name.starts_with('/'));
    let sysctl: String = sysctl.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
    let sys: String =
        sys.iter().map(|(path, value)| format!("w! {path} - - - - {}\n", value.replace('%', "%%"))).collect();
    let files = [
        (format!("/etc/sysctl.d/99-zz-memtune-doctor-{}.conf", mending.id), sysctl),
        (format!("/etc/tmpfiles.d/00-memtune-doctor-{}.conf", mending.id), sys),
    ];
    let filled = files.into_iter().filter(|(_, lines)| !lines.is_empty());
    filled.map(|(path, lines)| (path, heading(mending) + &lines)).collect()
}

fn heading(mending: &Mending<'_>) -> String {
    format!(
        "# Written by `memtune doctor --fix`; `memtune history` lists each change, `memtune undo` takes it back.\n# {}: {}\n",
        mending.id,
        mending.title.replace('\n', " ")
    )
}

/// Lines that would win over the fix at the next boot are put aside in the same plan.
fn add_rivals(
    plan: &mut Plan,
    mending: &Mending<'_>,
    ours: &[String],
    texts: &mut BTreeMap<String, String>,
    readings: &Readings,
) -> Result<(), Fault> {
    let mut model = Model::read(readings).map_err(|lacking| Fault::new(Exit::Failed, lacking.to_string()))?;
    for (path, text) in texts.iter() {
        model = model.with_file(path, Some(text));
    }
    let wanted = mending.knobs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let ours: Vec<&str> = ours.iter().map(String::as_str).collect();
    let own = Own { files: &ours, left_alone: &files::OF_PROFILES };
    let found = rivals::find(model, &wanted, own, texts, readings)?;
    texts.extend(found.files);
    found.remarks.into_iter().for_each(|remark| plan.note(remark));
    Ok(())
}
