//! The same on the running kernel, with a tree for the files: small areas that are turned on and off for real.

use std::io;
use std::ops::ControlFlow;

use crate::change::apply::apply_on;
use crate::change::journal::State;
use crate::change::machine::{Kernel, Machine};
use crate::change::recover::under_lock;
use crate::change::undo::{Force, plan_on};
use crate::change::{Nobody, Observer, Progress, SwapFile};
use crate::facts::swap_header;
use crate::facts::swaps::SwapArea;
use crate::host::{Filling, Host, Lacking, Patience};
use crate::sys::bytes::Bytes;
use crate::sys::interruption::{self, Hangup, Interruption};
use crate::sys::uuid::Uuid;

use super::swap_plans::{LARGER, SIZE, SWAP, add, file, is_on_btrfs, remove, resize, uuid, uuid_at};
use super::world::{World, time, why};

/// The running kernel, to which the files of a tree lie in a folder.
struct RealKernel {
    live: Host,
    folder: String,
}

impl RealKernel {
    /// `None`, and a line that says why, where areas cannot be turned on here.
    fn new(world: &World) -> Option<Self> {
        let folder = world.path("/").to_string_lossy().trim_end_matches('/').to_owned();
        let kernel = Self { live: Host::live(), folder };
        let machine = kernel.machine(world, &Nobody);
        let mut plan = crate::change::Plan::new("try it", crate::change::Area::Swap);
        let file = file(world, SIZE, 9);
        plan.swap_file_of(&machine, "/probe", file, why()).unwrap();
        apply_on(&machine, plan, "x", time()).unwrap();
        let run = |word: &str| {
            let words = [word.to_owned(), "/probe".to_owned()];
            kernel.run(&words, Patience::Endless(None), &|| ControlFlow::Continue(()))
        };
        let answer = run("swapon").and_then(|()| run("swapoff"));
        std::fs::remove_file(world.path("/probe")).unwrap();
        std::fs::remove_dir_all(world.path("/var")).unwrap();
        match answer {
            Ok(()) => Some(kernel),
            Err(how) => {
                eprintln!("skipped: no swap area can be turned on here: {how}");
                None
            }
        }
    }

    fn machine<'m>(&'m self, world: &'m World, observer: &'m dyn Observer) -> Machine<'m> {
        Machine { host: &world.host, kernel: Some(self), observer, can_be_stopped: true, lock: None }
    }

    /// What of the tree is in use, with its priority.
    fn areas(&self) -> Vec<(String, i32)> {
        let all = crate::facts::swaps::read(&self.live).unwrap();
        let ours = all.iter().filter_map(|area| Some((area.path.strip_prefix(&self.folder)?, area.priority)));
        ours.map(|(path, priority)| (path.to_owned(), priority)).collect()
    }
}

impl Drop for RealKernel {
    /// Whatever a failed test left.
    fn drop(&mut self) {
        for (path, _) in self.areas() {
            let words = ["swapoff".to_owned(), path];
            let _ = self.run(&words, Patience::Endless(None), &|| ControlFlow::Continue(()));
        }
    }
}

impl Kernel for RealKernel {
    fn read(&self, path: &str) -> Result<Option<String>, Lacking> {
        Kernel::read(&self.live, path)
    }

    fn write(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn run(
        &self,
        words: &[String],
        patience: Patience<'_>,
        may_go_on: &dyn Fn() -> ControlFlow<()>,
    ) -> Result<(), String> {
        let mut words = words.to_vec();
        // Only what concerns the tree is run.
        if !words[0].starts_with("swapo") {
            return Ok(());
        }
        let path = words.last_mut().unwrap();
        *path = format!("{}{path}", self.folder);
        Kernel::run(&self.live, &words, patience, may_go_on)
    }

    fn boot(&self) -> Option<String> {
        self.live.boot()
    }

    fn swap_area(&self, path: &str) -> Result<Option<SwapArea>, Lacking> {
        self.live.swap_area(&format!("{}{path}", self.folder))
    }

    fn log_end(&self) -> u64 {
        self.live.log_end()
    }

    fn said_since(&self, end: u64) -> Vec<String> {
        self.live.said_since(end)
    }
}

fn world() -> World {
    World::new(&[("/etc/fstab", "# by hand\n")])
}

#[test]
fn a_real_area_is_added_resized_removed_and_comes_back() {
    let world = world();
    let Some(kernel) = RealKernel::new(&world) else { return };
    let machine = kernel.machine(&world, &Nobody);
    let before = world.everything();
    apply_on(&machine, add(&world, &machine, SWAP, 1), "x", time()).unwrap();
    assert_eq!(kernel.areas(), [(SWAP.to_owned(), 10)]);
    apply_on(&machine, resize(&world, &machine, 2), "x", time()).unwrap();
    assert_eq!(kernel.areas(), [(LARGER.to_owned(), 10)]);
    apply_on(&machine, remove(&world, &machine, LARGER), "x", time()).unwrap();
    assert_eq!((kernel.areas(), world.everything()), (vec![], before.clone()));
    for (id, path, number) in [(3, LARGER, 2), (2, SWAP, 1)] {
        let plan = plan_on(&machine, &[id], Force::No).unwrap();
        apply_on(&machine, plan, "x", time()).unwrap();
        assert_eq!(kernel.areas(), [(path.to_owned(), 10)]);
        assert_eq!(uuid_at(&world, path), Some(uuid(number)));
    }
    apply_on(&machine, plan_on(&machine, &[1], Force::No).unwrap(), "x", time()).unwrap();
    assert_eq!((kernel.areas(), world.everything()), (vec![], before));
}

#[test]
fn a_real_area_is_taken_back_after_every_step() {
    let world = world();
    let Some(kernel) = RealKernel::new(&world) else { return };
    let machine = kernel.machine(&world, &Nobody);
    let before = world.everything();
    for done in 0..=3 {
        let plan = add(&world, &machine, SWAP, 1);
        let id = crate::change::journal::next_id(&world.host).unwrap();
        let entry = crate::change::journal::Entry::begin(id, "t".to_owned(), plan, "x", kernel.boot());
        crate::change::journal::write(&world.host, &entry).unwrap();
        for change in &entry.changes[..done] {
            match change {
                crate::change::Change::File(file) => file.apply(&world.host).unwrap(),
                crate::change::Change::SwapFile(file) => file.apply(&machine).unwrap(),
                crate::change::Change::SwapArea(area) => area.apply(&machine, &kernel).unwrap(),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(kernel.areas().len(), usize::from(done >= 2));
        assert_eq!(under_lock(&machine).unwrap().unwrap().left, [""; 0]);
        assert_eq!((kernel.areas(), world.everything()), (vec![], before.clone()), "after {done} steps");
    }
}

#[test]
fn the_real_kernel_says_why_it_refuses() {
    let world = world();
    let Some(kernel) = RealKernel::new(&world) else { return };
    let machine = kernel.machine(&world, &Nobody);
    let before = world.everything();
    // A file with a hole: the header is sound, the blocks are not there.
    let page_size = Bytes(rustix::param::page_size() as u64);
    let header = swap_header::build(SIZE, page_size, uuid(3), "").unwrap();
    let file = std::fs::File::create_new(world.path("/holes")).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &header, 0).unwrap();
    file.set_len(SIZE.0).unwrap();
    file.sync_all().unwrap();
    let mut plan = crate::change::Plan::new("try it", crate::change::Area::Swap);
    plan.swap_area_of(&machine, "/holes", Some(Default::default()), why()).unwrap();
    let fault = apply_on(&machine, plan, "x", time()).unwrap_err();
    assert!(fault.to_string().contains("holes"), "{fault}");
    assert!(kernel.areas().is_empty());
    std::fs::remove_file(world.path("/holes")).unwrap();
    assert_eq!(world.everything(), before);
}

#[test]
fn btrfs_says_why_it_refuses_a_file_that_is_copied_on_write() {
    let world = world();
    let Some(kernel) = RealKernel::new(&world).filter(|_| is_on_btrfs(&world)) else {
        return eprintln!("skipped: TMPDIR is not on btrfs, or no swap area can be turned on here");
    };
    let machine = kernel.machine(&world, &Nobody);
    let before = world.everything();
    let mut plan = crate::change::Plan::new("try it", crate::change::Area::Swap);
    plan.swap_file_of(&machine, SWAP, SwapFile::new(SIZE, uuid(1)), why()).unwrap();
    plan.swap_area_of(&machine, SWAP, Some(Default::default()), why()).unwrap();
    let fault = apply_on(&machine, plan, "x", time()).unwrap_err();
    assert!(fault.to_string().contains("never copied on write"), "{fault}");
    assert_eq!((kernel.areas(), world.everything()), (vec![], before));
}

/// Sends itself a signal as soon as it is told of progress.
struct Signalled(Interruption);

impl Observer for Signalled {
    fn progress(&self, _: &Progress<'_>) {
        if !self.0.has_come() {
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::INT).unwrap();
        }
    }

    fn ended(&self) {}

    fn is_interrupted(&self) -> bool {
        self.0.has_come()
    }
}

#[test]
fn a_real_signal_stops_a_plan_and_nothing_is_left_behind() {
    let _alone = interruption::alone();
    let world = world();
    let before = world.everything();
    let mut plan = crate::change::Plan::new("try it", crate::change::Area::Swap);
    plan.file(&world.host, "/etc/fstab", Some("changed\n"), why()).unwrap();
    // Larger than is written before the first look at the signal.
    let file = SwapFile { filling: Filling::Zeroes, ..SwapFile::new(Bytes::from_mib(256), uuid(1)) };
    plan.swap_file_of(&world.machine(), SWAP, file, why()).unwrap();
    let signalled = Signalled(Interruption::catch(Hangup::Stops).unwrap());
    let fault = apply_on(&world.machine_observed(&signalled), plan, "x", time()).unwrap_err();
    assert_eq!(fault.to_string(), "interrupted; what was done before was taken back");
    assert_eq!(world.everything(), before);
    assert_eq!(world.states(), [State::RolledBack]);
}

#[test]
fn our_header_is_that_of_mkswap() {
    let world = world();
    let page_size = Bytes(rustix::param::page_size() as u64);
    for (pages, label) in [(10, ""), (10, "fifteen letters"), (4096, "swap"), (12_345, "ü")] {
        let (size, uuid) = (page_size * pages, Uuid::random().unwrap());
        let file = std::fs::File::create(world.path("/made")).unwrap();
        file.set_len(size.0).unwrap();
        std::fs::set_permissions(world.path("/made"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
        let path = world.path("/made").to_string_lossy().into_owned();
        let words = ["mkswap", "-U", &uuid.to_string(), "-L", label, &path].map(str::to_owned);
        let ran = match Host::live().run(&words, Patience::Usual, &|| ControlFlow::Continue(())) {
            Err(error) => return eprintln!("skipped: mkswap cannot be run: {error}"),
            Ok(ran) => ran,
        };
        assert_eq!(ran.status, Some(0), "{}", ran.complaint);
        let theirs = world.host.read_start("/made", page_size.0 as usize).unwrap();
        assert_eq!(swap_header::build(size, page_size, uuid, label).unwrap(), theirs, "{pages} {label}");
    }
}
