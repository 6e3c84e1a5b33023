//! What new limits do to units that hold memory already.

use crate::facts::readings::Readings;
use crate::facts::swaps;
use crate::sys::bytes::Bytes;
use crate::sys::size;

use super::super::shown::tree::{Tree, parent_of};
use super::agreement::{Judgement, Limits};
use super::amounts::Amounts;
use super::current::Current;
use super::manager::Manager;
use super::settings::Settings;

/// Where a part of what a unit holds could go.
struct Room {
    /// What swap can still take.
    swap: Bytes,
    /// The groups, whose limits may leave a unit less of it.
    tree: Tree,
    /// What is typed before the name of the unit.
    set: String,
}

impl Room {
    fn of(readings: &Readings, manager: &Manager) -> Self {
        let areas = readings.swaps().map(Vec::as_slice).unwrap_or_default();
        let set = format!("memtune limits set {}", manager.option());
        Self { swap: swaps::free(areas), tree: Tree::of(readings), set: set.trim_end().to_owned() }
    }

    /// What of it `unit` may have. Its own limit is what is being set.
    fn left_for(&self, unit: &Current, own: Option<Bytes>) -> Bytes {
        let above = self.tree.swap_left(parent_of(&unit.group)).map(|one| one.bytes);
        let own = own.map(|most| most.less(unit.swapped));
        above.into_iter().chain(own).fold(self.swap, Bytes::min)
    }

    /// Gives `unit` so much of it, which the next one can no longer have.
    fn give(&mut self, unit: &Current, bytes: Bytes) {
        self.swap = self.swap.less(bytes);
        self.tree.put_into_swap(&unit.group, bytes);
    }
}

/// What the `changed` ones among the limits that `settings` give do to `units`.
pub fn weigh_all(
    settings: &Settings,
    changed: &[&str],
    units: &[Current],
    readings: &Readings,
    manager: &Manager,
) -> Judgement {
    let memory = readings.meminfo().ok().map(|memory| memory.total());
    let limits = Limits { amounts: Amounts::of(settings, memory), changed };
    weigh_each(&limits, units, Room::of(readings, manager))
}

/// All of them are shrunk together, so that what one puts into swap the others cannot.
fn weigh_each(limits: &Limits<'_>, units: &[Current], mut room: Room) -> Judgement {
    units.iter().fold(Judgement::default(), |judged, unit| {
        let judgement = weigh(limits, unit, &room);
        // Who is refused gets nothing, for it is not shrunk.
        if judgement.refused.is_empty() {
            room.give(unit, swapped_out(limits, unit, &room));
        }
        judged.and(judgement)
    })
}

/// What the limits have `unit` put into swap.
fn swapped_out(limits: &Limits<'_>, unit: &Current, room: &Room) -> Bytes {
    let tightest = ["MemoryMax", "MemoryHigh"].into_iter().filter_map(|one| limits.changed(one)).min();
    let needed = unit.needed.or(unit.held).filter(|_| unit.is_active()).unwrap_or_default();
    let over = tightest.map(|limit| needed.less(limit)).unwrap_or_default();
    over.min(room.left_for(unit, limits.amounts.swap_max))
}

/// Judges `limits` by what `unit` holds. Lowering MemoryMax below what cannot be put elsewhere has the kernel kill at once; MemoryHigh below
/// it slows the unit down without end, and kills nothing.
fn weigh(limits: &Limits<'_>, unit: &Current, room: &Room) -> Judgement {
    let mut judgement = Judgement::default();
    let Some(held) = unit.held.or(unit.needed).filter(|_| unit.is_active()) else { return judgement };
    let needed = unit.needed.unwrap_or(held);
    let swap = room.left_for(unit, limits.amounts.swap_max);
    let stuck = needed.less(swap).max(unit.locked.min(needed));
    let name = &unit.name;
    if let Some(max) = limits.changed("MemoryMax") {
        if stuck > max {
            judgement.refuse("MemoryMax", killed(name, needed, swap, stuck, max, room));
        } else if held > max {
            judgement.notes.push(shrunk(name, held, needed, max, "MemoryMax"));
        }
    }
    if let Some(high) = limits.changed("MemoryHigh") {
        let is_killed = limits.changed("MemoryMax").is_some_and(|max| stuck > max);
        if stuck > high && !is_killed {
            judgement.refuse("MemoryHigh", stands_still(name, needed, swap, stuck, high, room));
        } else if held > high && limits.changed("MemoryMax").is_none_or(|max| held <= max) {
            judgement.notes.push(shrunk(name, held, needed, high, "MemoryHigh"));
        }
    }
    if let Some(most) = limits.changed("MemorySwapMax").filter(|most| unit.swapped > *most) {
        judgement.notes.push(format!(
            "{name} has {} in swap, and keeps it: MemorySwapMax={} only keeps more from going there",
            unit.swapped,
            size::exact(most)
        ));
    }
    judgement
}

fn killed(name: &str, needed: Bytes, swap: Bytes, stuck: Bytes, max: Bytes, room: &Room) -> String {
    let (max, safe) = (size::exact(max), size::exact(safe(stuck)));
    let (holds, set) = (holds(name, needed, swap), &room.set);
    // A brake above what it holds costs nothing, and keeps it from growing while it gives memory back.
    let typed = crate::change::typed(&[name]);
    format!(
        "{holds}: MemoryMax={max} would have the kernel kill in it at once. MemoryMax={safe} can be set now. To come lower, in steps: \
         `{set} {typed} MemoryHigh={safe}` keeps it from growing without a kill, and once it holds less, MemoryMax; or stop it, set the \
         limit, and start it again"
    )
}

fn stands_still(name: &str, needed: Bytes, swap: Bytes, stuck: Bytes, high: Bytes, room: &Room) -> String {
    let (high, safe) = (size::exact(high), size::exact(safe(stuck)));
    let (holds, set) = (holds(name, needed, swap), &room.set);
    let typed = crate::change::typed(&[name]);
    format!(
        "{holds}: with MemoryHigh={high} it would be slowed down without end, and never killed. `{set} {typed} MemoryHigh={safe}` leaves \
         it enough; more swap (`memtune swap add`) lets it go lower"
    )
}

fn holds(name: &str, needed: Bytes, swap: Bytes) -> String {
    match swap {
        Bytes(0) => format!("{name} holds {needed} that cannot be dropped, and there is no swap for it"),
        _ => format!("{name} holds {needed} that cannot be dropped, of which {swap} can go to swap"),
    }
}

fn shrunk(name: &str, held: Bytes, needed: Bytes, limit: Bytes, property: &str) -> String {
    let how = if needed > limit { "some of it goes to swap" } else { "the files among it are dropped" };
    format!("{name} holds {held}: {property}={} has it shrunk at once, and {how}", size::exact(limit))
}

/// A tenth above what it holds, in whole MiB.
fn safe(stuck: Bytes) -> Bytes {
    Bytes::from_mib((stuck + stuck.percent(10.0)).0.div_ceil(1 << 20).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn mib(amount: u64) -> Bytes {
        Bytes::from_mib(amount)
    }

    /// It holds 1000 MiB, of which 600 are its own.
    fn unit() -> Current {
        Current {
            name: "a.service".to_owned(),
            active: "active".to_owned(),
            held: Some(mib(1000)),
            needed: Some(mib(600)),
            ..Current::default()
        }
    }

    fn weighed(amounts: Amounts, swap: u64, unit: &Current) -> Judgement {
        let changed = ["MemoryMax", "MemoryHigh", "MemorySwapMax"];
        weigh(&Limits { amounts, changed: &changed }, unit, &room(swap, &[]))
    }

    /// Groups of these files lie in a machine with so much free swap.
    fn room(swap: u64, files: &[(&str, &str)]) -> Room {
        let (_folder, host) =
            made_tree(&[&[("/sys/fs/cgroup/cgroup.controllers", "memory\n")], files].concat());
        let tree = Tree::of(&Readings::new(&host, None));
        Room { swap: mib(swap), tree, set: "memtune limits set".to_owned() }
    }

    #[test]
    fn a_slice_above_may_leave_it_none_of_the_swap() {
        let unit = Current { group: "/ml.slice/a.service".to_owned(), ..unit() };
        let refused = |of_slice: &str| {
            let room = room(8192, &[("/sys/fs/cgroup/ml.slice/memory.swap.max", of_slice)]);
            weigh(&Limits { amounts: high(599), changed: &["MemoryHigh"] }, &unit, &room).refused
        };
        assert_eq!((refused("max\n").len(), refused("1048576\n").len()), (0, 0));
        assert!(refused("0\n")[0].1.contains("there is no swap for it"));
    }

    fn max(limit: u64) -> Amounts {
        Amounts { max: Some(mib(limit)), ..Amounts::default() }
    }

    fn high(limit: u64) -> Amounts {
        Amounts { high: Some(mib(limit)), ..Amounts::default() }
    }

    #[test]
    fn a_limit_below_what_cannot_go_anywhere_is_refused_with_steps() {
        let refused = weighed(max(599), 0, &unit()).refused;
        assert_eq!(refused[0].0, "MemoryMax");
        assert!(
            refused[0].1.contains("600 MiB") && refused[0].1.contains("MemoryHigh=660M"),
            "{}",
            refused[0].1
        );
        let refused = weighed(high(599), 0, &unit()).refused;
        assert!(refused[0].1.contains("without end"), "{}", refused[0].1);
    }

    #[test]
    fn the_boundaries_are_what_it_needs_and_what_it_holds() {
        for (limit, notes) in [(600, 1), (999, 1), (1000, 0)] {
            for amounts in [max(limit), high(limit)] {
                let judgement = weighed(amounts, 0, &unit());
                assert_eq!((judgement.refused.len(), judgement.notes.len()), (0, notes), "{limit}");
            }
        }
    }

    #[test]
    fn swap_takes_what_it_can_and_may() {
        assert!(weighed(max(500), 100, &unit()).notes[0].contains("goes to swap"));
        assert_eq!(weighed(max(499), 100, &unit()).refused.len(), 1);
        assert_eq!(weighed(Amounts { swap_max: Some(Bytes(0)), ..max(500) }, 100, &unit()).refused.len(), 1);
        let swapped = Current { swapped: mib(80), ..unit() };
        let judgement = weighed(Amounts { swap_max: Some(mib(50)), ..max(2000) }, 100, &swapped);
        assert!(judgement.notes[0].contains("keeps it"));
        let locked = Current { locked: mib(550), ..unit() };
        assert_eq!(weighed(max(500), 900, &locked).refused.len(), 1);
    }

    #[test]
    fn what_one_puts_into_swap_the_next_one_cannot() {
        let instance = |number: u32| Current { name: format!("a@{number}.service"), ..unit() };
        let instances: Vec<Current> = (1..=4).map(instance).collect();
        let refused = |swap: u64, amounts: Amounts| {
            let limits = Limits { amounts, changed: &["MemoryMax", "MemoryHigh"] };
            let judged = weigh_each(&limits, &instances, room(swap, &[]));
            judged.refused.into_iter().map(|(_, why)| why).collect::<Vec<_>>()
        };
        // Each has 100 MiB that have to go.
        assert!(refused(400, max(500)).is_empty() && refused(400, high(500)).is_empty());
        let short = refused(399, max(500));
        assert!(short.len() == 1 && short[0].starts_with("a@4.service"), "{short:?}");
        assert!(short[0].contains("of which 99 MiB can go to swap"), "{short:?}");
        assert_eq!(refused(100, high(500)).len(), 3);
    }

    #[test]
    fn what_does_not_run_holds_nothing() {
        let stopped = Current { active: "inactive".to_owned(), ..unit() };
        assert_eq!(weighed(max(1), 0, &stopped), Judgement::default());
        let unknown = Current { held: None, needed: None, ..unit() };
        assert_eq!(weighed(max(1), 0, &unknown), Judgement::default());
    }
}
