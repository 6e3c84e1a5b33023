//! What has to stay free for the kernel and the system itself.

use crate::facts::readings::Readings;
use crate::sys::bytes::Bytes;
use crate::sys::size::Size;

const SHARE: f64 = 5.0;
const LEAST: Bytes = Bytes(512 << 20);

/// How much, and how that was found: what the caller wants, or one and a half times what the kernel keeps free for itself and a
/// twentieth of memory, and never less than 512 MiB.
pub fn of(readings: &Readings, wanted: Option<Size>, memory: Bytes) -> (Bytes, String) {
    if let Some(size) = wanted {
        return (size.of(memory), "as you wish".to_owned());
    }
    let kept = Bytes::from_kib(readings.knob("vm.min_free_kbytes").unwrap_or_default());
    let reserve = kept.percent(150.0) + memory.percent(SHARE);
    match reserve < LEAST {
        true => (LEAST, "for the kernel and the system, at the least".to_owned()),
        false => (
            reserve,
            format!(
                "for the kernel and the system: 1.5 x vm.min_free_kbytes ({kept}) and {SHARE} % of memory"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn the_formula_has_a_floor() {
        let (_folder, host) = made_tree(&[("/proc/sys/vm/min_free_kbytes", "102400\n")]);
        let readings = Readings::new(&host, None);
        let of = |gib| super::of(&readings, None, Bytes::from_gib(gib)).0;
        assert_eq!(of(4), LEAST);
        assert_eq!(of(20), Bytes::from_mib(150) + Bytes::from_gib(1));
        let wanted = |size| super::of(&readings, Some(size), Bytes::from_gib(20)).0;
        assert_eq!(wanted(Size::Percent(10.0)), Bytes::from_gib(2));
        assert_eq!(wanted(Size::Exact(Bytes(7))), Bytes(7));
    }
}
