//! The first page of a swap area, as mkswap writes it: read, and made.

use crate::sys::bytes::Bytes;
use crate::sys::uuid::Uuid;

/// The largest page of any machine, and with it the most of an area that holds its header.
pub const LARGEST_PAGE: usize = 64 << 10;

/// Where the version, and behind it the number of the last page, stands.
const INFORMATION: usize = 1024;

const UUID: usize = INFORMATION + 12;
const LABEL: usize = UUID + 16;

/// The longest label: the header has 16 bytes for it, and it ends with a zero.
pub const LONGEST_LABEL: usize = 15;

/// An area of fewer pages is refused by mkswap, and of no use.
pub const FEWEST_PAGES: u64 = 10;

/// The number of the last page has 32 bits.
pub const MOST_PAGES: u64 = u32::MAX as u64;

/// The last bytes of the first page of an area.
const MARK: &[u8; 10] = b"SWAPSPACE2";

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
    /// What tells it from all others; all zeros where it has none.
    pub uuid: Uuid,
    label: [u8; 16],
}

impl Header {
    /// Its label; empty where it has none.
    pub fn label(&self) -> String {
        let end = self.label.iter().position(|&byte| byte == 0).unwrap_or(self.label.len());
        String::from_utf8_lossy(self.label.get(..end).unwrap_or_default()).into_owned()
    }
}

/// Why no header can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It has too few pages: this is the smallest size.
    TooSmall(Bytes),
    /// It has more pages than the kernel counts: this is the largest size.
    TooLarge(Bytes),
    /// Its label is longer than 15 bytes, or holds a zero.
    Label,
    /// No machine has pages of this size.
    PageSize,
}

/// The first page of an area of `size` with pages of `page_size`.
///
/// # Errors
/// Says why there can be no such area.
pub fn build(size: Bytes, page_size: Bytes, uuid: Uuid, label: &str) -> Result<Vec<u8>, Unfit> {
    let length = usize::try_from(page_size.0).ok().filter(|length| (4 << 10..=LARGEST_PAGE).contains(length));
    let length = length.filter(|length| length.is_power_of_two()).ok_or(Unfit::PageSize)?;
    let pages = size.0 / page_size.0;
    if pages < FEWEST_PAGES {
        return Err(Unfit::TooSmall(page_size * FEWEST_PAGES));
    }
    if label.len() > LONGEST_LABEL || label.contains('\0') {
        return Err(Unfit::Label);
    }
    let too_large = |_| Unfit::TooLarge(page_size * MOST_PAGES);
    let last_page = u32::try_from(pages).map_err(too_large)? - 1;
    let mut page = vec![0; length];
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(place) = page.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    put(INFORMATION, &1u32.to_ne_bytes());
    put(INFORMATION + 4, &last_page.to_ne_bytes());
    put(UUID, &uuid.0);
    put(LABEL, label.as_bytes());
    put(length - MARK.len(), MARK);
    Ok(page)
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
        let length = page_size * (u64::from(last_page) + 1);
        let (uuid, label) = (Uuid(piece_at(start, UUID)?), piece_at(start, LABEL)?);
        Some(Header { mark, page_size, version, length, uuid, label })
    })
}

fn mark_at(start: &[u8], page_size: usize) -> Option<Mark> {
    match start.get(page_size - 10..page_size)? {
        mark if mark == MARK => Some(Mark::Swap),
        b"SWAP-SPACE" => Some(Mark::Ancient),
        b"S1SUSPEND\0" | b"S2SUSPEND\0" | b"ULSUSPEND\0" | b"LINHIB0001" => Some(Mark::Hibernated),
        _ => None,
    }
}

fn number_at(start: &[u8], at: usize) -> Option<u32> {
    piece_at(start, at).map(u32::from_ne_bytes)
}

fn piece_at<const LENGTH: usize>(start: &[u8], at: usize) -> Option<[u8; LENGTH]> {
    start.get(at..at.checked_add(LENGTH)?)?.try_into().ok()
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

    #[test]
    fn the_bounds_of_an_area_are_kept() {
        let page = Bytes(4096);
        let of_pages = |pages| build(page * pages, page, Uuid::default(), "");
        assert_eq!(of_pages(9), Err(Unfit::TooSmall(Bytes(40960))));
        assert_eq!(parse(&of_pages(10).unwrap()).unwrap().length, Bytes(40960));
        assert_eq!(parse(&of_pages(MOST_PAGES).unwrap()).unwrap().length, page * MOST_PAGES);
        assert_eq!(of_pages(MOST_PAGES + 1), Err(Unfit::TooLarge(page * MOST_PAGES)));
        let labelled = |label| build(Bytes::from_mib(1), page, Uuid::default(), label);
        assert_eq!(parse(&labelled("fifteen letters").unwrap()).unwrap().label(), "fifteen letters");
        assert_eq!(labelled("sixteen letters!"), Err(Unfit::Label));
        assert_eq!(labelled("a\0b"), Err(Unfit::Label));
        for wrong in [0, 512, 5000, 128 << 10] {
            assert_eq!(build(Bytes::from_mib(1), Bytes(wrong), Uuid::default(), ""), Err(Unfit::PageSize));
        }
    }

    proptest! {
        #[test]
        fn what_is_made_is_read(uuid: [u8; 16], label in "[ -~]{0,15}", pages in 10..=MOST_PAGES, power in 12u32..=13) {
            let page_size = Bytes(1 << power);
            let page = build(page_size * pages, page_size, Uuid(uuid), &label).unwrap();
            let header = parse(&page).unwrap();
            prop_assert_eq!((header.mark, header.version), (Mark::Swap, 1));
            prop_assert_eq!((header.page_size, header.length), (page_size, page_size * pages));
            prop_assert_eq!((header.uuid, header.label()), (Uuid(uuid), label));
        }

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
