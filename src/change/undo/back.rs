//! The way back of one target.

use crate::change::changes::{Change, Why};
use crate::change::fault;
use crate::change::file::{FileChange, refuse_special};
use crate::change::journal::Journal;
use crate::change::knob::{Companion, KnobChange, read};
use crate::change::machine::{Kernel, Machine};
use crate::change::swap_area::SwapAreaChange;
use crate::change::swap_file::{Found, SwapFileChange};
use crate::change::value::same;
use crate::exit::{Exit, Fault};
use crate::host::FileState;

use super::chain::Chain;
use super::drift::Now;
use super::folders;
use super::ledger::Ledger;

/// From `now` to what was there before the chain.
pub(super) fn change_back(
    machine: &Machine<'_>,
    journal: &Journal,
    ledger: &Ledger<'_>,
    chain: &Chain<'_>,
    now: Now,
) -> Result<Option<Change>, Fault> {
    Ok(match (chain.first, chain.last, now, machine.kernel) {
        (Change::File(first), _, Now::File(before), _) => {
            Some(Change::File(file_back(machine, journal, chain, first, before)?))
        }
        (_, Change::Knob(last), Now::Knob(before), Some(kernel)) => {
            Some(Change::Knob(knob_back(kernel, last, ledger, before, why(chain))?))
        }
        (Change::SwapFile(first), Change::SwapFile(last), Now::SwapFile(found), Some(_)) => {
            Some(Change::SwapFile(swap_file_back(first, last, found, why(chain))?))
        }
        (Change::SwapArea(first), Change::SwapArea(last), Now::SwapArea(before), Some(_)) => {
            let (target, uuid, after) = (first.target.clone(), last.uuid, first.before);
            Some(Change::SwapArea(SwapAreaChange { target, uuid, before, after, why: why(chain) }))
        }
        _ => None,
    })
}

fn why(chain: &Chain<'_>) -> Why {
    Why::new(format!("as it was before change {}", chain.first_entry), "the journal of memtune")
}

fn file_back(
    machine: &Machine<'_>,
    journal: &Journal,
    chain: &Chain<'_>,
    first: &FileChange,
    before: Option<FileState>,
) -> Result<FileChange, Fault> {
    let target = first.target.clone();
    refuse_special(&target, before.as_ref())?;
    let folders = match (&before, &first.before) {
        // It comes again, and with it the folders that went along with it.
        (None, Some(_)) => {
            let missing = machine.host.missing_folders(&target);
            missing.map_err(|error| fault::on_file("read", &target, &error))?
        }
        _ => folders::made(&journal.entries, chain),
    };
    Ok(FileChange { target, before, after: first.before.clone(), folders, why: why(chain) })
}

/// From `now` to the same with the lines back that memtune had put aside.
pub(super) fn lines_back(chain: &Chain<'_>, now: FileState, content: Vec<u8>) -> Change {
    let after = FileState { content, ..now.clone() };
    Change::File(FileChange {
        target: chain.first.target().to_owned(),
        before: Some(now),
        after: Some(after),
        folders: Vec::new(),
        why: Why::new(
            "what memtune did to it is taken out, and what was edited since stays",
            "the journal of memtune",
        ),
    })
}

/// A file that is not the one that memtune left is somebody's, however much the caller insists: what it holds would be lost.
fn swap_file_back(
    first: &SwapFileChange,
    last: &SwapFileChange,
    found: Found,
    why: Why,
) -> Result<SwapFileChange, Fault> {
    let target = first.target.clone();
    let before = match (found, &first.before) {
        (Found::Nothing, _) => None,
        (Found::SwapFile(file), None) if last.after.as_ref().is_some_and(|left| left.is_as(&file)) => {
            Some(file)
        }
        (found, _) => {
            let message = format!("`{target}` is {} by now, and is not overwritten", found.describe());
            return Err(Fault::new(Exit::Refused, message).hint(
                "take the changes back one at a time, the newest first, or move that file away; see `memtune history`",
            ));
        }
    };
    Ok(SwapFileChange { target, before, after: first.before.clone(), why })
}

/// Where an entry made a file and its folders, and a later one took the file away, the folders are left.
pub(super) fn folders_back(machine: &Machine<'_>, journal: &Journal, chain: &Chain<'_>) -> Option<Change> {
    let Change::File(first) = chain.first else { return None };
    let folders = folders::made(&journal.entries, chain);
    if first.before.is_some() || !folders::are_idle(machine.host, &folders) {
        return None;
    }
    let target = first.target.clone();
    Some(Change::File(FileChange { target, before: None, after: None, folders, why: why(chain) }))
}

fn knob_back(
    kernel: &dyn Kernel,
    last: &KnobChange,
    ledger: &Ledger<'_>,
    before: String,
    why: Why,
) -> Result<KnobChange, Fault> {
    let mut companions = Vec::new();
    for Companion { target, before, .. } in &last.companions {
        let now = read(kernel, target)?;
        let is_left = ledger.after(target).is_none_or(|after| same(target, after, &now));
        // What somebody else has given another value since stays as it is; a twin has none of its own.
        let is_ours = is_left || !KnobChange::is_recomputed(target);
        let after = if is_ours { ledger.before(target).unwrap_or(before).to_owned() } else { now.clone() };
        companions.push(Companion { target: target.clone(), before: now, after: Some(after) });
    }
    let after = ledger.before(&last.target).unwrap_or(&last.before).to_owned();
    Ok(KnobChange { target: last.target.clone(), before, after, companions, why })
}
