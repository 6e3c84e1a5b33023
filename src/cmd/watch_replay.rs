//! `memtune watch replay`: what the watchdog would have done in a recording.

use std::io::{self, BufRead, BufReader, Cursor};

use anyhow::Result;

use crate::cli::Global;
use crate::exit::{Exit, Fault};
use crate::host::Host;
use crate::sys::bytes::Bytes;
use crate::ui::terminal::Terminal;
use crate::ui::watch::Replayed;
use crate::watch::replay::recording;
use crate::watch::replay::run::replay;
use crate::watch::settings::Settings;

use super::watch_settings;

/// What a machine fills in a second, where a recording does not say: how often would have been looked hangs on it, and no decision.
const USUAL: Bytes = Bytes(1 << 30);

/// Replays it.
///
/// # Errors
/// Says what is wrong with the settings, why the recording cannot be read, or which of its lines is wrong; what stands before that line was
/// replayed.
pub(super) fn run(
    file: &str,
    config: Option<&str>,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let (settings, _) =
        watch_settings::read(config, host).map_err(|wrong| watch_settings::refused(&wrong))?;
    let recording = open(file, host)?;
    show(recording, &settings, file, global, terminal)
}

fn show(
    recording: Box<dyn BufRead>,
    settings: &Settings,
    file: &str,
    global: &Global,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let mut replayed = Replayed::new(settings, terminal.look, global.json);
    let mut wrong = None;
    for step in replay(recording, settings, USUAL) {
        match step {
            Ok(step) => {
                let lines = replayed.see(&step);
                if !lines.is_empty() && !global.quiet {
                    terminal.show(&lines)?;
                }
            }
            Err(error) => wrong = Some(error),
        }
    }
    let rest = replayed.rest();
    if !rest.is_empty() && !global.quiet {
        terminal.show(&rest)?;
    }
    let summary = replayed.summary();
    if let Some(summary) = &summary {
        terminal.show(summary)?;
    }
    match (wrong, summary) {
        (Some(wrong), summary) => {
            let fault = Fault::new(Exit::Usage, format!("`{file}`: {wrong}"));
            let hint = "what stands before that line was replayed";
            Err(if summary.is_some() { fault.hint(hint) } else { fault }.into())
        }
        (None, None) => Err(Fault::new(Exit::Usage, format!("`{file}` holds no sample"))
            .hint("`memtune watch --record FILE` makes a recording")
            .into()),
        (None, Some(_)) => Ok(Exit::Done),
    }
}

fn open(file: &str, host: &Host) -> Result<Box<dyn BufRead>, Fault> {
    let unreadable = |error: String| Fault::new(Exit::Usage, error);
    if file == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    if !host.is_live() {
        let text = host.read(file).map_err(|lacking| {
            unreadable(lacking.to_string())
                .hint("with `--root` it is looked for in that tree; `-` reads it from standard input")
        })?;
        return Ok(Box::new(Cursor::new(text)));
    }
    let opened =
        recording::open(file).map_err(|error| unreadable(format!("cannot read `{file}`: {error}")))?;
    Ok(Box::new(BufReader::new(opened)))
}
