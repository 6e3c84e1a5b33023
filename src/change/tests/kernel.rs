//! A made-up kernel with the knobs that move each other, as mm/page-writeback.c, mm/util.c and mm/khugepaged.c have it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::change::machine::Kernel;
use crate::facts::swap_header;
use crate::facts::swaps::SwapArea;
use crate::host::{Lacking, Patience};
use crate::sys::bytes::Bytes;

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

/// A swap area in use.
struct Area {
    priority: i32,
    size: Bytes,
}

pub(super) struct MadeUpKernel {
    values: RefCell<BTreeMap<&'static str, String>>,
    chosen_reserve: Cell<u64>,
    boot: Cell<u32>,
    /// The areas in use: path, priority and size.
    areas: RefCell<BTreeMap<String, Area>>,
    folder: RefCell<Option<PathBuf>>,
    /// The area that cannot be turned off.
    pub(super) full: RefCell<Option<String>>,
    /// What the kernel writes to its log when it refuses an area, and refuses all for.
    pub(super) refusal: RefCell<Option<String>>,
    log: RefCell<Vec<String>>,
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
            areas: RefCell::default(),
            folder: RefCell::default(),
            full: RefCell::default(),
            refusal: RefCell::default(),
            log: RefCell::default(),
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

    /// Whose files become swap areas.
    pub(super) fn runs_on(&self, folder: &Path) {
        self.folder.replace(Some(folder.to_owned()));
    }

    /// The areas in use, with their priorities.
    pub(super) fn areas(&self) -> Vec<(String, i32)> {
        self.areas.borrow().iter().map(|(path, area)| (path.clone(), area.priority)).collect()
    }

    fn swap_on(&self, words: &[&str]) -> Result<(), String> {
        let (&path, options) = words.split_last().unwrap();
        let priority = match options {
            [] => -2,
            ["-p", priority] => priority.parse().unwrap(),
            ["--discard", "-p", priority] => priority.parse().unwrap(),
            _ => return Err(format!("swapon does not know {options:?}")),
        };
        let invalid = || Err("it ended with status 255: swapon failed: Invalid argument".to_owned());
        if let Some(line) = self.refusal.borrow().clone() {
            self.log.borrow_mut().push(line);
            return invalid();
        }
        if self.areas.borrow().contains_key(path) {
            return Err("it ended with status 255: swapon failed: Device or resource busy".to_owned());
        }
        let folder = self.folder.borrow().clone().unwrap();
        let file = folder.join(path.trim_start_matches('/'));
        #[expect(clippy::disallowed_methods, reason = "the kernel reads the file itself")]
        let Ok(bytes) = std::fs::read(&file) else {
            return Err("it ended with status 255: absent".to_owned());
        };
        let Some(header) = swap_header::parse(&bytes) else { return invalid() };
        let size = header.length.less(header.page_size);
        self.areas.borrow_mut().insert(path.to_owned(), Area { priority, size });
        Ok(())
    }

    fn swap_off(&self, path: &str) -> Result<(), String> {
        if self.full.borrow().as_deref() == Some(path) {
            return Err("it ended with status 2: swapoff failed: Cannot allocate memory".to_owned());
        }
        match self.areas.borrow_mut().remove(path) {
            Some(_) => Ok(()),
            None => Err("it ended with status 255: swapoff failed: Invalid argument".to_owned()),
        }
    }

    /// Starts anew, with these values.
    pub(super) fn reboot(&self, values: &[(&'static str, &str)]) {
        let fresh = Self::new();
        self.values.replace(fresh.all());
        self.chosen_reserve.set(0);
        self.boot.set(self.boot.get() + 1);
        self.areas.borrow_mut().clear();
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

    fn run(
        &self,
        words: &[String],
        _: Patience<'_>,
        may_go_on: &dyn Fn() -> ControlFlow<()>,
    ) -> Result<(), String> {
        let line = words.join(" ");
        self.ran.borrow_mut().push(line.clone());
        if self.failing.borrow().contains(&line) {
            return Err("it ended with status 1".to_owned());
        }
        if may_go_on().is_break() {
            return Err("it was stopped by a signal, or took too long".to_owned());
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            ["swapon", ref words @ ..] => self.swap_on(words),
            ["swapoff", path] => self.swap_off(path),
            _ => Ok(()),
        }
    }

    fn swap_area(&self, path: &str) -> Result<Option<SwapArea>, Lacking> {
        Ok(self.areas.borrow().get(path).map(|area| SwapArea {
            path: path.to_owned(),
            is_file: true,
            is_deleted: false,
            size: area.size,
            used: Bytes(0),
            priority: area.priority,
        }))
    }

    fn log_end(&self) -> u64 {
        self.log.borrow().len() as u64
    }

    fn said_since(&self, end: u64) -> Vec<String> {
        self.log.borrow()[end as usize..].to_vec()
    }

    fn boot(&self) -> Option<String> {
        Some(format!("boot {}", self.boot.get()))
    }
}
