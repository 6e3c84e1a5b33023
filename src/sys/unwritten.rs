//! The pages of programs and libraries in memory: the kernel has them from a file, nobody wrote to them, and it reads them again when
//! they are used again.

use procfs::process::{MMPermissions, MMapPath, MemoryMap, Process};
use rustix::mm::{Advice, madvise};
use rustix::param::page_size;

/// What comes back at once around a page that is used again, in bytes.
const PIECE: usize = 16 << 10;

/// Lets go of those of this process that nobody else has written to: what is used from here on comes back by itself, from the page cache,
/// and what only a start needed does not. To be called before memory is locked, for what is locked stays.
///
/// With a page that is used the kernel maps its neighbours, 64 KiB as a rule, as far as the mapping reaches; in a program of less than a
/// MiB that is nearly all of it. So the mappings are made short ones, each other one marked to be left out of a dump of the process. Such a
/// mapping takes the kernel some 200 bytes.
///
/// Where the kernel does not tell what a mapping holds, nothing is let go of.
pub fn let_go() {
    let Ok(mappings) = Process::myself().and_then(|own| own.smaps()) else { return };
    let piece = PIECE.max(page_size());
    for (start, end) in mappings.iter().filter(|mapping| is_unwritten(mapping)).filter_map(bounds) {
        advise(start, end, Advice::LinuxDontNeed);
        (start..end)
            .step_by(2 * piece)
            .for_each(|at| advise(at, (at + piece).min(end), Advice::LinuxDontDump));
    }
}

/// Whether all that is there of it is as it is in the file. What the linker filled in at the start and made unwritable afterwards is not.
fn is_unwritten(mapping: &MemoryMap) -> bool {
    let of_file = matches!(mapping.pathname, MMapPath::Path(_));
    let anonymous = mapping.extension.map.get("Anonymous").copied();
    let is_private = mapping.perms.contains(MMPermissions::PRIVATE);
    of_file && is_private && !mapping.perms.contains(MMPermissions::WRITE) && anonymous == Some(0)
}

fn bounds(mapping: &MemoryMap) -> Option<(usize, usize)> {
    let (start, end) = mapping.address;
    Some((start.try_into().ok()?, end.try_into().ok()?))
}

/// It is no harm where the kernel refuses.
#[expect(unsafe_code, reason = "madvise(2) of addresses that the kernel named has no safe wrapper")]
fn advise(start: usize, end: usize, advice: Advice) {
    // SAFETY: the mapping is a private one of a file without a page that differs from it, and nobody can write to it meanwhile. Whoever
    // reads there, or runs there as this very function may, finds the same bytes again.
    let _ = unsafe { madvise(start as *mut _, end - start, advice) };
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rustix::mm::{MapFlags, ProtFlags, mmap};

    use super::*;

    const LENGTH: usize = 64 << 10;

    /// What is there of the mapping at this place, in bytes.
    fn resident(place: u64) -> Option<u64> {
        let mappings = Process::myself().unwrap().smaps().unwrap();
        let found = mappings.into_iter().find(|mapping| mapping.address.0 == place)?;
        found.extension.map.get("Rss").copied()
    }

    #[test]
    #[expect(unsafe_code, reason = "the test maps a file of its own")]
    fn what_is_used_again_is_there_again() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[b'x'; LENGTH]).unwrap();
        // SAFETY: nobody changes the file or takes the mapping away.
        let mapped = unsafe {
            let place =
                mmap(std::ptr::null_mut(), LENGTH, ProtFlags::READ, MapFlags::PRIVATE, &file, 0).unwrap();
            std::slice::from_raw_parts(place.cast::<u8>(), LENGTH)
        };
        let sum = || mapped.iter().map(|byte| u64::from(*byte)).sum::<u64>();
        let place = mapped.as_ptr() as u64;
        let (before, there) = (sum(), resident(place));
        assert_eq!(there, Some(LENGTH as u64));
        let_go();
        assert_eq!(resident(place), Some(0));
        assert_eq!(mapped[0], b'x');
        assert_eq!(resident(place), Some(PIECE.max(page_size()) as u64));
        assert_eq!(sum(), before);
    }
}
