//! `memtune watch run`: the watchdog in the foreground.

use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::path::Path;

use anyhow::Result;

use crate::cli::{Global, RunWatch};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::watchdogs;
use crate::host::Host;
use crate::ui::terminal::Terminal;
use crate::ui::{message, watch as shown};
use crate::watch::account::book::Readers;
use crate::watch::account::hooks::starter::Hooks;
use crate::watch::account::state;
use crate::watch::configuration::{self, Bounds, Live};
use crate::watch::controls::{self, Unavailable};
use crate::watch::meter::Meter;
use crate::watch::replay::recorder::Recorder;
use crate::watch::settings::Settings;
use crate::watch::watchdog::{Options, Watchdog};

use super::planned;
use super::watch_settings;

/// Watches until it is asked to end.
///
/// # Errors
/// Says why it does not watch: the settings, a privilege, another watchdog, a recording that cannot be written.
pub(super) fn run(
    arguments: &RunWatch,
    named: Option<&str>,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    if !host.is_live() {
        let fault = Fault::new(Exit::Usage, "a tree has no memory that could be watched");
        return Err(fault
            .hint("`memtune watch replay FILE` says what would have been done in a recording")
            .into());
    }
    // Before anything else: the helper that starts hooks is a copy of this process, and must have no second thread.
    let hooks = Hooks::start().ok();
    let is_root = rustix::process::geteuid().is_root();
    if !is_root && !global.dry_run {
        return Err(needs_root().into());
    }
    let file = arguments.config.clone().unwrap_or_default();
    let settings = configuration::load_from(&file, &Live).map_err(|wrong| watch_settings::refused(&wrong))?;
    let bounds = bounds(&settings)?;
    let recorder = arguments.record.as_deref().map(record).transpose()?;
    announce(&bounds, arguments, global, host, terminal)?;
    let options = Options {
        settings,
        reload: read,
        file,
        is_dry_run: global.dry_run,
        prints: arguments.print || global.verbose,
        readers: Readers { recorder, ..readers(global, terminal)? },
        socket: socket(named, global.dry_run),
        hooks,
    };
    let mut watchdog = Watchdog::start(options).map_err(|error| not_started(&error))?;
    watchdog.run();
    Ok(Exit::Done)
}

fn read(file: &Path) -> Result<Settings, String> {
    configuration::load_from(file, &Live).map_err(|wrong| wrong.to_string())
}

fn needs_root() -> Fault {
    let lacking = "only root may end the jobs of others, which is what a watchdog is for";
    let fault = planned::with_sudo::<()>(Err(Fault::new(Exit::Privilege, lacking)));
    let fault = fault.err().unwrap_or_else(|| Fault::new(Exit::Privilege, lacking));
    let sudo = fault.hint.clone().unwrap_or_default();
    fault.hint(format!("{sudo}; with -n it watches without root, and says what it would do"))
}

/// What the levels are on this machine, or in the container that this is.
fn bounds(settings: &Settings) -> Result<Bounds, Fault> {
    let sample = Meter::open().and_then(|mut meter| meter.sample());
    let sample = sample.map_err(|error| {
        Fault::new(Exit::Failed, format!("cannot read how much memory there is: {error}"))
    })?;
    Ok(Bounds::of(settings, sample.total, sample.swap_total))
}

fn record(path: &Path) -> Result<Recorder, Fault> {
    Recorder::open(path).map_err(|error| {
        let exit = match error.kind() {
            io::ErrorKind::AlreadyExists => Exit::Refused,
            io::ErrorKind::PermissionDenied => Exit::Privilege,
            _ => Exit::Failed,
        };
        Fault::new(exit, format!("cannot record to `{}`: {error}", path.display()))
    })
}

/// Says what is watched, and who else does so.
fn announce(
    bounds: &Bounds,
    arguments: &RunWatch,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<()> {
    // Where processes cannot be listed, the watchdog itself will say so.
    let rivals = watchdogs::running(&Readings::new(host, None)).unwrap_or_default();
    let rivals: Vec<String> =
        rivals.iter().map(|(name, pid)| shown::rival(name, *pid, global.dry_run)).collect();
    if global.json {
        rivals.iter().for_each(|rival| message::warning(rival));
        return Ok(());
    }
    let record = arguments.record.as_ref().map(|path| path.display().to_string());
    let beginning =
        shown::Beginning { bounds, is_dry_run: global.dry_run, record: record.as_deref(), rivals: &rivals };
    terminal.show(&beginning.text(terminal.look))?;
    Ok(())
}

/// Who is told. What is only rehearsed leaves no state behind: the one that is there may be that of the service.
fn readers(global: &Global, terminal: &Terminal) -> Result<Readers> {
    let out = io::stdout().as_fd().try_clone_to_owned()?;
    let mut readers = Readers { state: (!global.dry_run).then(|| state::PLACE.into()), ..Readers::default() };
    if global.json {
        readers.programs = Some(out);
    } else {
        readers.people = Some((out, io::stdout().is_terminal().then_some(terminal.look.width)));
    }
    Ok(readers)
}

/// Where it listens. A rehearsal leaves the place of the machine's watchdog alone: that one could not be started as long as it lasts.
fn socket(named: Option<&str>, is_dry_run: bool) -> Option<String> {
    named.or((!is_dry_run).then_some(controls::PATH)).map(str::to_owned)
}

fn not_started(error: &io::Error) -> Fault {
    let unavailable = error.get_ref().and_then(|inner| inner.downcast_ref::<Unavailable>());
    match unavailable {
        Some(Unavailable::RunsAlready { .. }) => Fault::new(Exit::Refused, error.to_string())
            .hint("`memtune watch status` says how it is; with -n this one watches beside it"),
        _ => Fault::new(Exit::Failed, format!("the watchdog cannot start: {error}")),
    }
}
