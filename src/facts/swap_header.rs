//! The first page of a swap area, as mkswap writes it.

use crate::sys::bytes::Bytes;

/// The largest page of any machine, and with it the most of an area that holds its header.
pub const LARGEST_PAGE: usize = 64 << 10;

/// Where the version, and behind it the number of the last page, stands.
const INFORMATION: usize = 1024;

/// What the mark in the last ten bytes of the first page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// An area of today.
    Swap,
    /// An area of the time before Linux 2.2; no kernel takes it any more.
    Ancient,
    /// The machine was hibernated into it, and the mark not put back.
    Hibernated,
}

/// The header of one area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What its mark says.
    pub mark: Mark,
    /// The size of the pages that it was made for.
    pub page_size: Bytes,
    /// The version of its layout; 1 is the only one.
    pub version: u32,
    /// How long it says that it is.
    pub length: Bytes,
}

/// Finds the header in the first bytes of an area, whatever size of page it was made for; `None` where there is none.
pub fn parse(start: &[u8]) -> Option<Header> {
    [4 << 10, 8 << 10, 16 << 10, 64 << 10].into_iter().find_map(|page_size| {
        let mark = mark_at(start, page_size)?;
        // A machine of the other byte order may have written it; the kernel reads both.
        let is_swapped = number_at(start, INFORMATION)? == 1u32.swap_bytes();
        let number =
            |at| number_at(start, at).map(|value| if is_swapped { value.swap_bytes() } else { value });
        let (version, last_page) = (number(INFORMATION)?, number(INFORMATION + 4)?);
        let page_size = Bytes(page_size as u64);
        Some(Header { mark, page_size, version, length: page_size * (u64::from(last_page) + 1) })
    })
}

fn mark_at(start: &[u8], page_size: usize) -> Option<Mark> {
    match start.get(page_size - 10..page_size)? {
        b"SWAPSPACE2" => Some(Mark::Swap),
        b"SWAP-SPACE" => Some(Mark::Ancient),
        b"S1SUSPEND\0" | b"S2SUSPEND\0" | b"ULSUSPEND\0" | b"LINHIB0001" => Some(Mark::Hibernated),
        _ => None,
    }
}

fn number_at(start: &[u8], at: usize) -> Option<u32> {
    let bytes = start.get(at..at.checked_add(4)?)?;
    bytes.try_into().ok().map(u32::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn area(page_size: usize, mark: &[u8; 10], version: u32, last_page: u32) -> Vec<u8> {
        let mut start = vec![0; page_size];
        start[page_size - 10..].copy_from_slice(mark);
        start[1024..1028].copy_from_slice(&version.to_ne_bytes());
        start[1028..1032].copy_from_slice(&last_page.to_ne_bytes());
        start.resize(LARGEST_PAGE, 0);
        start
    }

    #[test]
    fn finds_the_header_of_every_page_size() {
        for page_size in [4096, 8192, 16384, 65536] {
            let header = parse(&area(page_size, b"SWAPSPACE2", 1, 255)).unwrap();
            assert_eq!((header.mark, header.version), (Mark::Swap, 1));
            assert_eq!(header.page_size, Bytes(page_size as u64));
            assert_eq!(header.length, Bytes(256 * page_size as u64));
        }
    }

    #[test]
    fn reads_the_other_byte_order_and_other_marks() {
        let swapped = parse(&area(4096, b"SWAPSPACE2", 1u32.swap_bytes(), 9u32.swap_bytes())).unwrap();
        assert_eq!((swapped.version, swapped.length), (1, Bytes(40960)));
        assert_eq!(parse(&area(4096, b"S1SUSPEND\0", 1, 9)).unwrap().mark, Mark::Hibernated);
        assert_eq!(parse(&area(4096, b"SWAP-SPACE", 1, 9)).unwrap().mark, Mark::Ancient);
        assert_eq!(parse(&area(4096, b"SWAPSPACE3", 1, 9)), None);
        assert_eq!(parse(b"short"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(mut start in prop::collection::vec(any::<u8>(), 0..9000), mark: bool) {
            if let Some(slot) = start.get_mut(4086..4096).filter(|_| mark) {
                slot.copy_from_slice(b"SWAPSPACE2");
            }
            let found = parse(&start);
            prop_assert!(!(mark && start.len() >= 4096) || found.is_some());
        }
    }
}
