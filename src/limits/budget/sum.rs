//! Whether all that may take memory fits into the machine together.

use std::borrow::Cow;

use serde::Serialize;

use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::sys::bytes::Bytes;
use crate::sys::size::Size;

use super::super::shown::tree::{TOP, Tree};
use super::super::shown::units::Survey;
use super::claims::{self, Declared};
use super::elsewhere;
use super::faults;
use super::fixed;
use super::holder::{Holder, HolderKind};
use super::instances::{Instance, Sized};
use super::reserve;

/// What the caller says beside what is there.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// What shall stay free; the usual reserve if nothing is said.
    pub reserve: Option<Size>,
    /// Units with the limit that they shall have, whether they are there or not.
    pub additions: Vec<(String, Size)>,
    /// Parts of units.
    pub instances: Vec<Instance>,
}

/// The sum, and whether it fits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Budget {
    schema: &'static str,
    /// The memory of the machine; in a container, what that may take.
    pub total: Bytes,
    /// The swap on disks: compressed swap takes memory itself.
    pub swap: Bytes,
    /// What stays free for the system.
    pub reserve: Bytes,
    /// What all holders may take together, the reserve among them.
    pub committed: Bytes,
    /// Whether that fits into memory.
    pub fits: bool,
    /// Whether it fits into memory and swap together.
    pub fits_with_swap: bool,
    /// What is left; nothing where it does not fit.
    pub left: Bytes,
    /// What is lacking; nothing where it fits.
    pub missing: Bytes,
    /// The first holder with which the sum is more than memory.
    pub breaks: Option<String>,
    /// What makes it not fit, in sentences.
    pub faults: Vec<String>,
    /// Who takes how much, in the order in which it is summed up.
    pub holders: Vec<Holder>,
    /// What is odd, or cannot be known.
    pub remarks: Vec<String>,
    /// What MemoryMin keeps from being taken back.
    #[serde(skip)]
    pub protected: Bytes,
    /// What it would be with the most that units without a limit have held.
    #[serde(skip)]
    pub most: Bytes,
}

impl Budget {
    /// Of a machine.
    ///
    /// # Errors
    /// Says that nothing tells what there is, or what its units take.
    pub fn of(readings: &Readings, request: &Request) -> Result<Self, Fault> {
        let survey = Survey::active(readings);
        let mut tree = Cow::Borrowed(&survey.tree);
        let total = tree
            .memory()
            .ok_or_else(|| Fault::new(Exit::Failed, "nothing tells how much memory there is"))?;
        let mut remarks: Vec<String> = Vec::new();
        if !tree.counts_memory() {
            remarks.extend(elsewhere::fill(readings.host(), &survey.units, tree.to_mut())?);
        }
        let declared = declared(request, total)?;
        let (reserve, how) = reserve::of(readings, request.reserve, total);
        let mut holders = vec![Holder::new("reserve", reserve, HolderKind::Reserve, how)];
        holders.extend(fixed::holders(readings, charged(&tree)));
        holders.extend(claims::holders(&tree, &declared));
        holders.extend(additions(&tree, &declared));
        holders.retain(|holder| holder.bytes.0 > 0);
        remarks.extend(fixed::remarks(readings));
        Ok(Self::sum_up(holders, total, reserve, disk_swap(readings), remarks, &tree))
    }

    fn sum_up(
        mut holders: Vec<Holder>,
        total: Bytes,
        reserve: Bytes,
        swap: Bytes,
        remarks: Vec<String>,
        tree: &Tree,
    ) -> Self {
        let mut sum = Bytes(0);
        for holder in &mut holders {
            sum = sum + holder.bytes;
            holder.sum = sum;
        }
        let breaks = holders.iter().find(|holder| holder.sum > total);
        let most = holders.iter().map(|holder| holder.most).sum();
        let protected = faults::protected(tree, total);
        let faults = faults::of(&holders, breaks, total);
        Self {
            schema: "memtune.budget/1",
            total,
            swap,
            reserve,
            committed: sum,
            fits: faults.is_empty(),
            fits_with_swap: sum <= total + swap && faults::of(&holders, None, total + swap).is_empty(),
            left: total.less(sum),
            missing: sum.less(total),
            breaks: breaks.map(|holder| holder.name.clone()),
            faults,
            remarks: remarks
                .into_iter()
                .chain(faults::overprotected(protected, total))
                .chain(faults::at_most(sum, most, total))
                .collect(),
            holders,
            protected,
            most,
        }
    }

    /// Why what MemoryMin protects is too much; `None` where it is not.
    pub fn overprotected(&self) -> Option<String> {
        faults::overprotected(self.protected, self.total)
    }

    /// Why it may not have fitted before, although it does now; `None` where it did.
    pub fn at_most(&self) -> Option<String> {
        faults::at_most(self.committed, self.most, self.total)
    }

    /// Whether `holder` is the first with which the sum is more than memory.
    pub fn is_broken_by(&self, holder: &Holder) -> bool {
        holder.sum > self.total && holder.sum.less(holder.bytes) <= self.total
    }

    /// The largest limit with which the unit that breaks the budget would fit, in whole MiB; `None` where nothing breaks it, or
    /// where the others leave nothing.
    pub fn would_fit(&self) -> Option<Bytes> {
        let breaks = self.holders.iter().find(|holder| self.is_broken_by(holder))?;
        let room = breaks.bytes.less(self.missing);
        // What others need changes: where there is room for the most that they have held, too, it is left to them.
        let careful = room.less(self.most.less(self.committed));
        let room = if careful.0 > room.0 / 2 { careful } else { room };
        let room = Bytes(room.0 >> 20 << 20);
        (breaks.kind.is_bound() && room.0 > 0).then_some(room)
    }
}

/// What the caller declares.
///
/// # Errors
/// Names the unit that would have two limits.
fn declared(request: &Request, total: Bytes) -> Result<Declared, Fault> {
    let mut declared = Declared::default();
    for (unit, size) in &request.additions {
        if declared.limits.insert(unit.clone(), size.of(total)).is_some() {
            return Err(Fault::new(Exit::Usage, format!("`{unit}` is named twice by --add")));
        }
    }
    for one in &request.instances {
        // Whoever stands for himself is a holder of his own.
        let unit = one.unit.clone().unwrap_or_else(|| one.name.clone());
        let sized = Sized { name: one.name.clone(), bytes: one.size.of(total) };
        declared.instances.entry(unit).or_default().push(sized);
    }
    Ok(declared)
}

/// Shared memory and what lies in file systems in memory, as far as groups count it.
fn charged(tree: &Tree) -> Bytes {
    tree.below(TOP).into_iter().filter_map(|path| tree.group(path)?.shmem).sum()
}

/// What was named and has no group yet.
fn additions(tree: &Tree, declared: &Declared) -> Vec<Holder> {
    let counted = claims::counted(tree);
    let is_new = |name: &&String| !counted.contains(name.as_str());
    let names = declared
        .limits
        .keys()
        .chain(declared.instances.keys().filter(|name| !declared.limits.contains_key(*name)));
    let holder = |name: &String| {
        let instances = declared.instances.get(name).cloned().unwrap_or_default();
        let wanted = instances.iter().map(|one| one.bytes).sum();
        let (bytes, how) = match declared.limits.get(name) {
            Some(&limit) => (limit, "as you add it"),
            None => (wanted, "as you declare it; it does not run now"),
        };
        Holder { instances, ..Holder::new(name, bytes, HolderKind::Added, how.to_owned()) }
    };
    names.filter(is_new).map(holder).collect()
}

/// Compressed swap lies in memory, and brings nothing that is not counted already.
fn disk_swap(readings: &Readings) -> Bytes {
    let areas = readings.swaps().map(Vec::as_slice).unwrap_or_default();
    areas.iter().filter(|area| !area.is_zram()).map(|area| area.size).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    /// A machine of 32 GiB with a unit of 50 GiB and one without a limit.
    const JETSON: [(&str, &str); 6] = [
        ("/proc/meminfo", "MemTotal: 33554432 kB\nNvMapMemUsed: 1048576 kB\n"),
        ("/proc/swaps", "/dev/zram0 partition 8388608 0 5\n/swapfile file 4194304 0 -2\n"),
        ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
        ("/sys/fs/cgroup/system.slice/brain.service/memory.max", "53687091200\n"),
        ("/sys/fs/cgroup/system.slice/brain.service/memory.current", "3221225472\n"),
        ("/sys/fs/cgroup/system.slice/llama.service/memory.current", "2147483648\n"),
    ];

    fn budget(files: &[(&str, &str)], request: &Request) -> Budget {
        let (_folder, host) = made_tree(files);
        Budget::of(&Readings::new(&host, None), request).unwrap()
    }

    fn with(additions: &[(&str, u64)], instances: &[&str]) -> Request {
        Request {
            reserve: Some(Size::Exact(Bytes::from_gib(1))),
            additions: additions
                .iter()
                .map(|(name, gib)| ((*name).to_owned(), Size::Exact(Bytes::from_gib(*gib))))
                .collect(),
            instances: instances.iter().map(|text| text.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn fifty_gib_do_not_fit_into_thirty_two() {
        let budget = budget(&JETSON, &with(&[], &[]));
        assert!(!budget.fits && !budget.fits_with_swap);
        assert_eq!((budget.total, budget.swap), (Bytes::from_gib(32), Bytes::from_gib(4)));
        assert_eq!(budget.committed, Bytes::from_gib(1 + 1 + 2 + 50));
        assert_eq!((budget.missing, budget.left), (Bytes::from_gib(22), Bytes(0)));
        assert_eq!(budget.breaks.as_deref(), Some("brain.service"));
        assert_eq!(budget.faults, ["brain.service alone may take 50 GiB, and there are 32 GiB of memory"]);
        assert_eq!(budget.would_fit(), Some(Bytes::from_gib(28)));
    }

    #[test]
    fn instances_are_added_up() {
        let three = ["brain/subject=10G", "brain/observer=15G", "brain/god=20G"];
        let wide = budget(&JETSON, &with(&[], &three));
        assert_eq!(
            wide.faults[1],
            "the instances of brain.service want 45 GiB together (subject 10 GiB, observer 15 GiB, god 20 GiB), and there are 32 GiB of memory"
        );
        let narrow = budget(&JETSON, &with(&[("brain.service", 24)], &three));
        assert_eq!(narrow.faults.len(), 1);
        assert!(narrow.faults[0].ends_with("and brain.service may take 24 GiB"), "{:?}", narrow.faults);
        assert!(narrow.breaks.is_none() && !narrow.fits && !narrow.fits_with_swap, "swap widens no unit");
        let sound =
            budget(&JETSON, &with(&[("brain.service", 24)], &["brain/a=6G", "brain/b=7G", "brain/c=7G"]));
        assert!(sound.fits, "{:?}", sound.faults);
        assert_eq!(sound.left, Bytes::from_gib(4));
    }

    #[test]
    fn a_unit_has_one_limit() {
        let (_folder, host) = made_tree(&JETSON);
        let request = with(&[("a.service", 1), ("a.service", 2)], &[]);
        let fault = Budget::of(&Readings::new(&host, None), &request).unwrap_err();
        assert_eq!(fault.to_string(), "`a.service` is named twice by --add");
    }

    #[test]
    fn what_is_added_comes_last_and_may_break_it() {
        let request = with(&[("brain.service", 24), ("new.service", 4)], &[]);
        assert!(budget(&JETSON, &request).fits);
        let request = with(&[("brain.service", 24), ("new.service", 5)], &["alone=1G"]);
        let budget = budget(&JETSON, &request);
        assert_eq!(budget.breaks.as_deref(), Some("new.service"));
        assert!(budget.fits_with_swap);
        assert_eq!(
            budget.faults,
            ["new.service may take 5 GiB, and what stands before it leaves 4 GiB of 32 GiB"]
        );
        assert_eq!(budget.holders.last().unwrap().name, "alone");
        assert_eq!(budget.would_fit(), Some(Bytes::from_gib(3)));
    }

    #[test]
    fn cache_that_was_held_once_is_told_and_does_not_count() {
        let gib = |gib: u64| format!("{}\n", gib << 30);
        let (peak, current) = (gib(31), gib(3));
        let stat = format!("anon {}file {}", gib(1), gib(2));
        let files = [
            ("/proc/meminfo", "MemTotal: 33554432 kB\n"),
            JETSON[2],
            ("/sys/fs/cgroup/user.slice/memory.current", current.as_str()),
            ("/sys/fs/cgroup/user.slice/memory.peak", peak.as_str()),
            ("/sys/fs/cgroup/user.slice/memory.stat", stat.as_str()),
            ("/sys/fs/cgroup/a.service/memory.max", "5368709120\n"),
        ];
        let budget = budget(&files, &with(&[], &[]));
        assert!(budget.fits, "{:?}", budget.faults);
        assert_eq!(
            (budget.committed, budget.most),
            (Bytes::from_gib(1 + 1 + 5), Bytes::from_gib(1 + 29 + 5))
        );
        assert!(budget.remarks[0].contains("35 GiB of 32 GiB"), "{:?}", budget.remarks);
        let large = ("/sys/fs/cgroup/a.service/memory.max", "42949672960\n");
        let room = |peak: &str| {
            let peak = ("/sys/fs/cgroup/user.slice/memory.peak", peak);
            let files = [files[0], files[1], files[2], peak, files[4], large];
            super::tests::budget(&files, &with(&[], &[])).would_fit()
        };
        // Of 32 GiB 2 are needed and 30 are left, or 28 where the others take as much as before; not where that is hardly anything.
        assert_eq!(room("5368709120\n"), Some(Bytes::from_gib(28)));
        assert_eq!(room(&peak), Some(Bytes::from_gib(30)));
        let smaller = [files[0], files[1], files[2], files[3], files[4]];
        assert_eq!(super::tests::budget(&smaller, &with(&[], &[])).remarks, Vec::<String>::new());
    }

    #[test]
    fn what_lies_in_a_file_system_in_memory_counts_once() {
        let stat = format!("anon 0\nfile {0}\nshmem {0}\n", 16u64 << 30);
        let files = [
            ("/proc/meminfo", "MemTotal: 33554432 kB\n"),
            JETSON[2],
            ("/proc/mounts", "tmpfs /mnt/ram tmpfs rw,size=16777216k 0 0\n"),
            ("/sys/fs/cgroup/user.slice/memory.current", "17179869184\n"),
            ("/sys/fs/cgroup/user.slice/memory.stat", stat.as_str()),
        ];
        assert_eq!(budget(&files, &with(&[], &[])).committed, Bytes::from_gib(1 + 16));
        // Nobody says what of it is shared memory.
        assert_eq!(budget(&files[..4], &with(&[], &[])).committed, Bytes::from_gib(1 + 16 + 16));
    }

    #[test]
    fn whoever_is_named_counts_though_a_part_of_a_service_has_that_name() {
        let files = [JETSON[0], JETSON[2], ("/sys/fs/cgroup/a.service/part/memory.current", "5\n")];
        assert_eq!(budget(&files, &with(&[], &["part=2G"])).holders.last().unwrap().name, "part");
    }

    #[test]
    fn the_whole_is_what_a_container_was_given() {
        let budget = budget(
            &[
                JETSON[0],
                JETSON[2],
                ("/sys/fs/cgroup/memory.max", "1073741824\n"),
                ("/sys/fs/cgroup/memory.current", "5\n"),
            ],
            &Request { reserve: Some(Size::Exact(Bytes(0))), ..Request::default() },
        );
        assert_eq!(budget.total, Bytes::from_gib(1));
        assert_eq!(budget.holders.last().unwrap().name, "all programs");
    }

    #[test]
    fn without_groups_the_files_of_a_tree_tell() {
        let files = [
            JETSON[0],
            ("/etc/systemd/system/brain.service", "[Service]\nMemoryMax=50G\n"),
            ("/etc/systemd/system/web@.service", "[Service]\nMemoryMax=50G\n"),
        ];
        let budget = budget(&files, &with(&[], &[]));
        assert_eq!(budget.breaks.as_deref(), Some("brain.service"));
        assert!(budget.remarks[0].contains("no control groups"));
    }

    #[test]
    fn systemd_tells_where_groups_do_not() {
        let listing = "Id=a.service\nActiveState=active\nControlGroup=/system.slice/a.service\nMemoryMax=1073741824\n\n\
                       Id=off.service\nActiveState=inactive\nControlGroup=/system.slice/off.service\nMemoryMax=1073741824\n";
        let budget = budget(
            &[JETSON[0], ("/sos_commands/systemd/systemctl_show_service_--all", listing)],
            &with(&[], &[]),
        );
        let names: Vec<&str> = budget.holders.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["reserve", "GPU", "a.service"]);
    }

    #[test]
    fn too_much_protection_is_told() {
        let with = |min: &'static str| {
            let files = [JETSON[0], JETSON[2], JETSON[5], ("/sys/fs/cgroup/system.slice/memory.min", min)];
            budget(&files, &Request::default()).remarks
        };
        assert_eq!(with("27487790694\n"), Vec::<String>::new());
        assert!(with("27487790695\n")[0].contains("MemoryMin protects"));
    }

    proptest! {
        #[test]
        fn the_sum_is_right_and_nothing_is_left_where_it_does_not_fit(
            reserve in 0..1u64 << 40, sizes in prop::collection::vec(0..u64::MAX, 0..6),
        ) {
            let additions = sizes.iter().enumerate();
            let request = Request {
                reserve: Some(Size::Exact(Bytes(reserve))),
                additions: additions.map(|(number, &size)| (format!("u{number}"), Size::Exact(Bytes(size)))).collect(),
                instances: Vec::new(),
            };
            let budget = budget(&JETSON[..4], &request);
            let sum: Bytes = budget.holders.iter().map(|holder| holder.bytes).sum();
            prop_assert_eq!(sum, budget.committed);
            prop_assert_eq!(budget.fits, budget.committed <= budget.total);
            prop_assert_eq!(budget.fits, budget.breaks.is_none());
            prop_assert!(budget.left.0 == 0 || budget.missing.0 == 0);
        }
    }
}
