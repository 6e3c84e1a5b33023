//! Knobs of which a machine needs a certain amount to run at all.

use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::profile::sized::Sized;
use crate::sys::bytes::Bytes;

use super::judge::Danger;

/// The least of each that an ordinary system gets along with, and what fails below. The kernel's own defaults are many times these.
const FLOORS: [(&str, u64, &str); 5] = [
    ("fs.file-max", 8_192, "programs could open no more files"),
    ("kernel.pid_max", 4_096, "no more processes could be started"),
    ("kernel.threads-max", 1_000, "no more processes could be started"),
    ("vm.max_map_count", 4_096, "programs that load many libraries would end"),
    ("kernel.shmmax", 1 << 20, "programs that share memory would not start"),
];

/// Above this share of memory, in per cent, what is reserved for an emergency is itself one.
const MOST_RESERVED: f64 = 10.0;

const RESERVES: [&str; 2] = ["vm.admin_reserve_kbytes", "vm.user_reserve_kbytes"];

pub(super) fn judge(sized: &Sized, readings: &Readings<'_>) -> Result<Vec<Danger>, Lacking> {
    let number = |key: &str| {
        let one = sized.sysctl(key)?;
        Some((one, one.value.trim().parse::<u64>().ok()?))
    };
    let mut dangers: Vec<Danger> = FLOORS
        .iter()
        .filter_map(|(key, least, fails)| {
            let (one, value) = number(key).filter(|(_, value)| value < least)?;
            Some(Danger::new(&one.target, format!("with {value} {fails}; less than {least} is not written")))
        })
        .collect();
    for (one, kib) in RESERVES.iter().filter_map(|key| number(key)) {
        let (reserve, total) = (Bytes::from_kib(kib), readings.meminfo()?.total());
        if reserve.percent_of(total) > MOST_RESERVED {
            let share = reserve.percent_of(total);
            let reason = format!(
                "{reserve} are {share:.0} % of {total}, and where overcommit is strict programs cannot have them"
            );
            dangers.push(Danger::new(&one.target, reason));
        }
    }
    Ok(dangers)
}

#[cfg(test)]
mod tests {
    use super::super::super::made::{made, setting};
    use super::super::super::{Numbers, size};
    use super::super::danger;
    use super::*;
    use crate::host::made_tree::made_tree;

    fn dangers(key: &str, value: u64) -> Vec<String> {
        let (_folder, host) =
            made_tree(&[("/proc/meminfo", "MemTotal: 1000000 kB\nMemAvailable: 900000 kB\n")]);
        let readings = Readings::new(&host, None);
        let profile = made("x", &setting(key, &format!("value = {value}")));
        let sized = size(&profile, &readings, Numbers::Scaled).unwrap();
        danger(&sized, &readings).into_iter().map(|one| one.reason).collect()
    }

    #[test]
    fn what_a_machine_cannot_do_without_is_not_taken_away() {
        for (key, least, _) in FLOORS {
            assert_eq!(dangers(key, least).len(), 0, "{key}");
            assert_eq!(dangers(key, least - 1).len(), 1, "{key}");
        }
        assert_eq!(dangers("vm.admin_reserve_kbytes", 100_000).len(), 0);
        assert!(dangers("vm.admin_reserve_kbytes", 110_000)[0].contains("11 %"));
    }
}
