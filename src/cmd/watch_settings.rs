//! `memtune watch check` and `memtune watch config`.

use anyhow::Result;

use crate::cli::Global;
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::{meminfo, users};
use crate::host::{Host, IfThere, Lacking};
use crate::limits::shown::named;
use crate::sys::bytes::Bytes;
use crate::ui::terminal::Terminal;
use crate::ui::{json, watch as shown};
use crate::watch::configuration::{
    self, Bounds, FileMode, LARGEST, Live, PATH, PROFILE_PATH, Surroundings, Wrong,
};
use crate::watch::settings::Settings;

/// Says what the settings in `file`, or those of the machine, come to.
///
/// # Errors
/// Says what is wrong in them, and where.
pub(super) fn check(
    file: Option<&str>,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let (settings, files) = read(file, host).map_err(|wrong| refused(&wrong))?;
    let meminfo = meminfo::read(host).map_err(|lacking| Fault::new(Exit::Failed, lacking.to_string()))?;
    let bounds = Bounds::of(&settings, meminfo.total(), meminfo.swap_total());
    let left = (meminfo.available(), meminfo.find("SwapFree").unwrap_or_default());
    let unknown = unknown_units(&settings, host);
    let checked =
        shown::Checked { files: &files, settings: &settings, bounds: &bounds, left, unknown: &unknown };
    let text =
        if global.json { json::object(&checked.for_programs())? } else { checked.for_people(terminal.look) };
    terminal.show(&text)?;
    Ok(Exit::Done)
}

/// Which of the groups with bounds are unknown here. That is no error: a unit may be installed later.
fn unknown_units(settings: &Settings, host: &Host) -> Vec<String> {
    let readings = Readings::new(host, None);
    let lacking = named::lacking(&readings, settings.groups.iter().map(|group| group.unit.as_str()));
    lacking.iter().map(|fault| format!("{fault}: until there is one its bounds hold nobody")).collect()
}

/// Settings that are wrong.
pub(super) fn refused(wrong: &Wrong) -> Fault {
    Fault::new(Exit::Usage, wrong.to_string()).hint("`man 5 memtune-watch.toml` describes the format")
}

/// Prints a file to begin with.
///
/// # Errors
/// Fails where nobody reads it.
pub(super) fn example(terminal: &mut Terminal) -> Result<Exit> {
    terminal.show(&configuration::example())?;
    Ok(Exit::Done)
}

/// Prints the hook that tells everybody at a desktop.
///
/// # Errors
/// Fails where nobody reads it.
pub(super) fn hook(terminal: &mut Terminal) -> Result<Exit> {
    terminal.show(include_str!("../../packaging/watch-notify"))?;
    Ok(Exit::Done)
}

/// What is wrong with the machine's settings, if anything is.
pub(super) fn wrong(host: &Host) -> Option<String> {
    read(None, host).err().map(|wrong| wrong.to_string())
}

/// The settings, and the files that they come from: first what a profile wishes, then what the owner says.
pub(super) fn read(file: Option<&str>, host: &Host) -> Result<(Settings, Vec<String>), Wrong> {
    let mut settings = Settings::default();
    let mut files = Vec::new();
    for (path, is_needed) in [(PROFILE_PATH, false), (file.unwrap_or(PATH), file.is_some())] {
        match read_one(path, &settings, host)? {
            Some(read) => {
                settings = read;
                files.push(path.to_owned());
            }
            None if is_needed => return Err(of_file(path, "is not there".to_owned())),
            None => {}
        }
    }
    Ok((settings, files))
}

/// `None` where there is no such file.
fn read_one(path: &str, base: &Settings, host: &Host) -> Result<Option<Settings>, Wrong> {
    if host.is_live() {
        return match configuration::read(path, base, &Live) {
            Ok(settings) => Ok(Some(settings)),
            Err(failure) if failure.is_absent => Ok(None),
            Err(failure) => Err(failure.wrong),
        };
    }
    let read = host.read(path).if_there().map_err(|lacking| of_file(path, lacking.to_string()))?;
    let Some(text) = read else { return Ok(None) };
    if text.len() as u64 > LARGEST {
        return Err(of_file(path, format!("it is larger than {} KiB", LARGEST >> 10)));
    }
    configuration::parse_over(base, path, &text, &InTree { host }).map(Some)
}

fn of_file(path: &str, what: String) -> Wrong {
    Wrong { file: path.to_owned(), place: None, what }
}

/// What a tree says of the machine that it was taken from.
struct InTree<'h> {
    host: &'h Host,
}

impl Surroundings for InTree<'_> {
    fn memory(&self) -> Option<Bytes> {
        meminfo::read(self.host).ok().map(|meminfo| meminfo.total())
    }

    fn swap(&self) -> Option<Bytes> {
        meminfo::read(self.host).ok().map(|meminfo| meminfo.swap_total())
    }

    fn user(&self, name: &str) -> Option<u32> {
        let users = users::read(self.host).ok()?;
        users.into_iter().find(|(known, _)| known == name).map(|(_, number)| number)
    }

    fn program(&self, path: &str) -> Result<(), String> {
        let status = self.host.status(path).if_there().map_err(|lacking: Lacking| lacking.to_string())?;
        let Some(status) = status else { return Err("is not there".to_owned()) };
        // Who owns a file of a tree says nothing of the machine: it may have been unpacked by anybody.
        let file = FileMode { mode: status.mode, user: 0 };
        configuration::is_trusted(file, &[], 0)
    }
}
