//! What speaks for a profile on this machine. Nothing is guessed: each reason names what was seen.

use crate::facts::readings::Readings;
use crate::host::{Host, IfThere, Lacking};

use super::model::{Profile, Recommend};

/// Where the firmware names the board.
const BOARD_FILES: [&str; 2] = ["/proc/device-tree/model", "/proc/device-tree/compatible"];

/// Where links enable units.
const UNIT_FOLDERS: [&str; 3] = ["/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system"];

/// The groups of running services: version 2, the hybrid arrangement, version 1.
const GROUPS: [&str; 3] = [
    "/sys/fs/cgroup/system.slice",
    "/sys/fs/cgroup/unified/system.slice",
    "/sys/fs/cgroup/systemd/system.slice",
];

/// Folders of links are few; a hostile tree may have many.
const MOST_FOLDERS: usize = 1_000;

/// The kernel keeps this much of a name.
const LONGEST_NAME: usize = 15;

/// The reasons that hold; none where nothing speaks for it.
pub fn recommend(profile: &Profile, readings: &Readings<'_>) -> Vec<String> {
    let wanted = &profile.recommend;
    let mut reasons = processes(wanted, readings).unwrap_or_default();
    reasons.extend(wanted.units.iter().filter_map(|unit| unit_reason(unit, readings.host())));
    reasons.extend(board(wanted, readings.host()));
    reasons.extend(machine(wanted, readings).ok().flatten());
    reasons
}

fn processes(wanted: &Recommend, readings: &Readings<'_>) -> Result<Vec<String>, Lacking> {
    let mut reasons = Vec::new();
    for name in &wanted.processes {
        let short: String = name.chars().take(LONGEST_NAME).collect();
        let found = readings.processes_named(&[short.as_str()])?;
        if let Some(first) = found.first() {
            let more = match found.len() {
                1 => String::new(),
                count => format!(", and {} more", count - 1),
            };
            reasons.push(format!("`{short}` is running (process {}{more})", first.pid));
        }
    }
    Ok(reasons)
}

fn unit_reason(unit: &str, host: &Host) -> Option<String> {
    let running = GROUPS.iter().map(|folder| format!("{folder}/{unit}")).find(|group| host.has(group));
    if running.is_some() {
        return Some(format!("`{unit}` is active"));
    }
    UNIT_FOLDERS
        .iter()
        .find_map(|folder| enabled(host, folder, unit))
        .map(|link| format!("`{unit}` is enabled ({link})"))
}

/// The link by which a target wants or requires the unit, and so starts it at boot.
fn enabled(host: &Host, folder: &str, unit: &str) -> Option<String> {
    let names = host.list(folder).if_there().ok()??;
    let is_wanting = |name: &&String| name.ends_with(".target.wants") || name.ends_with(".target.requires");
    let links =
        names.iter().filter(is_wanting).take(MOST_FOLDERS).map(|name| format!("{folder}/{name}/{unit}"));
    // A link to a unit that was removed since leads nowhere.
    links.into_iter().find(|link| host.read(link).is_ok())
}

fn board(wanted: &Recommend, host: &Host) -> Option<String> {
    let (file, text) = BOARD_FILES.iter().find_map(|&file| {
        let text = host.read(file).ok()?.to_ascii_lowercase();
        wanted.boards.iter().any(|piece| text.contains(&piece.to_ascii_lowercase())).then_some((file, text))
    })?;
    let names = text.split('\0').map(str::trim).filter(|name| !name.is_empty());
    let names: Vec<String> =
        names.take(3).map(|name| name.chars().filter(|one| !one.is_control()).take(80).collect()).collect();
    Some(format!("the board names itself {} ({file})", names.join(", ")))
}

/// All that is asked of the machine itself has to hold together.
fn machine(wanted: &Recommend, readings: &Readings<'_>) -> Result<Option<String>, Lacking> {
    let mut seen = Vec::new();
    for condition in &wanted.machine {
        let one = condition.look(readings)?;
        if !one.holds {
            return Ok(None);
        }
        seen.push(one.what);
    }
    Ok((!seen.is_empty()).then(|| seen.join(", and ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::profile::condition::{Condition, SwapState};
    use crate::sys::bytes::Bytes;

    fn reasons(recommend: Recommend, files: &[(&str, &str)]) -> Vec<String> {
        let (_folder, host) = made_tree(files);
        super::recommend(&Profile { recommend, ..Profile::default() }, &Readings::new(&host, None))
    }

    #[test]
    fn processes_are_known_by_what_the_kernel_keeps_of_their_names() {
        let stat = "7 (clickhouse-serv) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3 1 1";
        let wanted = Recommend { processes: vec!["clickhouse-server".to_owned()], ..Recommend::default() };
        assert_eq!(
            reasons(wanted.clone(), &[("/proc/7/stat", stat)]),
            ["`clickhouse-serv` is running (process 7)"]
        );
        assert!(reasons(wanted, &[("/proc/7/stat", &stat.replace("clickhouse", "other"))]).is_empty());
    }

    #[test]
    fn a_unit_counts_where_it_is_enabled_or_active_but_not_where_it_is_only_there() {
        let wanted = Recommend { units: vec!["redis.service".to_owned()], ..Recommend::default() };
        let there = ("/usr/lib/systemd/system/redis.service", "[Service]\n");
        assert!(reasons(wanted.clone(), &[there]).is_empty());
        let link = (
            "/etc/systemd/system/multi-user.target.wants/redis.service",
            "->/usr/lib/systemd/system/redis.service",
        );
        assert!(reasons(wanted.clone(), &[there, link])[0].contains("enabled (/etc/"));
        assert!(reasons(wanted.clone(), &[link]).is_empty());
        let group = ("/sys/fs/cgroup/system.slice/redis.service/cgroup.procs", "1\n");
        assert_eq!(reasons(wanted, &[there, link, group]), ["`redis.service` is active"]);
    }

    #[test]
    fn a_board_is_known_by_a_piece_of_its_name() {
        let wanted = Recommend { boards: vec!["tegra".to_owned()], ..Recommend::default() };
        let tree = [("/proc/device-tree/compatible", "nvidia,p3737\0nvidia,Tegra234\0")];
        assert!(reasons(wanted.clone(), &tree)[0].contains("nvidia,p3737, nvidia,tegra234"));
        assert!(reasons(wanted, &[("/proc/device-tree/model", "Raspberry Pi 5\0")]).is_empty());
    }

    #[test]
    fn conditions_of_the_machine_are_one_reason_together() {
        let machine = vec![Condition::Swap(SwapState::Any), Condition::MemoryBelow(Bytes::from_gib(2))];
        let wanted = Recommend { machine, ..Recommend::default() };
        let swap = ("/proc/swaps", "/dev/sda2 partition 1 0 -2\n");
        let small = ("/proc/meminfo", "MemTotal: 1000000 kB\n");
        assert_eq!(reasons(wanted.clone(), &[swap, small]).len(), 1);
        assert!(reasons(wanted.clone(), &[small]).is_empty());
        assert!(reasons(wanted.clone(), &[swap, ("/proc/meminfo", "MemTotal: 9000000 kB\n")]).is_empty());
        assert!(reasons(wanted, &[]).is_empty());
    }
}
