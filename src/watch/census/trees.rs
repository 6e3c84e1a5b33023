//! Process trees: what somebody started, with all that it started in turn. Pure.
//!
//! An *anchor* is no part of a job: the first process, a login, a terminal, the shell that somebody types into, a part of the desktop. Who
//! has an anchor for a parent, or a parent outside of its realm, is the root of a tree. Trees become one where they share a process group
//! or a session that no anchor is in: a pipeline, or children that outlived their parent.

use crate::watch::job::Process;

use super::keepers::Role;
use super::kin::{Kin, NOWHERE};

/// Scratch for sorting: realm and number, place of the process.
pub(super) type Runs = Vec<(u64, u32)>;

/// Tells the root of each process that has a realm; both tables are sorted by process.
pub(super) fn plant(processes: &[Process], kin: &mut [Kin], runs: &mut Runs) {
    find_parents(processes, kin);
    find_anchors(processes, kin);
    find_roots(kin);
    join(kin, runs, |one| one.group);
    join(kin, runs, |one| one.session);
    for at in 0..kin.len() {
        let root = root_of(kin, at as u32);
        if let Some(kin) = kin.get_mut(at).filter(|kin| kin.root != NOWHERE) {
            kin.root = root;
        }
    }
}

/// The place of a process in a table that is sorted by process.
pub(super) fn place_of(processes: &[Process], pid: u32) -> Option<usize> {
    processes.binary_search_by_key(&pid, |process| process.pid).ok()
}

fn find_parents(processes: &[Process], kin: &mut [Kin]) {
    for (process, one) in processes.iter().zip(kin.iter_mut()) {
        let parent = if one.realm == NOWHERE { None } else { place_of(processes, process.parent) };
        one.parent_at = parent.map_or(NOWHERE, |at| at as u32);
    }
}

fn find_anchors(processes: &[Process], kin: &mut [Kin]) {
    for (process, one) in processes.iter().zip(kin.iter_mut()) {
        let is_typed_into = one.role == Some(Role::Shell) && one.has_terminal && one.session == process.pid;
        let is_known = matches!(one.role, Some(Role::Keeper | Role::Anchor | Role::Starter));
        // Inside a unit or container, which is ended as a whole, names say nothing.
        let is_told_by_trees = one.realm != NOWHERE;
        one.is_anchor = is_told_by_trees && (process.pid == 1 || one.is_ours || is_known || is_typed_into);
    }
    for at in 0..kin.len() {
        let Some((one, parent)) = kin.get(at).and_then(|one| Some((*one, *kin.get(one.parent_at as usize)?)))
        else {
            continue;
        };
        // Only a shell that somebody types into gives each job a process group: so does one that `su` started in an old session.
        let controls_jobs = parent.role == Some(Role::Shell)
            && parent.has_terminal
            && one.group != parent.group
            && one.session == parent.session;
        if controls_jobs && let Some(parent) = kin.get_mut(one.parent_at as usize) {
            parent.is_anchor = true;
        }
        if parent.role == Some(Role::Starter)
            && !one.turns_swap_off
            && let Some(one) = kin.get_mut(at)
        {
            one.is_anchor = true;
        }
    }
}

/// Climbs from each process to the last one below an anchor. What was found is kept, so that each is climbed over once.
fn find_roots(kin: &mut [Kin]) {
    for at in 0..kin.len() {
        if kin.get(at).is_none_or(|one| one.root != NOWHERE) {
            continue;
        }
        let mut top = at;
        let mut steps = 0;
        while let Some(above) = step_up(kin, top).filter(|_| steps <= kin.len()) {
            top = above;
            steps += 1;
            if kin.get(above).is_some_and(|above| above.root != NOWHERE) {
                break;
            }
        }
        let root =
            kin.get(top).map_or(NOWHERE, |one| if one.root == NOWHERE { top as u32 } else { one.root });
        write_down(kin, at, root);
    }
}

fn write_down(kin: &mut [Kin], from: usize, root: u32) {
    let mut at = Some(from);
    while let Some(one) =
        at.and_then(|at| kin.get_mut(at)).filter(|one| one.root == NOWHERE && one.realm != NOWHERE)
    {
        one.root = root;
        at = at.and_then(|at| step_up(kin, at));
    }
}

/// The parent, if both may be in one tree.
fn step_up(kin: &[Kin], at: usize) -> Option<usize> {
    let one = kin.get(at).filter(|one| !one.is_anchor && one.realm != NOWHERE)?;
    let above = kin.get(one.parent_at as usize)?;
    (above.realm == one.realm && !above.is_anchor).then_some(one.parent_at as usize)
}

/// Makes one of the trees that share a number, unless an anchor has it too.
fn join(kin: &mut [Kin], runs: &mut Runs, number: fn(&Kin) -> u32) {
    runs.clear();
    for (at, one) in kin.iter().enumerate() {
        if one.realm != NOWHERE && number(one) != 0 && runs.len() < runs.capacity() {
            runs.push((u64::from(one.realm) << 32 | u64::from(number(one)), at as u32));
        }
    }
    runs.sort_unstable();
    for run in runs.chunk_by(|left, right| left.0 == right.0) {
        let is_anchor = |&(_, at): &(u64, u32)| kin.get(at as usize).is_some_and(|one| one.is_anchor);
        if let [(_, first), rest @ ..] = run
            && !run.iter().any(is_anchor)
        {
            rest.iter().for_each(|&(_, other)| unite(kin, *first, other));
        }
    }
}

fn unite(kin: &mut [Kin], first: u32, other: u32) {
    let (first, other) = (root_of(kin, first), root_of(kin, other));
    if first != other
        && let Some(other) = kin.get_mut(other as usize)
    {
        other.root = first;
    }
}

/// Follows the roots up to one that is its own, and shortens the way for the next.
fn root_of(kin: &mut [Kin], from: u32) -> u32 {
    let mut at = from;
    loop {
        let Some(above) = kin.get(at as usize).map(|one| one.root).filter(|&above| above != at) else {
            return at;
        };
        let Some(next) = kin.get(above as usize).map(|one| one.root) else { return at };
        if let Some(one) = kin.get_mut(at as usize) {
            one.root = next;
        }
        at = next;
    }
}
