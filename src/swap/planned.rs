//! The swap areas that fstab and systemd's units turn on at boot.

use std::collections::BTreeSet;

use crate::facts::fstab::{self, Entry};
use crate::facts::readings::Readings;
use crate::facts::unit_files::{self, Setting};
use crate::facts::unit_folders;
use crate::host::{Host, IfThere, Lacking};

use super::devices::{self, Target};

/// No kernel takes as many; a hostile file shall not keep us busy.
pub const MOST_AREAS: usize = 256;

/// A swap area that something knows of.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The source as it is written there.
    pub source: String,
    /// What it means.
    pub target: Target,
    /// The file, and in fstab the line.
    pub origin: Origin,
    /// Whether it shall be in use after boot.
    pub is_expected: bool,
    /// The priority that is asked for, where one is.
    pub priority: Option<i32>,
    /// Whether its header is written anew at each boot.
    pub is_made_at_boot: bool,
}

/// Where an area is planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A line of fstab, counted from 1.
    Fstab(usize),
    /// A unit file.
    Unit(String),
}

impl Origin {
    /// As evidence names it.
    pub fn name(&self) -> String {
        match self {
            Self::Fstab(line) => format!("{} line {line}", fstab::PATH),
            Self::Unit(file) => file.clone(),
        }
    }
}

impl Planned {
    /// The device or file, where it is known.
    pub fn path(&self) -> Option<&str> {
        match &self.target {
            Target::At(path) => Some(path),
            Target::Gone | Target::Unknown => None,
        }
    }

    /// Whether it is the area at `path`; `None` where that cannot be told.
    pub fn means(&self, host: &Host, path: &str) -> Option<bool> {
        devices::means(host, &self.source, &self.target, path)
    }

    /// Whether it is a file and no device.
    pub fn is_file(&self) -> bool {
        self.path().is_some_and(|path| !path.starts_with("/dev/"))
    }
}

/// All planned areas: fstab's first, then the units'. A line of fstab that is no entry is passed over, as mount(8) does.
///
/// # Errors
/// Says which file cannot be read.
pub fn areas(readings: &Readings) -> Result<Vec<Planned>, Lacking> {
    let host = readings.host();
    let text = text_of_fstab(host)?;
    let entries = lines(&text).filter_map(|(number, line)| fstab::parse_entry(number, line).ok());
    let swap_lines = entries.filter(|entry| entry.kind == "swap").take(MOST_AREAS);
    let mut planned: Vec<Planned> = swap_lines.map(|entry| of_line(host, &entry)).collect();
    planned.extend(of_units(host)?);
    Ok(planned)
}

/// The numbers of fstab's lines that are no entries, counted from 1.
///
/// # Errors
/// Says why fstab cannot be read.
pub fn lines_passed_over(host: &Host) -> Result<Vec<usize>, Lacking> {
    let text = text_of_fstab(host)?;
    let passed_over = lines(&text).filter(|(number, line)| fstab::parse_entry(*number, line).is_err());
    Ok(passed_over.map(|(number, _)| number).take(MOST_AREAS).collect())
}

/// The lines with their numbers, without empty ones and comments.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_meant = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    (1..).zip(text.lines()).filter(move |(_, line)| is_meant(line))
}

fn text_of_fstab(host: &Host) -> Result<String, Lacking> {
    Ok(host.read(fstab::PATH).if_there()?.unwrap_or_default())
}

fn of_line(host: &Host, entry: &Entry) -> Planned {
    Planned {
        target: devices::target(host, &entry.source),
        source: entry.source.clone(),
        origin: Origin::Fstab(entry.line),
        is_expected: entry.is_swap_at_boot(),
        priority: entry.priority(),
        is_made_at_boot: entry.options.iter().any(|option| option == "x-systemd.makefs"),
    }
}

/// Those of the units alone.
///
/// # Errors
/// As [`areas`].
pub(super) fn of_units(host: &Host) -> Result<Vec<Planned>, Lacking> {
    let folders = unit_folders::search_path();
    let settings = unit_files::read(host, &folders, &[".swap"], &["What", "SourcePath", "Priority"])?;
    let enabled = enabled_units(host)?;
    // systemd makes a unit of each line of fstab; those are known already, or older than the file.
    let of_fstab =
        settings.iter().filter(|setting| setting.key == "SourcePath" && setting.value == fstab::PATH);
    let of_fstab: BTreeSet<&str> = of_fstab.map(|setting| setting.file.as_str()).collect();
    let whats = settings
        .iter()
        .filter(|setting| setting.key == "What" && !of_fstab.contains(setting.file.as_str()))
        .take(MOST_AREAS);
    Ok(whats
        .map(|setting| Planned {
            target: devices::target(host, &setting.value),
            source: setting.value.clone(),
            is_expected: enabled.contains(&setting.unit),
            priority: priority_of(&settings, &setting.unit),
            is_made_at_boot: false,
            origin: Origin::Unit(setting.file.clone()),
        })
        .collect())
}

/// What a unit asks for, wherever it stands.
fn priority_of(settings: &[Setting], unit: &str) -> Option<i32> {
    let mut own = settings.iter().filter(|setting| setting.unit == unit && setting.key == "Priority");
    own.next()?.value.parse().ok()
}

/// The units that the owner enabled: systemctl lays links to them into the folders of targets. What generators enable is left
/// out, for they judge anew at each boot whether the area is there.
fn enabled_units(host: &Host) -> Result<Vec<String>, Lacking> {
    const OWN: &str = "/etc/systemd/system";
    let mut units = Vec::new();
    for folder in host.list(OWN).if_there()?.unwrap_or_default() {
        if folder.ends_with(".wants") || folder.ends_with(".requires") {
            units.extend(host.list(&format!("{OWN}/{folder}")).unwrap_or_default());
        }
    }
    units.retain(|unit| unit.ends_with(".swap"));
    Ok(units)
}
