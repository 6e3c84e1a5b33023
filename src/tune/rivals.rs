//! Lines of other files that would win over a profile's values.

use std::collections::BTreeMap;

use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::sysctl::bounds::same;
use crate::sysctl::{Assignment, Model};

/// More lines than anybody keeps about one machine's memory.
const MOST_LINES: usize = 200;

/// What stands before a line that is put aside.
const MARK: &str = "# put aside by memtune: ";

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Rivals {
    /// The owner's files, without the lines that would win.
    pub(super) files: BTreeMap<String, String>,
    /// Who else will win, and cannot be put aside by us.
    pub(super) remarks: Vec<String>,
}

/// Finds them. `wanted` are values by sysctl name or path below /sys, which `model` already knows from the files `ours`; `planned` are texts
/// that files shall have anyway, and come back among the files that were found.
///
/// # Errors
/// Says which file of the owner cannot be read.
pub(super) fn find(
    mut model: Model,
    wanted: &BTreeMap<&str, &str>,
    ours: &[&str],
    planned: &BTreeMap<String, String>,
    readings: &Readings,
) -> Result<Rivals, Fault> {
    let host = readings.host();
    let mut rivals = Rivals { files: planned.clone(), remarks: Vec::new() };
    for (&name, &value) in wanted {
        // Each round puts one line aside, and the next one may come to light behind it.
        for _ in 0..MOST_LINES {
            let Some(line) = rival(&model, name, value, ours, readings) else { break };
            let file = real_file(host, &line.place.file);
            if !is_owners(&file) {
                rivals.remarks.push(remark(&line, name));
                break;
            }
            let text = put_aside(&mut rivals, host, &file, line.place.line)?;
            model = model.with_file(&file, Some(&text));
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

/// Debian's 99-sysctl.conf is a link to /etc/sysctl.conf: the line stands there.
fn real_file(host: &Host, file: &str) -> String {
    match host.link(file) {
        Ok(target) if target.ends_with("/sysctl.conf") => "/etc/sysctl.conf".to_owned(),
        _ => file.to_owned(),
    }
}

/// What packages brought is not ours to edit, and what lies below /run is gone at the next boot.
fn is_owners(file: &str) -> bool {
    file == "/etc/sysctl.conf"
        || ["/etc/sysctl.d/", "/etc/tmpfiles.d/"].iter().any(|folder| file.starts_with(folder))
}

/// Puts one line aside; returns the file's text without it.
fn put_aside(rivals: &mut Rivals, host: &Host, file: &str, line: usize) -> Result<String, Fault> {
    let text = match rivals.files.get(file) {
        Some(text) => text.clone(),
        None => host.read(file).map_err(|lacking| Fault::new(Exit::Failed, lacking.to_string()))?,
    };
    let without = without_line(&text, line);
    rivals.files.insert(file.to_owned(), without.clone());
    Ok(without)
}

/// `text` with one line, counted from 1, commented out.
pub(super) fn without_line(text: &str, line: usize) -> String {
    let content = |(number, content): (usize, &str)| match number == line {
        true => format!("{MARK}{content}"),
        false => content.to_owned(),
    };
    (1..).zip(text.split_inclusive('\n')).map(content).collect()
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
