//! Lines of other files that would win over values that a plan sets for every boot.

use std::collections::BTreeMap;

use crate::exit::Fault;
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::sysctl::bounds::same;
use crate::sysctl::{Assignment, Model};

use super::aside;

/// More lines than anybody keeps about one machine's memory.
const MOST_LINES: usize = 200;

/// The files of the plan itself, and those that another part of memtune wrote.
#[derive(Clone, Copy, Debug)]
pub struct Own<'o> {
    /// Those that hold the wanted values.
    pub files: &'o [&'o str],
    /// Those that are left alone, whoever wins: they are memtune's, and no lines of the owner's.
    pub left_alone: &'o [&'o str],
}

/// What was found.
#[derive(Debug, Default)]
pub struct Rivals {
    /// The owner's files, without the lines that would win.
    pub files: BTreeMap<String, String>,
    /// Who else will win, and cannot be put aside by us.
    pub remarks: Vec<String>,
}

impl Rivals {
    /// What a file of the owner's shall hold so far; `None` where it is no text, in which memtune could only do harm.
    fn text(&self, host: &Host, file: &str) -> Result<Option<String>, Fault> {
        match self.files.get(file) {
            Some(text) => Ok(Some(text.clone())),
            None => aside::text(host, file),
        }
    }
}

/// Finds them. `wanted` are values by sysctl name or path below /sys, which `model` already knows from the files of `own`; `planned` are
/// texts that files shall have anyway, and come back among the files that were found.
///
/// # Errors
/// Says which file of the owner cannot be read.
pub fn find(
    mut model: Model,
    wanted: &BTreeMap<&str, &str>,
    own: Own<'_>,
    planned: &BTreeMap<String, String>,
    readings: &Readings,
) -> Result<Rivals, Fault> {
    let host = readings.host();
    let mut rivals = Rivals { files: planned.clone(), remarks: Vec::new() };
    for (&name, &value) in wanted {
        // Each round puts one line aside, and the next one may come to light behind it.
        for _ in 0..MOST_LINES {
            let Some(line) = rival(&model, name, value, own.files, readings) else { break };
            let file = line.place.file.clone();
            let text = if is_owners(&file, own) { rivals.text(host, &file)? } else { None };
            let Some(text) = text else {
                rivals.remarks.push(remark(&line, name));
                break;
            };
            let text = aside::without_line(&text, line.place.line);
            model = model.with_file(&file, Some(&text));
            rivals.files.insert(file, text);
        }
    }
    Ok(rivals)
}

/// The line that would win over ours: at the next boot, or when somebody types `sysctl --system`, which reads /etc/sysctl.conf last
/// whatever the boot does with it.
fn rival(model: &Model, name: &str, value: &str, ours: &[&str], readings: &Readings) -> Option<Assignment> {
    let forecast = match name.starts_with('/') {
        true => model.forecast_path(readings, name),
        false => model.forecast(readings, name),
    };
    let is_other =
        |line: &Assignment| !ours.contains(&line.place.file.as_str()) && !same(name, &line.value, value);
    let left_over = || model.sysctl_conf().into_iter().find(|line| line.key == name && is_other(line));
    forecast.winner.filter(is_other).or_else(left_over)
}

/// What packages brought is not ours to edit, and what lies below /run is gone at the next boot.
fn is_owners(file: &str, own: Own<'_>) -> bool {
    let is_ours = own.left_alone.contains(&file);
    let is_in_etc = ["/etc/sysctl.d/", "/etc/tmpfiles.d/"].iter().any(|folder| file.starts_with(folder));
    !is_ours && (file == "/etc/sysctl.conf" || is_in_etc)
}

fn remark(line: &Assignment, name: &str) -> String {
    format!(
        "{}:{} will set {name} to {} at the next boot ({}): memtune leaves that file alone",
        line.place.file,
        line.place.line,
        line.value,
        line.origin.name()
    )
}
