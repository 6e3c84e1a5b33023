//! Gives knobs their values when some of them move others.
//!
//! Of `vm.dirty_bytes` and `vm.dirty_ratio` the kernel keeps the one that was written last and makes the other 0; writing that 0
//! back is refused. Switching huge pages moves `vm.min_free_kbytes`.

use crate::exit::{Exit, Fault};
use crate::sysctl::{coupled, names};

use super::changes::{Change, knob_name};
use super::fault;
use super::knob::{KnobChange, read};
use super::machine::Kernel;
use super::value::{is_zero, same};

/// What one write moves, the next round mends; nothing known needs a third.
const MOST_ROUNDS: usize = 3;

/// A knob and the value that it shall have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) target: String,
    pub(super) value: String,
}

/// The values that `changes` lead to.
pub(super) fn forwards(changes: &[Change]) -> Vec<Wanted> {
    let knobs: Vec<&KnobChange> = knobs(changes).collect();
    let own = knobs.iter().map(|knob| (&knob.target, Some(&knob.after)));
    let companions = knobs.iter().flat_map(|knob| &knob.companions);
    first_of_each(own.chain(companions.map(|one| (&one.target, one.after.as_ref()))))
}

/// The values that were there before `knobs` were set.
pub(super) fn backwards(knobs: &[&KnobChange]) -> Vec<Wanted> {
    let own = knobs.iter().map(|knob| (&knob.target, Some(&knob.before)));
    let companions = knobs.iter().flat_map(|knob| &knob.companions);
    first_of_each(own.chain(companions.map(|one| (&one.target, Some(&one.before)))))
}

/// The knobs among `changes`.
pub(super) fn knobs(changes: &[Change]) -> impl Iterator<Item = &KnobChange> {
    changes.iter().filter_map(|change| match change {
        Change::Knob(knob) => Some(knob),
        _ => None,
    })
}

/// A knob's own change goes before what it is as a companion.
fn first_of_each<'c>(all: impl Iterator<Item = (&'c String, Option<&'c String>)>) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for (target, value) in all {
        if let Some(value) = value.filter(|_| wanted.iter().all(|one| one.target != *target)) {
            wanted.push(Wanted { target: target.clone(), value: value.clone() });
        }
    }
    wanted
}

/// Sets one knob, and reads it back.
pub(super) fn set(kernel: &dyn Kernel, target: &str, all: &[Wanted]) -> Result<(), Fault> {
    let Some(wanted) = all.iter().find(|one| one.target == target) else { return Ok(()) };
    if write(kernel, wanted, all)? { Ok(()) } else { check(kernel, wanted) }
}

/// Gives all of `wanted` their values.
///
/// Returns what could not be set; the others are.
pub(super) fn settle(kernel: &dyn Kernel, wanted: &[Wanted]) -> Vec<Fault> {
    let mut refusals = Vec::new();
    for _ in 0..MOST_ROUNDS {
        refusals.clear();
        let strays: Vec<&Wanted> = wanted.iter().filter(|one| check(kernel, one).is_err()).collect();
        if strays.is_empty() {
            return refusals;
        }
        refusals.extend(strays.into_iter().filter_map(|stray| write(kernel, stray, wanted).err()));
    }
    let strays: Vec<Fault> = wanted.iter().filter_map(|one| check(kernel, one).err()).collect();
    // What the kernel answered says more than that the value is another.
    if strays.is_empty() || refusals.is_empty() { strays } else { refusals }
}

/// Whether the knob has its value.
fn check(kernel: &dyn Kernel, wanted: &Wanted) -> Result<(), Fault> {
    let current = read(kernel, &wanted.target)?;
    if same(&wanted.target, &current, &wanted.value) {
        return Ok(());
    }
    let name = knob_name(&wanted.target);
    let message = format!("`{name}` was set to `{}`, but the kernel has `{current}`", wanted.value);
    Err(Fault::new(Exit::Failed, message).hint("another program may be setting it as well"))
}

/// Writes the knob; whether its value is left to come with that of its twin.
fn write(kernel: &dyn Kernel, wanted: &Wanted, all: &[Wanted]) -> Result<bool, Fault> {
    let Some(twin) = twin_among(wanted, all).filter(|_| is_zero(&wanted.value)) else {
        poke(kernel, &wanted.target, &wanted.value)?;
        return Ok(false);
    };
    if is_zero(&twin.value) && is_amount(&wanted.target) {
        // Both are 0, which only the share can say, and only when it changes.
        poke(kernel, &twin.target, "1")?;
        poke(kernel, &twin.target, "0")?;
    } else if is_zero(&twin.value) {
        poke(kernel, &wanted.target, "0")?;
    }
    Ok(true)
}

fn twin_among<'w>(wanted: &Wanted, all: &'w [Wanted]) -> Option<&'w Wanted> {
    let twin = names::path_of(coupled::twin(&names::key_of_path(&wanted.target)?)?);
    all.iter().find(|one| one.target == twin)
}

fn is_amount(path: &str) -> bool {
    names::key_of_path(path).is_some_and(|key| coupled::is_amount(&key))
}

fn poke(kernel: &dyn Kernel, path: &str, value: &str) -> Result<(), Fault> {
    kernel.write(path, value).map_err(|error| fault::on_knob(&knob_name(path), value, &error))
}
