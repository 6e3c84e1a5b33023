//! Plans as `memtune swap` makes them.

use crate::change::machine::Machine;
use crate::change::{Area, Plan, SwapFile, SwapOn};
use crate::facts::swap_header;
use crate::host::Filling;
use crate::sys::bytes::Bytes;
use crate::sys::uuid::Uuid;

use super::world::{World, why};

pub(super) const SWAP: &str = "/swapfile";
pub(super) const LARGER: &str = "/larger swap";
pub(super) const SIZE: Bytes = Bytes(1 << 20);

pub(super) fn uuid(number: u8) -> Uuid {
    Uuid([number; 16])
}

/// Whether the tree lies on btrfs: TMPDIR says where trees lie.
pub(super) fn is_on_btrfs(world: &World) -> bool {
    const BTRFS: u64 = 0x9123_683e;
    rustix::fs::statfs(world.path("/")).unwrap().f_type as u64 == BTRFS
}

/// A file as the file system of the tree wants it.
pub(super) fn file(world: &World, size: Bytes, number: u8) -> SwapFile {
    SwapFile { no_copy_on_write: is_on_btrfs(world), ..SwapFile::new(size, uuid(number)) }
}

fn line(path: &str) -> String {
    format!("{} none swap defaults,nofail,pri=10 0 0\n", path.replace(' ', "\\040"))
}

fn fstab(world: &World, plan: &mut Plan, edit: impl FnOnce(String) -> String) {
    let before = world.read("/etc/fstab").unwrap();
    plan.file(&world.host, "/etc/fstab", Some(&edit(before)), why()).unwrap();
    plan.afterwards(&["systemctl", "daemon-reload"], why());
}

fn on() -> Option<SwapOn> {
    Some(SwapOn::with_priority(Some(10)))
}

/// A swap file is made, turned on, and noted for the next boot.
pub(super) fn add(world: &World, machine: &Machine<'_>, path: &str, number: u8) -> Plan {
    let mut plan = Plan::new("add swap", Area::Swap);
    plan.swap_file_of(machine, path, file(world, SIZE, number), why()).unwrap();
    plan.swap_area_of(machine, path, on(), why()).unwrap();
    fstab(world, &mut plan, |text| text + &line(path));
    plan
}

/// It is turned off, forgotten, and deleted.
pub(super) fn remove(world: &World, machine: &Machine<'_>, path: &str) -> Plan {
    let mut plan = Plan::new("remove swap", Area::Swap);
    plan.swap_area_of(machine, path, None, why()).unwrap();
    fstab(world, &mut plan, |text| text.replace(&line(path), ""));
    plan.remove_swap_file_of(machine, path, Filling::Allocate, why()).unwrap();
    plan
}

/// A larger one takes the place of another.
pub(super) fn resize(world: &World, machine: &Machine<'_>, number: u8) -> Plan {
    let mut plan = Plan::new("resize swap", Area::Swap);
    plan.swap_file_of(machine, LARGER, file(world, SIZE * 2, number), why()).unwrap();
    plan.swap_area_of(machine, LARGER, on(), why()).unwrap();
    plan.swap_area_of(machine, SWAP, None, why()).unwrap();
    fstab(world, &mut plan, |text| text.replace(&line(SWAP), &line(LARGER)));
    plan.remove_swap_file_of(machine, SWAP, Filling::Allocate, why()).unwrap();
    plan
}

/// The UUID in the header of the file at `path`.
pub(super) fn uuid_at(world: &World, path: &str) -> Option<Uuid> {
    let start = world.host.read_start(path, swap_header::LARGEST_PAGE).ok()?;
    swap_header::parse(&start).map(|header| header.uuid)
}
