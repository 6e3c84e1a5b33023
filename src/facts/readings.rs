//! All that was read of one machine, each source on its first use.

use std::any::{Any, TypeId};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::host::{Host, Lacking, Reason};
use crate::sys::bytes::Bytes;

use super::buddyinfo::{self, FreeBlocks};
use super::cgroups::{self, Arrangement};
use super::container::{self, Container};
use super::disks::{self, Disk};
use super::fstab;
use super::identity::{self, Identity};
use super::kernel_log::{self, KernelLog};
use super::malformed::{InFile, Malformed};
use super::meminfo::{self, Meminfo};
use super::mounts::{self, Mount};
use super::nodes::{self, Node};
use super::pressure::{self, Pressure};
use super::processes::{self, Process};
use super::rates::Rates;
use super::slabs::{self, Slab};
use super::swaps::{self, SwapArea};
use super::vmstat::{self, Vmstat};
use super::zoneinfo::{self, Zone};
use super::zram::{self, ZramDevice};
use super::zswap::{self, Zswap};

type Remembered<T> = OnceCell<Result<T, Lacking>>;

/// One machine's facts. Asking twice reads once; what cannot be read says so each time.
pub struct Readings<'h> {
    host: &'h Host,
    rates: Option<Rates>,
    identity: OnceCell<Identity>,
    container: OnceCell<Option<Container>>,
    page_size: OnceCell<Bytes>,
    knobs: RefCell<BTreeMap<String, Result<String, Lacking>>>,
    meminfo: Remembered<Meminfo>,
    vmstat: Remembered<Vmstat>,
    zones: Remembered<Vec<Zone>>,
    free_blocks: Remembered<Vec<FreeBlocks>>,
    swaps: Remembered<Vec<SwapArea>>,
    zram: Remembered<Vec<ZramDevice>>,
    zswap: Remembered<Option<Zswap>>,
    pressure: Remembered<Pressure>,
    mounts: Remembered<Vec<Mount>>,
    fstab: Remembered<Vec<fstab::Entry>>,
    processes: Remembered<Vec<Process>>,
    kernel_log: Remembered<KernelLog>,
    disks: Remembered<Vec<Disk>>,
    slabs: Remembered<Vec<Slab>>,
    nodes: Remembered<Vec<Node>>,
    conclusions: RefCell<BTreeMap<TypeId, Rc<dyn Any>>>,
}

/// Writes one accessor that reads on the first call.
macro_rules! read_once {
    ($(#[$doc:meta])* $name:ident: $kind:ty = $read:expr) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Says why it cannot be read.
        pub fn $name(&self) -> Result<&$kind, Lacking> {
            let read: fn(&Self) -> Result<_, Lacking> = $read;
            self.$name.get_or_init(|| read(self)).as_ref().map_err(Clone::clone)
        }
    };
}

impl<'h> Readings<'h> {
    /// Nothing is read yet. `rates` are there when the caller took two readings.
    pub fn new(host: &'h Host, rates: Option<Rates>) -> Self {
        Self {
            host,
            rates,
            identity: OnceCell::new(),
            container: OnceCell::new(),
            page_size: OnceCell::new(),
            knobs: RefCell::default(),
            meminfo: OnceCell::new(),
            vmstat: OnceCell::new(),
            zones: OnceCell::new(),
            free_blocks: OnceCell::new(),
            swaps: OnceCell::new(),
            zram: OnceCell::new(),
            zswap: OnceCell::new(),
            pressure: OnceCell::new(),
            mounts: OnceCell::new(),
            fstab: OnceCell::new(),
            processes: OnceCell::new(),
            kernel_log: OnceCell::new(),
            disks: OnceCell::new(),
            slabs: OnceCell::new(),
            nodes: OnceCell::new(),
            conclusions: RefCell::default(),
        }
    }

    /// The machine itself, for sources that only one check asks for.
    pub fn host(&self) -> &'h Host {
        self.host
    }

    /// What a floor above concludes from the facts, concluded on the first call: one of each type.
    pub fn concluded<T: Any>(&self, conclude: impl FnOnce(&Self) -> T) -> Rc<T> {
        let kind = TypeId::of::<T>();
        let known = self.conclusions.borrow().get(&kind).cloned();
        let known = known.and_then(|known| known.downcast::<T>().ok());
        known.unwrap_or_else(|| {
            let concluded = Rc::new(conclude(self));
            self.conclusions.borrow_mut().insert(kind, Rc::<T>::clone(&concluded));
            concluded
        })
    }

    /// Which machine this is.
    pub fn identity(&self) -> &Identity {
        self.identity.get_or_init(|| identity::read(self.host))
    }

    /// The container that this is; `None` on a machine of its own.
    pub fn container(&self) -> Option<&Container> {
        self.container.get_or_init(|| container::read(self.host)).as_ref()
    }

    read_once!(/// Where the memory is.
        meminfo: Meminfo = |own| meminfo::read(own.host));
    read_once!(/// What the memory manager counted since boot.
        vmstat: Vmstat = |own| vmstat::read(own.host));
    read_once!(/// The zones and their watermarks.
        zones: Vec<Zone> = |own| zoneinfo::read(own.host));
    read_once!(/// The free blocks by size.
        free_blocks: Vec<FreeBlocks> = |own| buddyinfo::read(own.host));
    read_once!(/// The swap areas in use.
        swaps: Vec<SwapArea> = |own| swaps::read(own.host));
    read_once!(/// The zram devices that have a size.
        zram: Vec<ZramDevice> = |own| zram::read(own.host));
    read_once!(/// How zswap is set; `None` where the kernel has none.
        zswap: Option<Zswap> = |own| zswap::read(own.host));
    read_once!(/// The share of time in which work waited for memory.
        pressure: Pressure = |own| pressure::read(own.host));
    read_once!(/// What is mounted.
        mounts: Vec<Mount> = |own| mounts::read(own.host));
    read_once!(/// What shall be mounted, and swapped on, at boot.
        fstab: Vec<fstab::Entry> = |own| fstab::read(own.host));
    read_once!(/// The processes.
        processes: Vec<Process> = |own| processes::read(own.host, own.page_size()));
    read_once!(/// What the kernel wrote about memory.
        kernel_log: KernelLog = |own| kernel_log::read(own.host));
    read_once!(/// The whole disks.
        disks: Vec<Disk> = |own| disks::read(own.host));
    read_once!(/// The kernel's caches; only root can read them.
        slabs: Vec<Slab> = |own| slabs::read(own.host));
    read_once!(/// The NUMA nodes.
        nodes: Vec<Node> = |own| nodes::read(own.host));

    /// How the control groups are arranged.
    ///
    /// # Errors
    /// Says why the mounts cannot be read.
    pub fn cgroups(&self) -> Result<Arrangement, Lacking> {
        self.mounts().map(|mounts| cgroups::arrangement(mounts))
    }

    /// How fast the counters grow.
    ///
    /// # Errors
    /// Says that nobody asked for a second reading.
    pub fn rates(&self) -> Result<&Rates, Lacking> {
        self.rates
            .as_ref()
            .ok_or_else(|| Lacking::new("rates", Reason::NotAsked("needs two readings: --sample 5")))
    }

    /// A kernel knob as it is shown, each read once.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn knob_text(&self, name: &str) -> Result<String, Lacking> {
        if let Some(known) = self.knobs.borrow().get(name) {
            return known.clone();
        }
        let text = self.host.knob(name);
        self.knobs.borrow_mut().insert(name.to_owned(), text.clone());
        text
    }

    /// A kernel knob that is a whole number.
    ///
    /// # Errors
    /// Says why it cannot be read, or that it is no number.
    pub fn knob(&self, name: &str) -> Result<u64, Lacking> {
        let text = self.knob_text(name)?;
        let path = format!("/proc/sys/{}", name.replace('.', "/"));
        text.parse().map_err(|_| Malformed::not_a_number(1, &text)).in_file(&path)
    }

    /// The size of a page. A capture tells it, or counts some memory both in pages, in /proc/vmstat, and in KiB, in
    /// /proc/meminfo; one that tells nothing is taken to have 4 KiB, as almost every machine has.
    pub fn page_size(&self) -> Bytes {
        *self.page_size.get_or_init(|| self.find_page_size())
    }

    fn find_page_size(&self) -> Bytes {
        if self.host.is_live() {
            return Bytes(rustix::param::page_size() as u64);
        }
        let told = self.host.output("getconf", &["PAGESIZE"]).ok().and_then(|text| text.trim().parse().ok());
        let size = told.or_else(|| self.counted_page_size()).unwrap_or(4096);
        // The sizes lie a factor of 4 apart, and the two counts were read one after the other.
        Bytes(match size {
            ..8192 => 4096,
            8192..32768 => 16384,
            _ => 65536,
        })
    }

    /// Free memory would be the natural count, but a machine that brings its memory up bit by bit counts it differently.
    fn counted_page_size(&self) -> Option<u64> {
        const COUNTS: [(&str, &str); 2] =
            [("SUnreclaim", "nr_slab_unreclaimable"), ("AnonPages", "nr_anon_pages")];
        let (meminfo, vmstat) = (self.meminfo().ok()?, self.vmstat().ok()?);
        let size = |(amount, pages)| meminfo.find(amount)?.0.checked_div(vmstat.find(pages)?);
        COUNTS.into_iter().find_map(size).filter(|&size| size > 0)
    }

    /// `pages` of this machine as bytes.
    pub fn pages(&self, pages: u64) -> Bytes {
        self.page_size() * pages
    }

    /// The memory that the kernel can use for its own data: without HighMem and Movable zones.
    ///
    /// # Errors
    /// Says why the zones cannot be read.
    pub fn lowmem(&self) -> Result<Bytes, Lacking> {
        Ok(self.pages(zoneinfo::lowmem_pages(self.zones()?)))
    }

    /// The processes whose name is one of `names`.
    ///
    /// # Errors
    /// Says why the processes cannot be read.
    pub fn processes_named(&self, names: &[&str]) -> Result<Vec<&Process>, Lacking> {
        Ok(self.processes()?.iter().filter(|process| names.contains(&process.name.as_str())).collect())
    }
}
