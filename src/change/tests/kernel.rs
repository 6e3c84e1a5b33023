//! A made-up kernel with the knobs that move each other, as mm/page-writeback.c, mm/util.c and mm/khugepaged.c have it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::change::machine::Kernel;
use crate::host::Lacking;

pub(super) const DIRTY_BYTES: &str = "/proc/sys/vm/dirty_bytes";
pub(super) const DIRTY_RATIO: &str = "/proc/sys/vm/dirty_ratio";
pub(super) const OVERCOMMIT_KBYTES: &str = "/proc/sys/vm/overcommit_kbytes";
pub(super) const OVERCOMMIT_RATIO: &str = "/proc/sys/vm/overcommit_ratio";
pub(super) const SWAPPINESS: &str = "/proc/sys/vm/swappiness";
pub(super) const MIN_FREE: &str = "/proc/sys/vm/min_free_kbytes";
pub(super) const HUGE_PAGES: &str = "/sys/kernel/mm/transparent_hugepage/enabled";

/// What the kernel reserves without huge pages, and with them.
const SMALL_RESERVE: u64 = 45_056;
const LARGE_RESERVE: u64 = 67_584;

const EINVAL: i32 = 22;

pub(super) struct MadeUpKernel {
    values: RefCell<BTreeMap<&'static str, String>>,
    chosen_reserve: Cell<u64>,
    boot: Cell<u32>,
    /// The programs that were run.
    pub(super) ran: RefCell<Vec<String>>,
    /// The programs that fail.
    pub(super) failing: RefCell<BTreeSet<String>>,
    /// The knob that takes any value and keeps its own.
    pub(super) stubborn: Cell<&'static str>,
}

impl MadeUpKernel {
    pub(super) fn new() -> Self {
        let values = [
            (DIRTY_BYTES, "0"),
            (DIRTY_RATIO, "20"),
            (OVERCOMMIT_KBYTES, "0"),
            (OVERCOMMIT_RATIO, "50"),
            (SWAPPINESS, "60"),
            (MIN_FREE, "67584"),
            (HUGE_PAGES, "madvise"),
        ];
        Self {
            values: RefCell::new(values.map(|(path, value)| (path, value.to_owned())).into()),
            chosen_reserve: Cell::new(0),
            boot: Cell::new(1),
            ran: RefCell::default(),
            failing: RefCell::default(),
            stubborn: Cell::new(""),
        }
    }

    pub(super) fn all(&self) -> BTreeMap<&'static str, String> {
        self.values.borrow().clone()
    }

    pub(super) fn value(&self, path: &str) -> String {
        self.values.borrow()[path].clone()
    }

    /// Starts anew, with these values.
    pub(super) fn reboot(&self, values: &[(&'static str, &str)]) {
        let fresh = Self::new();
        self.values.replace(fresh.all());
        self.chosen_reserve.set(0);
        self.boot.set(self.boot.get() + 1);
        values.iter().for_each(|(path, value)| self.write(path, value).unwrap());
    }

    fn put(&self, path: &'static str, value: u64) {
        self.values.borrow_mut().insert(path, value.to_string());
    }

    fn share(
        &self,
        share: &'static str,
        amount: &'static str,
        value: u64,
        is_always: bool,
    ) -> io::Result<()> {
        accept(value <= 100)?;
        if is_always || self.value(share) != value.to_string() {
            self.put(amount, 0);
        }
        self.put(share, value);
        Ok(())
    }

    fn switch_huge_pages(&self, choice: &str) -> io::Result<()> {
        accept(["always", "madvise", "never"].contains(&choice))?;
        self.values.borrow_mut().insert(HUGE_PAGES, choice.to_owned());
        let reserve: u64 = self.value(MIN_FREE).parse().unwrap();
        let reserve = match choice {
            "never" => SMALL_RESERVE.max(self.chosen_reserve.get()),
            _ => reserve.max(LARGE_RESERVE),
        };
        self.put(MIN_FREE, reserve);
        Ok(())
    }
}

fn accept(is_valid: bool) -> io::Result<()> {
    if is_valid { Ok(()) } else { Err(io::Error::from_raw_os_error(EINVAL)) }
}

impl Kernel for MadeUpKernel {
    fn read(&self, path: &str) -> Result<Option<String>, Lacking> {
        let text = self.values.borrow().get(path).cloned();
        Ok(match text {
            Some(choice) if path == HUGE_PAGES => {
                Some("always madvise never".replace(&choice, &format!("[{choice}]")))
            }
            text => text,
        })
    }

    fn write(&self, path: &str, value: &str) -> io::Result<()> {
        if path == self.stubborn.get() {
            return Ok(());
        }
        if path == HUGE_PAGES {
            return self.switch_huge_pages(value);
        }
        let number: u64 = value.parse().map_err(|_| io::Error::from_raw_os_error(EINVAL))?;
        match path {
            DIRTY_BYTES => {
                accept(number >= 8192)?;
                self.put(DIRTY_RATIO, 0);
                self.put(DIRTY_BYTES, number);
            }
            DIRTY_RATIO => self.share(DIRTY_RATIO, DIRTY_BYTES, number, false)?,
            OVERCOMMIT_KBYTES => {
                self.put(OVERCOMMIT_RATIO, 0);
                self.put(OVERCOMMIT_KBYTES, number);
            }
            OVERCOMMIT_RATIO => self.share(OVERCOMMIT_RATIO, OVERCOMMIT_KBYTES, number, true)?,
            SWAPPINESS => {
                accept(number <= 200)?;
                self.put(SWAPPINESS, number);
            }
            MIN_FREE => {
                self.chosen_reserve.set(number);
                self.put(MIN_FREE, number);
            }
            _ => return Err(io::Error::from(io::ErrorKind::NotFound)),
        }
        Ok(())
    }

    fn run(&self, words: &[String]) -> Result<(), String> {
        let line = words.join(" ");
        self.ran.borrow_mut().push(line.clone());
        if self.failing.borrow().contains(&line) { Err("it ended with status 1".to_owned()) } else { Ok(()) }
    }

    fn boot(&self) -> Option<String> {
        Some(format!("boot {}", self.boot.get()))
    }
}
