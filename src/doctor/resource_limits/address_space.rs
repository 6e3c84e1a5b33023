//! L01: services whose address space is limited.

use std::collections::BTreeMap;

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::doctor::units::{OwnFiles, set_and_restart};
use crate::facts::cgroup_memory;
use crate::facts::malformed::shortened;
use crate::facts::process_unit::{self, Groups};
use crate::facts::processes::Process;
use crate::facts::readings::Readings;
use crate::facts::resource_limits;
use crate::facts::unit_files::Setting;
use crate::host::{Host, Lacking};
use crate::limits::shown::units::Survey;
use crate::limits::unit_name::UnitName;
use crate::sys::bytes::Bytes;
use crate::sys::size;

use super::default_limits;

/// Only the largest processes are asked for their limits.
const MOST_PROCESSES: usize = 16;

/// More would help nobody.
const MOST_SHOWN: usize = 16;

/// A limit on memory is put only on a unit that uses at most this share of it, in percent.
const MOST_USED: f64 = 80.0;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "L01",
    name: "rlimit-as",
    group: Group::ResourceLimits,
    question: "Is the address space of a service limited, where its memory was meant?",
    thresholds: "warn where LimitAS or LimitDATA of a service is not infinity, in the administrator's unit files, by DefaultLimitAS or DefaultLimitDATA in system.conf, or at one of the 16 largest processes; info where LimitRSS is set, which the kernel ignores",
    why: "These limits count what a process has mapped, not what it uses: mapped files, reserved heaps and a graphics driver's address space are many times its memory. It dies with ENOMEM while memory is free, and a service of several processes still takes as much as it likes, for the limit holds for each of them alone.",
    sources: &[
        "https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Process%20Properties",
        "https://man7.org/linux/man-pages/man2/getrlimit.2.html",
    ],
    examine: limited,
}];

/// A large process of a service with one of these limits: the limit's name in unit files, and its height.
struct Limited<'r> {
    process: &'r Process,
    unit: Option<String>,
    key: &'static str,
    limit: Bytes,
}

fn limited(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let (written, idle) = written_limits(readings)?;
    let live = match live_limits(readings) {
        Ok(live) => live,
        // What stands in files is worth telling without the processes; that nothing does is not.
        Err(_) if !written.is_empty() || !idle.is_empty() => Vec::new(),
        Err(lacking) => return Err(lacking),
    };
    let diagnosis = match (&written[..], &live[..], idle.first()) {
        ([setting, ..], ..) => {
            let (unit, key, value) = (&setting.unit, &setting.key, shortened(&setting.value));
            Diagnosis::warn(format!("{unit} has {key}={value}, which limits addresses, not memory"))
        }
        ([], [one, ..], _) => Diagnosis::warn(format!(
            "{} (PID {}) may map only {}, and holds {}",
            one.process.name, one.process.pid, one.limit, one.process.resident
        )),
        ([], [], Some(setting)) => Diagnosis::info(format!(
            "{} has LimitRSS={}, which the kernel ignores",
            setting.unit,
            shortened(&setting.value)
        )),
        ([], [], None) => Diagnosis::ok("No service's address space is limited"),
    };
    let diagnosis = written.iter().chain(&idle).take(MOST_SHOWN).fold(diagnosis, |diagnosis, one| {
        diagnosis.evidence(format!("{}:{}", one.file, one.line), one.key.as_str(), shortened(&one.value))
    });
    let diagnosis = live.iter().fold(diagnosis, |diagnosis, one| {
        let source = format!("/proc/{}/limits", one.process.pid);
        diagnosis.evidence(source, one.key, one.limit).working(format!(
            "{}: {} mapped, {} held, {} allowed to be mapped",
            one.process.name, one.process.mapped, one.process.resident, one.limit
        ))
    });
    let (lifted, freed) = (lift_all(readings, &written, &live), put_aside(&written, &idle));
    // A line that would win over memtune's has to go first.
    let is_first = written.iter().any(is_behind_ours);
    let commands: Vec<String> = if is_first {
        freed.into_iter().chain(lifted).collect()
    } else {
        lifted.into_iter().chain(freed).collect()
    };
    Ok(match commands.is_empty() {
        true => diagnosis,
        false => diagnosis.fix(Fix::commands(commands)),
    })
}

/// The limits that the administrator's files set, of addresses and of what the kernel does not limit; what packages bring knows its
/// program better.
fn written_limits(readings: &Readings) -> Result<(Vec<Setting>, Vec<Setting>), Lacking> {
    // `SOFT:HARD`; programs meet the soft one. An empty value takes earlier ones back.
    let is_limit = |setting: &Setting| {
        let soft = setting.value.split(':').next().unwrap_or_default();
        process_unit::is_name(&setting.unit) && !soft.is_empty() && soft != "infinity"
    };
    let own = OwnFiles::of(readings)?;
    let is_of_service = |setting: &Setting, keys: &[&str]| {
        setting.unit.ends_with(".service") && keys.contains(&setting.key.as_str())
    };
    let mut of_addresses = own.winning(|one| is_of_service(one, &["LimitAS", "LimitDATA"]));
    of_addresses.extend(default_limits::read(readings.host()));
    of_addresses.retain(is_limit);
    let mut idle = own.winning(|one| is_of_service(one, &["LimitRSS"]));
    idle.retain(is_limit);
    Ok((of_addresses, idle))
}

/// What no unit can lift: limits for all services, lines that stand behind memtune's own, and lines that do nothing.
fn put_aside(written: &[Setting], idle: &[Setting]) -> Vec<String> {
    let lines: Vec<&Setting> = written
        .iter()
        .filter(|one| is_default(one) || is_behind_ours(one))
        .chain(idle)
        .filter(|one| can_be_typed(&one.file))
        .collect();
    let aside = |one: &&Setting| format!("sudo sed -i '{}s/^/# /' {}", one.line, quoted(&one.file));
    let mut commands: Vec<String> = lines.iter().take(MOST_SHOWN).map(aside).collect();
    let reads_again = match (lines.iter().any(|one| is_default(one)), lines.is_empty()) {
        (true, _) => Some("sudo systemctl daemon-reexec   # counts for what is started from then on"),
        (false, false) => Some("sudo systemctl daemon-reload"),
        (false, true) => None,
    };
    commands.extend(reads_again.map(str::to_owned));
    commands
}

fn is_default(setting: &Setting) -> bool {
    setting.key.starts_with("Default")
}

/// Whether the line stands in a drop-in that is read after memtune's: `limits set` cannot win against it.
fn is_behind_ours(setting: &Setting) -> bool {
    let ours = UnitName::parse(&setting.unit).map(|unit| unit.drop_in());
    let (folder, file) = setting.file.rsplit_once('/').unwrap_or_default();
    folder.ends_with(".d") && !is_default(setting) && ours.is_ok_and(|ours| file > ours)
}

/// Those of the largest processes. Programs of users are left out: browsers limit their own processes so.
fn live_limits<'r>(readings: &'r Readings) -> Result<Vec<Limited<'r>>, Lacking> {
    let mut processes: Vec<&Process> = readings.processes()?.iter().collect();
    processes.sort_by_key(|process| std::cmp::Reverse(process.resident));
    let mut limited = Vec::new();
    let mut answered = 0;
    for process in processes.into_iter().take(MOST_PROCESSES) {
        let place = process_unit::read(readings.host(), process.pid).unwrap_or_default();
        // One that ends meanwhile hides nothing.
        let Ok(limits) = resource_limits::read(readings.host(), process.pid) else {
            continue;
        };
        answered += 1;
        let found = [("LimitAS", limits.address_space), ("LimitDATA", limits.data)];
        for (key, limit) in found {
            if let Some(limit) = limit.filter(|_| !place.is_users) {
                limited.push(Limited {
                    process,
                    unit: place.system_service().map(str::to_owned),
                    key,
                    limit,
                });
            }
        }
    }
    match answered {
        0 => Err(Lacking::absent("/proc/PID/limits")),
        _ => Ok(limited),
    }
}

/// The limits of each unit, by their names.
type LimitsByUnit<'l> = BTreeMap<&'l str, BTreeMap<&'l str, String>>;

fn lift_all(readings: &Readings, written: &[Setting], live: &[Limited]) -> Vec<String> {
    let mut limits: LimitsByUnit = BTreeMap::new();
    for setting in written.iter().filter(|one| !is_default(one)).take(MOST_SHOWN) {
        let soft = setting.value.split(':').next().unwrap_or_default();
        let own = limits.entry(&setting.unit).or_default();
        own.insert(&setting.key, soft.to_owned());
    }
    for one in live {
        if let Some(unit) = &one.unit {
            let own = limits.entry(unit).or_default();
            own.entry(one.key).or_insert_with(|| one.limit.0.to_string());
        }
    }
    let pid_of =
        |unit: &str| live.iter().find(|one| one.unit.as_deref() == Some(unit)).map(|one| one.process.pid);
    limits.iter().map(|(unit, limits)| lift(readings, unit, limits, pid_of(unit))).collect()
}

/// Lifts a unit's limits, and puts one on memory in their place where the unit is known to use at most 80 % of it: systemd applies
/// it to the running service with the very reload, and one below the use would kill. Addresses may be more than there is memory, and
/// so much is no limit on memory.
fn lift(readings: &Readings, unit: &str, limits: &BTreeMap<&str, String>, pid: Option<u32>) -> String {
    let mut settings: Vec<String> = limits.keys().map(|key| format!("{key}=infinity")).collect();
    let used = memory_of(readings.host(), unit, pid);
    let memory = Survey::active(readings).tree.memory();
    let largest = limits.values().filter_map(|value| size::parse(value).ok()).max();
    let has_room = |largest: Bytes| used.is_some_and(|used| used <= largest.percent(MOST_USED));
    let is_limit = |largest: Bytes| memory.is_none_or(|memory| largest < memory);
    if let Some(largest) = largest.filter(|&largest| has_room(largest) && is_limit(largest)) {
        settings.push(format!("MemoryMax={}", largest.0));
    }
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    set_and_restart(unit, &settings)
}

/// What a unit's control group holds; `None` where that cannot be told. The kernel says where the group of one of its processes
/// lies; without a process the usual place is tried, and a unit that lies elsewhere stays unknown.
fn memory_of(host: &Host, unit: &str, pid: Option<u32>) -> Option<Bytes> {
    let groups = match pid {
        Some(pid) => process_unit::groups_of(&host.read(&format!("/proc/{pid}/cgroup")).ok()?, unit),
        None => Groups::at(&format!("/system.slice/{unit}")),
    };
    cgroup_memory::of_groups(host, &groups)?.current
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const STAT: &str = "9 (redis-server) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 81920 3";
    const FREE: &str =
        "Max address space unlimited unlimited bytes\nMax data size unlimited unlimited bytes\n";
    const BOUND: &str =
        "Max address space 1073741824 unlimited bytes\nMax data size unlimited unlimited bytes\n";

    fn examined(limits: &str, group: &str, unit: &str) -> Finding {
        examine_tree(
            "L01",
            &[
                ("/proc/9/stat", STAT),
                ("/proc/9/limits", limits),
                ("/proc/9/cgroup", group),
                ("/etc/systemd/system/redis.service", unit),
                ("/sys/fs/cgroup/system.slice/redis.service/memory.current", "900000000\n"),
            ],
        )
    }

    #[test]
    fn unit_files_are_read() {
        for (unit, severity) in [
            ("[Service]\nLimitAS=2G\n", Severity::Warn),
            ("[Service]\nLimitDATA=2G:4G\n", Severity::Warn),
            ("[Service]\nLimitAS=infinity\nLimitDATA=infinity:infinity\n", Severity::Ok),
            ("[Service]\nLimitAS=2G\nLimitAS=\n", Severity::Ok),
            ("[Service]\nLimitNOFILE=5\n", Severity::Ok),
        ] {
            assert_eq!(examined(FREE, "", unit).severity, severity, "{unit}");
        }
    }

    #[test]
    fn a_limit_on_memory_takes_its_place_only_with_room_to_spare() {
        let roomy = examined(FREE, "", "[Service]\nLimitAS=2G\n").fix.unwrap().commands;
        assert_eq!(
            roomy,
            ["sudo memtune limits set redis.service LimitAS=infinity MemoryMax=2147483648 --restart"]
        );
        let tight = examined(FREE, "", "[Service]\nLimitAS=1G\n").fix.unwrap().commands;
        assert_eq!(tight, ["sudo memtune limits set redis.service LimitAS=infinity --restart"]);
    }

    /// The settings proposed for a service in `slice` that holds `used`, if that is told, and may map 1 GiB.
    fn proposed(slice: &str, used: Option<&str>) -> String {
        let group = format!("0::{slice}/redis.service/worker\n");
        let file = format!("/sys/fs/cgroup{slice}/redis.service/memory.current");
        let mut files =
            vec![("/proc/9/stat", STAT), ("/proc/9/limits", BOUND), ("/proc/9/cgroup", group.as_str())];
        files.extend(used.map(|used| (file.as_str(), used)));
        examine_tree("L01", &files).fix.unwrap().commands.swap_remove(0)
    }

    #[test]
    fn no_limit_is_put_on_memory_whose_use_is_unknown_or_near_it() {
        for slice in ["/system.slice", "/big.slice/big-er.slice", ""] {
            assert!(proposed(slice, Some("858993459\n")).contains("MemoryMax=1073741824"), "{slice}");
            assert!(!proposed(slice, Some("858993460\n")).contains("MemoryMax"), "{slice}");
            assert!(!proposed(slice, None).contains("MemoryMax"), "{slice}");
        }
        // A unit file of which no process is known, and no group either.
        let unit = [("/etc/systemd/system/a.service", "[Service]\nLimitAS=4G\n")];
        assert!(!examine_tree("L01", &unit).fix.unwrap().commands[0].contains("MemoryMax"));
    }

    #[test]
    fn more_than_there_is_limits_no_memory() {
        let fix = |memory: &str| {
            let meminfo = format!("MemTotal: {memory} kB\n");
            let files = [
                ("/proc/meminfo", meminfo.as_str()),
                ("/etc/systemd/system/redis.service", "[Service]\nLimitAS=64G\n"),
                ("/sys/fs/cgroup/system.slice/redis.service/memory.current", "900000000\n"),
            ];
            examine_tree("L01", &files).fix.unwrap().commands.concat()
        };
        // 64 GiB are 67108864 KiB.
        for memory in ["33554432", "67108864"] {
            assert_eq!(
                fix(memory),
                "sudo memtune limits set redis.service LimitAS=infinity --restart",
                "{memory}"
            );
        }
        assert!(fix("67108865").contains(" MemoryMax=68719476736 "), "{}", fix("67108865"));
    }

    #[test]
    fn a_line_behind_memtunes_own_is_put_aside_first() {
        let fix = |file: &str| {
            let path = format!("/etc/systemd/system/redis.service.d/{file}");
            examine_tree("L01", &[(path.as_str(), "[Service]\nLimitAS=4G\n")]).fix.unwrap().commands
        };
        let lifted = "sudo memtune limits set redis.service LimitAS=infinity --restart";
        assert_eq!(fix("10-own.conf"), [lifted]);
        let behind = fix("99-own.conf");
        assert_eq!(behind[0], "sudo sed -i '2s/^/# /' /etc/systemd/system/redis.service.d/99-own.conf");
        assert_eq!(behind[1..], ["sudo systemctl daemon-reload", lifted]);
    }

    #[test]
    fn version_1_counts_in_its_own_hierarchy() {
        let files = [
            ("/proc/9/stat", STAT),
            ("/proc/9/limits", BOUND),
            ("/proc/9/cgroup", "3:memory:/db.slice/redis.service\n1:name=systemd:/db.slice/redis.service\n"),
            ("/sys/fs/cgroup/memory/db.slice/redis.service/memory.usage_in_bytes", "1000\n"),
        ];
        let commands = examine_tree("L01", &files).fix.unwrap().commands;
        assert!(commands[0].contains("MemoryMax=1073741824"), "{commands:?}");
    }

    #[test]
    fn live_limits_of_services_count() {
        let service = examined(BOUND, "0::/system.slice/redis.service\n", "");
        assert_eq!(service.severity, Severity::Warn);
        assert!(service.title.starts_with("redis-server (PID 9) may map only 1 GiB"));
        assert!(service.fix.is_some());
        let container = examined(BOUND, "0::/system.slice/docker-1.scope\n", "");
        assert_eq!((container.severity, container.fix), (Severity::Warn, None));
        let browser = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-browser.scope\n";
        assert_eq!(examined(BOUND, browser, "").severity, Severity::Ok);
    }

    #[test]
    fn without_processes_only_a_find_is_told() {
        let unit = |text| [("/etc/systemd/system/a.service", text)];
        assert_eq!(examine_tree("L01", &unit("[Service]\nLimitAS=1\n")).severity, Severity::Warn);
        assert_eq!(examine_tree("L01", &unit("")).severity, Severity::Skip);
    }
    #[test]
    fn limits_for_all_services_count_and_what_the_kernel_ignores_is_told() {
        let all = [("/etc/systemd/system.conf", "[Manager]\nDefaultLimitAS=4G\n")];
        let finding = examine_tree("L01", &all);
        assert_eq!(finding.severity, Severity::Warn);
        let commands = finding.fix.unwrap().commands;
        assert_eq!(commands[0], "sudo sed -i '2s/^/# /' /etc/systemd/system.conf");
        assert!(commands[1].starts_with("sudo systemctl daemon-reexec"));
        let idle = [("/etc/systemd/system/a.service", "[Service]\nLimitRSS=4G\n")];
        let finding = examine_tree("L01", &idle);
        assert_eq!(
            (finding.severity, finding.title.as_str()),
            (Severity::Info, "a.service has LimitRSS=4G, which the kernel ignores")
        );
        assert_eq!(finding.fix.unwrap().commands[1], "sudo systemctl daemon-reload");
    }
}
