//! How large the compressed swap shall be.

use crate::swap::generator;
use crate::sys::bytes::Bytes;
use crate::sys::size::{self, Size};

/// The kernel's own advice: pages shrink to a half at best, on the whole.
const MOST_TIMES_MEMORY: u64 = 2;

/// What was asked for, on a machine of known size.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// As it was asked for.
    pub size: Size,
    /// The memory of the machine.
    pub memory: Bytes,
    /// The size of its pages: the kernel rounds all that it is told up to whole ones.
    pub page_size: Bytes,
}

impl Request {
    /// The size before compression in MiB, in which zram-generator reckons: a size in whole ones, rounded up; a share of the whole MiB
    /// of memory to its last bit, in the generator's order, which divides before it multiplies.
    fn mib(&self) -> f64 {
        match self.size {
            Size::Exact(size) => size.0.div_ceil(1 << 20) as f64,
            Size::Percent(percent) => generator::whole_mib(self.memory) as f64 * (percent / 100.0),
        }
    }

    /// The size before compression, as the kernel will have it.
    pub fn bytes(&self) -> Bytes {
        self.in_whole_pages(generator::bytes(self.mib()))
    }

    fn in_whole_pages(&self, size: Bytes) -> Bytes {
        self.page_size * size.0.div_ceil(self.page_size.0.max(1))
    }

    /// The size as zram-generator's formula: a share stays one, so that it follows the memory of the machine.
    pub fn formula(&self) -> String {
        match self.size {
            Size::Exact(_) => format!("{:.0}", self.mib()),
            Size::Percent(100.0) => "ram".to_owned(),
            Size::Percent(50.0) => "ram / 2".to_owned(),
            Size::Percent(25.0) => "ram / 4".to_owned(),
            Size::Percent(percent) => format!("ram * {percent} / 100"),
        }
    }

    /// The most memory that it may take, compressed.
    pub fn limit(&self) -> Bytes {
        self.in_whole_pages(Bytes::from_kib(self.memory.kib() / 2))
    }

    /// Why nothing of this size is made; `None` where it can be.
    pub fn bar(&self) -> Option<String> {
        let most = self.memory * MOST_TIMES_MEMORY;
        if self.mib() < 1.0 {
            return Some(
                "nothing would fit into it; `memtune swap zram off` gives compressed swap up".to_owned(),
            );
        }
        // Exactly twice the memory, in whole MiB, is still meant well.
        let is_more = |size: Size| size.of(self.memory) > most;
        is_more(self.size).then(|| {
            format!(
                "{} is more than twice the memory of {}: even well-compressible pages would not fit into it; at most `memtune swap zram {}`",
                self.bytes(),
                self.memory,
                size::exact(Bytes::from_mib(most.0 >> 20)),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::zram_generator::Device;
    use crate::swap::generator::{Outcome, outcome};

    fn of(size: &str, memory: Bytes) -> Request {
        Request { size: size.parse().unwrap(), memory, page_size: Bytes(4096) }
    }

    fn request(size: &str) -> Request {
        of(size, Bytes::from_mib(4000) + Bytes::from_kib(100))
    }

    #[test]
    fn sizes_become_formulas() {
        for (text, formula, mib) in [
            ("2G", "2048", 2048),
            ("1", "1", 1),
            ("1000001K", "977", 977),
            ("50%", "ram / 2", 2000),
            ("100%", "ram", 4000),
            ("25%", "ram / 4", 1000),
            ("12.5%", "ram * 12.5 / 100", 500),
            ("33%", "ram * 33 / 100", 1320),
        ] {
            let request = request(text);
            assert_eq!(
                (request.formula().as_str(), request.bytes()),
                (formula, Bytes::from_mib(mib)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_share_that_is_no_whole_number_of_mib_is_what_the_generator_makes() {
        // What version 1.2.1 of the generator reckons for this memory.
        for (text, expected) in [("50%", 1_048_051_712), ("33%", 691_714_129), ("12.5%", 262_012_928)] {
            let request = of(text, Bytes::from_mib(1999) + Bytes::from_kib(900));
            let device = Device { size: Some(request.formula()), ..Device::default() };
            assert_eq!(outcome(&device, 1999), Outcome::Made(Bytes(expected)), "{text}");
            for page_size in [4096, 65536] {
                let request = Request { page_size: Bytes(page_size), ..request.clone() };
                assert_eq!(request.bytes(), Bytes(expected.next_multiple_of(page_size)), "{text}");
            }
        }
    }

    #[test]
    fn half_of_the_memory_is_the_most_that_it_takes() {
        let limit = |kib| of("1G", Bytes::from_kib(kib)).limit();
        assert_eq!(
            (limit(4_096_000), limit(1_000_010)),
            (Bytes::from_kib(2_048_000), Bytes::from_kib(500_008))
        );
    }

    #[test]
    fn nothing_and_more_than_twice_the_memory_are_refused() {
        let bar = |text| request(text).bar();
        for text in ["0", "0%", "0.02%"] {
            assert!(bar(text).unwrap().contains("nothing would fit"), "{text}");
        }
        assert_eq!((bar("1"), bar("100%"), bar("8000M"), bar("8192200K")), (None, None, None, None));
        assert!(bar("8192201K").unwrap().contains("at most `memtune swap zram 8000M`"));
        assert!(bar("18446744073709551615").is_some());
    }
}
