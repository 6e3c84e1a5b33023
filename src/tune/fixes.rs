//! The plan behind a fix of doctor's: the same files and knobs as a profile's, in files of doctor's own.

use std::collections::BTreeMap;

use crate::change::{Area, Plan, Why};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::{Host, IfThere};
use crate::sysctl::Model;
use crate::sysctl::names::{dotted, path_of};

use super::rivals;

/// What shall be set, by sysctl name or by path below /sys, and which file holds it at every boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedKnob {
    /// The name or path.
    pub name: String,
    /// The value.
    pub value: String,
    /// The file.
    pub file: &'static str,
}

/// A line that shall no longer count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedLine {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// Plans to set `knobs` and comment `lines` out.
///
/// # Errors
/// Says which file cannot be read, or is a link.
pub fn plan(
    title: &str,
    why: &Why,
    knobs: &[FixedKnob],
    lines: &[FixedLine],
    readings: &Readings,
) -> Result<Plan, Fault> {
    let host = readings.host();
    let mut plan = Plan::new(title, Area::Doctor);
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for knob in knobs {
        let path = if knob.name.starts_with('/') { knob.name.clone() } else { path_of(&knob.name) };
        plan.knob(host, &path, &knob.value, why.clone())?;
        let text = text_of(&texts, host, knob.file)?;
        texts.insert(knob.file.to_owned(), with_setting(&text, knob, title));
    }
    for one in lines {
        let text = text_of(&texts, host, &one.file)?;
        texts.insert(one.file.clone(), rivals::without_line(&text, one.line));
    }
    add_rivals(&mut plan, knobs, &mut texts, readings)?;
    for (path, text) in &texts {
        plan.file(host, path, Some(text), why.clone())?;
    }
    Ok(plan)
}

fn text_of(texts: &BTreeMap<String, String>, host: &Host, file: &str) -> Result<String, Fault> {
    if let Some(text) = texts.get(file) {
        return Ok(text.clone());
    }
    let text = host.read(file).if_there().map_err(|lacking| Fault::new(Exit::Failed, lacking.to_string()))?;
    Ok(text.unwrap_or_default())
}

/// `text` with one line for the knob, in the place of an earlier one.
fn with_setting(text: &str, knob: &FixedKnob, title: &str) -> String {
    let line = match knob.name.starts_with('/') {
        true => format!("w! {} - - - - {}", knob.name, knob.value.replace('%', "%%")),
        false => format!("{} = {}", knob.name, knob.value),
    };
    let mut lines: Vec<&str> = text.lines().filter(|line| !sets(line, &knob.name)).collect();
    let heading = "# Kept by `memtune doctor --fix`; `memtune history` lists each change, `memtune undo` takes it back.";
    if lines.first() != Some(&heading) {
        lines.insert(0, heading);
    }
    let comment = format!("# {title}");
    lines.retain(|line| *line != comment);
    lines.join("\n") + &format!("\n{comment}\n{line}\n")
}

fn sets(line: &str, name: &str) -> bool {
    match name.starts_with('/') {
        true => line.split_whitespace().nth(1) == Some(name),
        false => {
            line.split_once('=').is_some_and(|(key, _)| !key.starts_with('#') && dotted(key.trim()) == name)
        }
    }
}

/// Lines that would win over the fix at the next boot are put aside in the same plan.
fn add_rivals(
    plan: &mut Plan,
    knobs: &[FixedKnob],
    texts: &mut BTreeMap<String, String>,
    readings: &Readings,
) -> Result<(), Fault> {
    let mut model = Model::read(readings).map_err(|lacking| Fault::new(Exit::Failed, lacking.to_string()))?;
    for (path, text) in texts.iter() {
        model = model.with_file(path, Some(text));
    }
    let wanted = knobs.iter().map(|knob| (knob.name.as_str(), knob.value.as_str())).collect();
    let ours: Vec<&str> = knobs.iter().map(|knob| knob.file).collect();
    let found = rivals::find(model, &wanted, &ours, texts, readings)?;
    texts.extend(found.files);
    found.remarks.into_iter().for_each(|remark| plan.note(remark));
    Ok(())
}
