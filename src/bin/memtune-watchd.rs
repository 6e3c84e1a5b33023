//! The small watchdog process that the service runs: the loop of `watch/` and nothing else.

use std::ffi::OsString;
use std::io::Error;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use memtune::exit::Exit;
use memtune::sys::apart::apart;
use memtune::sys::heap;
use memtune::watch::account::book::Readers;
use memtune::watch::account::hooks::starter::Hooks;
use memtune::watch::account::state;
use memtune::watch::configuration::{self, Live};
use memtune::watch::controls;
use memtune::watch::settings::Settings;
use memtune::watch::watchdog::{Options, Watchdog};

const JOURNAL: &str = "/run/systemd/journal/socket";
const USAGE: &str = "usage: memtune-watchd [--dry-run] [--config FILE]\n";

fn main() -> ExitCode {
    // Before anything else: the helper that starts hooks is a copy of this process.
    let hooks = Hooks::start();
    heap::stay_small();
    let asked = asked(std::env::args_os().skip(1)).map_err(|why| (Exit::Usage, why));
    match asked.and_then(|asked| run(asked, hooks.ok())) {
        Ok(()) => ExitCode::SUCCESS,
        Err((exit, why)) => {
            say(&format!("memtune-watchd: {why}\n"));
            exit.into()
        }
    }
}

/// What was typed.
#[derive(Debug, Default)]
struct Asked {
    is_dry_run: bool,
    file: Option<PathBuf>,
}

fn asked(mut words: impl Iterator<Item = OsString>) -> Result<Asked, String> {
    let mut asked = Asked::default();
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--dry-run") => asked.is_dry_run = true,
            Some("--config") => asked.file = Some(words.next().ok_or(USAGE)?.into()),
            _ => return Err(format!("`{}` is not known; {USAGE}", word.to_string_lossy())),
        }
    }
    Ok(asked)
}

/// Runs until it is told to stop. What it can be told better is a wrong usage, after which the service does not start it again.
fn run(asked: Asked, hooks: Option<Hooks>) -> Result<(), (Exit, String)> {
    let failed = |error: Error| (Exit::Failed, error.to_string());
    let file = asked.file.unwrap_or_default();
    // To read them takes more stack than all that comes later.
    let settings = {
        let file = file.clone();
        apart(move || read(&file)).map_err(failed)?.map_err(|wrong| (Exit::Usage, wrong))?
    };
    let log = std::io::stderr().as_fd().try_clone_to_owned().ok();
    let options = Options {
        settings,
        reload: read,
        file,
        is_dry_run: asked.is_dry_run,
        prints: false,
        readers: Readers {
            journal: Some(JOURNAL.into()),
            log,
            state: Some(state::PLACE.into()),
            ..Readers::default()
        },
        socket: Some(controls::PATH.to_owned()),
        hooks,
    };
    let mut watchdog = Watchdog::start(options).map_err(failed)?;
    watchdog.run();
    Ok(())
}

/// The settings in `file`, or those of the machine where none is named.
fn read(file: &Path) -> Result<Settings, String> {
    configuration::load_from(file, &Live).map_err(|wrong| wrong.to_string())
}

fn say(text: &str) {
    // Nobody is left who could be told that it failed.
    let _ = rustix::io::write(std::io::stderr(), text.as_bytes());
}
