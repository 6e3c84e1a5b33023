//! How much of a file system a swap file may take.

use crate::exit::{Exit, Fault};
use crate::host::{Host, Space};
use crate::sys::bytes::Bytes;
use crate::sys::size;

/// What stays free: 5 %, and 1 GiB at the least; of a file system below 10 GiB, which has no GiB to leave, a tenth.
pub fn reserve(whole: Bytes) -> Bytes {
    whole.percent(5.0).max(Bytes::from_gib(1).min(whole.percent(10.0)))
}

/// The largest swap file that a file system can spare.
pub fn spare(space: Space) -> Bytes {
    space.available.less(reserve(space.size))
}

/// Refuses a file of `size` in `folder` that would leave less than the reserve.
///
/// # Errors
/// Says how much is free there, how much of it must stay so, and what would fit.
pub fn check(host: &Host, folder: &str, size: Bytes) -> Result<(), Fault> {
    let space = host.space(folder).map_err(|lacking| Fault::new(Exit::Failed, lacking.to_string()))?;
    let (available, left, spare) = (space.available, reserve(space.size), spare(space));
    if size <= spare {
        return Ok(());
    }
    let message = format!(
        "a swap file of {size} does not fit: the file system of `{folder}` has {available} available (see `df`), of which {left} are to stay so"
    );
    let whole = Bytes::from_mib(spare.0 >> 20);
    let hint = match whole.0 {
        0 => "make room there, or name a path on another file system with `--file`".to_owned(),
        _ => {
            format!("{} would fit; or make room, or name a path elsewhere with `--file`", size::exact(whole))
        }
    };
    Err(Fault::new(Exit::Refused, message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_file_systems_keep_a_tenth_and_large_ones_a_twentieth() {
        let gib = Bytes::from_gib;
        for (whole, left) in [
            (Bytes::from_mib(640), Bytes::from_mib(64)),
            (gib(10), gib(1)),
            (gib(20), gib(1)),
            (gib(200), gib(10)),
            (Bytes(0), Bytes(0)),
        ] {
            assert_eq!(reserve(whole), left, "{whole}");
        }
        let space = |used, available| Space { size: gib(20), used, available };
        assert_eq!(spare(space(gib(4), gib(16))), gib(15));
        assert_eq!(spare(space(gib(19), gib(1))), Bytes(0));
        assert_eq!(spare(space(gib(20), gib(0))), Bytes(0));
        // A part of it is for root alone.
        assert_eq!(spare(space(gib(4), gib(14))), gib(13));
        assert_eq!(spare(space(gib(19), gib(0))), Bytes(0));
    }

    #[test]
    fn what_is_larger_than_the_disk_is_refused_with_numbers() {
        let fault = check(&Host::live(), "/", Bytes(u64::MAX)).unwrap_err();
        assert_eq!(fault.exit, Exit::Refused);
        assert!(fault.to_string().contains("available"), "{fault}");
        check(&Host::live(), "/", Bytes(1 << 16)).unwrap();
    }
}
