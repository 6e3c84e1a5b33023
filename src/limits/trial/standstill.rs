//! Whether a program that is tried may stand still at its MemoryHigh, which slows it down and never ends it.

use crate::facts::cgroups::Arrangement;
use crate::facts::readings::Readings;
use crate::facts::swaps;
use crate::facts::unit_listing::Manager;
use crate::sys::bytes::Bytes;
use crate::sys::size;

use super::super::setting::shown_value::amount;
use super::super::shown::tree::Tree;

/// Says so, where what it may grow by above its MemoryHigh does not fit into swap.
pub fn warning(readings: &Readings, manager: Manager, properties: &[(String, String)]) -> Option<String> {
    let tree = Tree::of(readings);
    // Version 1 knows no MemoryHigh.
    if tree.arrangement != Some(Arrangement::V2) {
        return None;
    }
    let of = |wanted: &str| {
        let (_, value) = properties.iter().find(|(property, _)| property == wanted)?;
        amount(value, tree.memory())
    };
    let high = of("MemoryHigh")?;
    let above = tree.swap_left(&slice(manager)).map(|one| one.bytes);
    let free = readings.swaps().ok().map(|areas| swaps::free(areas))?;
    let room = above.into_iter().chain(of("MemorySwapMax")).fold(free, Bytes::min);
    let grows = of("MemoryMax").map_or(Bytes(u64::MAX), |max| max.less(high));
    (room < grows).then(|| said(high, room))
}

fn said(high: Bytes, room: Bytes) -> String {
    let high = size::exact(high);
    let where_to = match room {
        Bytes(0) => "what lies above it has no swap to go to".to_owned(),
        _ => format!("of what lies above it only {room} can go to swap"),
    };
    format!(
        "MemoryHigh={high} slows down and kills nothing, and {where_to}: a program that needs more may stand still for ever. MemoryMax in its \
         place ends it; Ctrl-C breaks this off"
    )
}

/// Where systemd puts scopes that name no slice.
fn slice(manager: Manager) -> String {
    match manager {
        Manager::System => "/system.slice".to_owned(),
        Manager::User => {
            let user = rustix::process::geteuid().as_raw();
            format!("/user.slice/user-{user}.slice/user@{user}.service/app.slice")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    const GROUPS: (&str, &str) = ("/sys/fs/cgroup/cgroup.controllers", "memory\n");
    const SWAP: (&str, &str) = ("/proc/swaps", "/swapfile file 1048576 0 -2\n");
    const NONE: (&str, &str) = ("/proc/swaps", "");

    fn warned(files: &[(&str, &str)], typed: &str) -> Option<String> {
        let (_folder, host) = made_tree(&[&[("/proc/meminfo", "MemTotal: 8388608 kB\n")], files].concat());
        let pair = |word: &str| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        let properties: Vec<_> = typed.split(' ').filter_map(pair).collect();
        warning(&Readings::new(&host, None), Manager::System, &properties)
    }

    #[test]
    fn what_may_stand_still_for_ever_is_said_beforehand() {
        let without = warned(&[GROUPS, NONE], "MemoryHigh=1G").unwrap();
        assert!(without.contains("MemoryHigh=1G") && without.contains("no swap to go to"), "{without}");
        assert!(warned(&[GROUPS, NONE], "MemoryHigh=1G MemoryMax=2G").is_some());
        assert!(warned(&[GROUPS, SWAP], "MemoryHigh=1G").unwrap().contains("only 1 GiB can go to swap"));
    }

    #[test]
    fn where_all_of_it_fits_into_swap_nothing_is_said() {
        assert!(warned(&[GROUPS, SWAP], "MemoryHigh=1G MemoryMax=2G").is_none());
        assert!(warned(&[GROUPS, SWAP], "MemoryHigh=1G MemoryMax=2049M").is_some());
        assert!(warned(&[GROUPS, SWAP], "MemoryHigh=1G MemoryMax=2G MemorySwapMax=1023M").is_some());
        let slice = ("/sys/fs/cgroup/system.slice/memory.swap.max", "0\n");
        assert!(warned(&[GROUPS, SWAP, slice], "MemoryHigh=1G MemoryMax=2G").is_some());
        for typed in ["MemoryMax=1G", "MemoryHigh=infinity", "MemoryHigh=2G MemoryMax=1G"] {
            assert!(warned(&[GROUPS, NONE], typed).is_none(), "{typed}");
        }
        let old = ("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "5\n");
        assert!(warned(&[old, NONE], "MemoryHigh=1G").is_none());
    }
}
