//! The meter: the files, and the sample that they make.

use rustix::io::Errno;
use rustix::time::ClockId;

use crate::facts::memory_line::MemoryLine;
use crate::facts::{meminfo, pressure};
use crate::sys::bytes::Bytes;
use crate::sys::kernel_file::KernelFile;
use crate::sys::size::Size;

use super::super::sample::{Sample, Stalled};
use super::areas::Areas;
use super::container::Container;

/// /proc/meminfo has 60 lines, memory.stat as many, and /proc/swaps one for each area.
const BUFFER: usize = 8192;

/// Takes samples.
#[derive(Debug)]
pub struct Meter {
    memory: KernelFile,
    pressure: Option<KernelFile>,
    areas: Areas,
    container: Option<Container>,
    /// Available memory from which on nobody's waiting matters, as a share or an amount; `None`: it always does.
    heeded: Option<Size>,
    buffer: Box<[u8; BUFFER]>,
}

impl Meter {
    /// Opens the files.
    ///
    /// # Errors
    /// What the kernel answered for /proc/meminfo; everything else may be lacking.
    pub fn open() -> Result<Self, Errno> {
        Ok(Self {
            memory: KernelFile::open(meminfo::PATH)?,
            pressure: KernelFile::open(pressure::PATH).ok(),
            areas: Areas::open(),
            container: Container::open(),
            heeded: None,
            buffer: Box::new([0; BUFFER]),
        })
    }

    /// Whether the kernel counts the time in which tasks wait.
    pub fn counts_waiting(&self) -> bool {
        self.pressure.is_some()
    }

    /// From here on it is looked who waits for memory only where that matters: where half of it or less is available, or twice as much as
    /// the rule for it, whose bound is `thrash`, asks for. `always`: somebody wants to see it anyway.
    pub fn heed(&mut self, thrash: Size, always: bool) {
        self.heeded = (!always).then_some(thrash);
    }

    /// The machine at this moment.
    ///
    /// # Errors
    /// What the kernel answered, or `EINVAL` where it told nothing that could be understood.
    pub fn sample(&mut self) -> Result<Sample, Errno> {
        let buffer = &mut *self.buffer;
        let line = MemoryLine::parse(self.memory.read(buffer)?).ok_or(Errno::INVAL)?;
        let mut sample = Sample {
            at: milliseconds(),
            total: line.total,
            available: line.available.min(line.total),
            swap_total: line.swap_total,
            swap_free: line.swap_free.min(line.swap_total),
            swap_worth: Bytes(0),
            loses_swap: false,
            pinned: line.shared + line.huge,
            gpu: line.gpu,
            stalled: None,
        };
        if let Some(left) = self.container.as_ref().and_then(|container| container.left(buffer)) {
            sample.total = sample.total.min(left.limit);
            sample.available = sample.available.min(left.available);
        }
        sample.swap_worth = self.areas.worth(sample.swap_total, sample.swap_free, buffer);
        sample.loses_swap = self.areas.is_one_leaving();
        if self.is_heeded(&sample) {
            sample.stalled = self.stalled();
        }
        Ok(sample)
    }

    fn is_heeded(&self, sample: &Sample) -> bool {
        let Some(thrash) = self.heeded else { return true };
        let twice = Bytes(thrash.of(sample.total).0.saturating_mul(2));
        sample.available <= twice.max(Bytes(sample.total.0 / 2))
    }

    fn stalled(&mut self) -> Option<Stalled> {
        let totals = pressure::totals(self.pressure.as_ref()?.read(&mut *self.buffer).ok()?)?;
        let microseconds = |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        Some(Stalled { some: microseconds(totals.some), full: microseconds(totals.full) })
    }
}

/// The time on the monotonic clock, in milliseconds.
pub fn milliseconds() -> u64 {
    let now = rustix::time::clock_gettime(ClockId::Monotonic);
    let (seconds, nanoseconds) = (now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs());
    seconds.saturating_mul(1000).saturating_add(nanoseconds / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_told() {
        let mut meter = Meter::open().unwrap();
        let (first, second) = (meter.sample().unwrap(), meter.sample().unwrap());
        assert!(first.total.0 > 0 && first.available <= first.total);
        assert!(first.swap_worth <= first.swap_free && first.swap_free <= first.swap_total);
        assert!(second.at >= first.at);
        assert_eq!(first.stalled.is_some(), meter.counts_waiting());
    }

    #[test]
    fn it_is_looked_who_waits_where_that_matters() {
        let mut meter = Meter::open().unwrap();
        let mib = Bytes::from_mib;
        let sample = |available| Sample { total: mib(1000), available: mib(available), ..Sample::default() };
        assert!(meter.is_heeded(&sample(1000)));
        meter.heed(Size::Percent(12.0), false);
        assert_eq!([501, 500, 0].map(|available| meter.is_heeded(&sample(available))), [false, true, true]);
        meter.heed(Size::Percent(40.0), false);
        assert_eq!([801, 800].map(|available| meter.is_heeded(&sample(available))), [false, true]);
        meter.heed(Size::Percent(40.0), true);
        assert!(meter.is_heeded(&sample(1000)));
    }
}
