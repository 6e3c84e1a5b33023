//! `memtune history`.

use anyhow::Result;
use serde::Serialize;

use crate::change::journal::{self, Entry, Journal};
use crate::cli::Global;
use crate::exit::{Exit, Fault};
use crate::host::Host;
use crate::ui::terminal::Terminal;
use crate::ui::{history, json, message};

use super::planned;

#[derive(Serialize)]
struct History<'j> {
    schema: &'static str,
    entries: Vec<&'j Entry>,
}

/// Runs the command: lists the changes, or shows the one with the number `id`.
///
/// # Errors
/// Says why the journal cannot be read, or that there is no such change.
pub fn run(id: Option<u64>, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let journal = planned::with_sudo(journal::read(host))?;
    let wanted = id.map(|id| find(&journal, id)).transpose()?;
    let text = match wanted {
        _ if global.json => {
            warn_of_damage(&journal);
            let entries = wanted.map_or_else(|| journal.entries.iter().collect(), |entry| vec![entry]);
            json::object(&History { schema: "memtune.history/1", entries })?
        }
        Some(entry) => history::entry(entry, terminal.look),
        None => history::render(&journal, terminal.look),
    };
    terminal.show(&text)?;
    Ok(Exit::Done)
}

fn find(journal: &Journal, id: u64) -> Result<&Entry, Fault> {
    let damaged = journal.unreadable.iter().find(|file| file.id == id);
    let absent = || match damaged {
        Some(file) => Fault::new(Exit::Failed, format!("`{}` cannot be read: {}", file.path, file.why)),
        None => Fault::new(Exit::Usage, format!("there is no change {id} in the journal"))
            .hint("`memtune history` lists them all"),
    };
    journal.entry(id).ok_or_else(absent)
}

fn warn_of_damage(journal: &Journal) {
    for file in &journal.unreadable {
        message::warning(&format!("`{}` cannot be read, and is left alone: {}", file.path, file.why));
    }
}
