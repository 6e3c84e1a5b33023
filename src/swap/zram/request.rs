//! How large the compressed swap shall be.

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
}

impl Request {
    /// The size before compression in whole MiB, rounded up, as zram-generator counts; a share of whole MiB of memory is rounded down,
    /// as it does.
    pub fn mib(&self) -> u64 {
        match self.size {
            Size::Exact(size) => size.0.div_ceil(1 << 20),
            Size::Percent(percent) => ((self.memory.0 >> 20) as f64 * percent / 100.0) as u64,
        }
    }

    /// The same as a size.
    pub fn bytes(&self) -> Bytes {
        Bytes::from_mib(self.mib())
    }

    /// The size as zram-generator's formula: a share stays one, so that it follows the memory of the machine.
    pub fn formula(&self) -> String {
        match self.size {
            Size::Exact(_) => self.mib().to_string(),
            Size::Percent(100.0) => "ram".to_owned(),
            Size::Percent(50.0) => "ram / 2".to_owned(),
            Size::Percent(25.0) => "ram / 4".to_owned(),
            Size::Percent(percent) => format!("ram * {percent} / 100"),
        }
    }

    /// The most memory that it may take, compressed.
    pub fn limit(&self) -> Bytes {
        Bytes::from_mib((self.memory.0 >> 20) / 2)
    }

    /// Why nothing of this size is made; `None` where it can be.
    pub fn bar(&self) -> Option<String> {
        let most = self.memory * MOST_TIMES_MEMORY;
        if self.mib() == 0 {
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

    fn request(text: &str) -> Request {
        Request { size: text.parse().unwrap(), memory: Bytes::from_mib(4000) + Bytes::from_kib(100) }
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
            assert_eq!((request.formula().as_str(), request.mib()), (formula, mib), "{text}");
            // The generator reckons the formula over whole MiB, and cuts off the rest.
            assert_eq!(crate::facts::zram_size::evaluate(formula, 4000.0).unwrap() as u64, mib, "{text}");
        }
        assert_eq!(request("50%").limit(), Bytes::from_mib(2000));
    }

    #[test]
    fn nothing_and_more_than_twice_the_memory_are_refused() {
        let bar = |text| request(text).bar();
        assert!(bar("0").unwrap().contains("nothing would fit") && bar("0%").is_some());
        assert_eq!((bar("1"), bar("100%"), bar("8000M"), bar("8192200K")), (None, None, None, None));
        assert!(bar("8192201K").unwrap().contains("at most `memtune swap zram 8000M`"));
        assert!(bar("18446744073709551615").is_some());
    }
}
