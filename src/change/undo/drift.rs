//! What somebody else changed since memtune wrote it.

use std::collections::BTreeSet;

use crate::change::aside;
use crate::change::changes::{Change, knob_name};
use crate::change::diff;
use crate::change::fault;
use crate::change::file::{FileChange, is_same};
use crate::change::journal;
use crate::change::knob::{has_drifted, is_raised, read, switches_huge_pages};
use crate::change::machine::Machine;
use crate::change::merge;
use crate::change::swap_area::{self, Stands, SwapOn};
use crate::change::swap_file::{self, Found};
use crate::change::value::same;
use crate::exit::Fault;
use crate::host::{FileState, Host};

use super::chain::{Chain, chains};
use super::ledger::Ledger;

/// A target that is not as memtune left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drifted {
    /// Its path, or the name of a knob.
    pub target: String,
    /// From what memtune wrote to what is there now: a unified diff, or a line for a knob.
    pub difference: String,
}

/// A target right now.
pub(super) enum Standing {
    /// As it was before memtune came.
    Before,
    /// As memtune left it.
    Ours(Now),
    /// Neither, after a boot: a knob has what the boot gave it.
    Rebooted(String),
    /// Somebody else's file, of which memtune only put lines aside: what it is with them back.
    Shared(FileState, Vec<u8>),
    /// Neither: somebody else's.
    Drifted(Now, Drifted),
}

/// What a target is right now.
pub(super) enum Now {
    File(Option<FileState>),
    Knob(String),
    SwapFile(Found),
    SwapArea(Option<SwapOn>),
}

/// Everything of the entries `ids` that is not as memtune left it.
///
/// # Errors
/// Says what cannot be read.
pub fn drifted(host: &Host, ids: &[u64]) -> Result<Vec<Drifted>, Fault> {
    let journal = journal::read(host)?;
    let entries: Vec<_> = journal.entries.iter().filter(|entry| ids.contains(&entry.id)).collect();
    let (machine, ledger) = (Machine::of(host), Ledger::new(&entries));
    let mut all = Vec::new();
    for chain in chains(&entries) {
        if let Some(Standing::Drifted(_, drifted)) = standing(&machine, &chain, &ledger)? {
            all.push(drifted);
        }
    }
    Ok(all)
}

/// How the target of `chain` stands; `None` for a knob where no kernel runs.
pub(super) fn standing(
    machine: &Machine<'_>,
    chain: &Chain<'_>,
    ledger: &Ledger<'_>,
) -> Result<Option<Standing>, Fault> {
    match (chain.first, chain.last, machine.kernel) {
        (Change::File(first), Change::File(last), _) => {
            let target = &last.target;
            let read = machine.host.state(target);
            let now = read.map_err(|error| fault::on_file("read", target, &error))?;
            let between = |one: Option<&FileState>, other: Option<&FileState>| Drifted {
                target: target.clone(),
                difference: diff::between(target, one, other),
            };
            Ok(Some(if is_same(now.as_ref(), first.before.as_ref()) {
                Standing::Before
            } else if chain.broken_at.is_none() && is_same(now.as_ref(), last.after.as_ref()) {
                Standing::Ours(Now::File(now))
            } else if let Some((shared, content)) = shared(chain, now.as_ref()) {
                Standing::Shared(shared, content)
            } else if !is_same(now.as_ref(), last.after.as_ref()) {
                let drifted = between(last.after.as_ref(), now.as_ref());
                Standing::Drifted(Now::File(now), drifted)
            } else if let Some((Change::File(left), Change::File(found))) = chain.broken_at
                && is_still_there(left.after.as_ref(), found.before.as_ref(), now.as_ref())
            {
                let drifted = between(left.after.as_ref(), found.before.as_ref());
                Standing::Drifted(Now::File(now), drifted)
            } else {
                Standing::Ours(Now::File(now))
            }))
        }
        (Change::Knob(_), Change::Knob(last), Some(kernel)) => {
            let now = read(kernel, &last.target)?;
            let before = ledger.before(&last.target).unwrap_or(&last.before);
            let after = ledger.after(&last.target).unwrap_or(&last.after);
            Ok(Some(if same(&last.target, before, &now) {
                Standing::Before
            } else if !has_drifted(&last.target, after, &now)
                || switches_huge_pages(&chain.entry.changes) && is_raised(&last.target, after, &now)
            {
                Standing::Ours(Now::Knob(now))
            } else if kernel.boot() != chain.entry.boot {
                Standing::Rebooted(now)
            } else {
                let target = knob_name(&last.target);
                let difference = format!("{target}: memtune left {after}, it is {now} now\n");
                Standing::Drifted(Now::Knob(now), Drifted { target, difference })
            }))
        }
        (Change::SwapFile(first), Change::SwapFile(last), Some(_)) => {
            let target = &last.target;
            let now = swap_file::look(machine, target)?;
            let drifted = |left: &Found, found: &Found| Drifted {
                target: target.clone(),
                difference: format!(
                    "{target}: memtune left {}, there is {} now\n",
                    left.describe(),
                    found.describe()
                ),
            };
            Ok(Some(if now.is(first.before.as_ref()) {
                Standing::Before
            } else if !now.is(last.after.as_ref()) {
                let drifted = drifted(&Found::of(last.after.as_ref()), &now);
                Standing::Drifted(Now::SwapFile(now), drifted)
            } else if let Some((Change::SwapFile(left), Change::SwapFile(found))) = chain.broken_at {
                let drifted = drifted(&Found::of(left.after.as_ref()), &Found::of(found.before.as_ref()));
                Standing::Drifted(Now::SwapFile(now), drifted)
            } else {
                Standing::Ours(Now::SwapFile(now))
            }))
        }
        (Change::SwapArea(first), Change::SwapArea(last), Some(kernel)) => {
            let target = last.target.clone();
            let now = last.now(machine, kernel)?;
            Ok(Some(match swap_area::stands(first.before, last.after, now) {
                Stands::Before => Standing::Before,
                Stands::After => Standing::Ours(Now::SwapArea(now)),
                Stands::Neither => {
                    let (left, found) = (swap_area::words(last.after), swap_area::words(now));
                    let difference = format!("{target}: memtune left it {left}, it is {found} now\n");
                    Standing::Drifted(Now::SwapArea(now), Drifted { target, difference })
                }
            }))
        }
        _ => Ok(None),
    }
}

fn shared(chain: &Chain<'_>, now: Option<&FileState>) -> Option<(FileState, Vec<u8>)> {
    let changes = chain.all.iter().map(|change| match change {
        Change::File(file) => Some(file),
        _ => None,
    });
    let (changes, now) = (changes.collect::<Option<Vec<_>>>()?, now?);
    let content = aside::restored(&changes, &now.content).or_else(|| edits_taken_out(&changes, now))?;
    Some((now.clone(), content))
}

/// `now` without what `changes` did to a file that was there before them.
fn edits_taken_out(changes: &[&FileChange], now: &FileState) -> Option<Vec<u8>> {
    let left = changes.last()?.after.as_ref()?;
    if !is_rewritten(left, now) {
        return None;
    }
    changes.iter().rev().try_fold(now.content.clone(), |now, change| {
        let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
        if is_rewritten(before, after) { merge::without(&before.content, &after.content, &now) } else { None }
    })
}

/// Whether nothing but its content became another.
fn is_rewritten(before: &FileState, after: &FileState) -> bool {
    FileState { content: after.content.clone(), ..before.clone() }.is_as(after)
}

/// Whether what somebody did to a file between two changes is in it still. The owner has seen in the plan of the second what
/// that one would overwrite.
fn is_still_there(left: Option<&FileState>, found: Option<&FileState>, now: Option<&FileState>) -> bool {
    let (Some(left), Some(found), Some(now)) = (left, found, now) else { return true };
    let [left, found, now] = [left, found, now]
        .map(|state| state.content.split(|&byte| byte == b'\n').collect::<BTreeSet<&[u8]>>());
    let is_added = found.difference(&left).any(|line| now.contains(line));
    is_added || left.difference(&found).any(|line| !now.contains(line) && !line.is_empty())
}
