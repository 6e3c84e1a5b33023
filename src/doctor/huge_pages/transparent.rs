//! T02 and T03: huge pages that the kernel makes by itself.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::facts::choice;
use crate::facts::meminfo;
use crate::facts::mongod;
use crate::facts::process_fields::read_number;
use crate::facts::processes::Process;
use crate::facts::readings::Readings;
use crate::host::{IfThere, Lacking};
use crate::sys::bytes::Bytes;

const THP: &str = "/sys/kernel/mm/transparent_hugepage/enabled";
const MAX_PTES_NONE: &str = "/sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none";
const THP_DOC: &str = "https://docs.kernel.org/admin-guide/mm/transhuge.html";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "T02",
        name: "thp-vs-app",
        group: Group::HugePages,
        question: "Do transparent huge pages suit the databases that run here?",
        thresholds: "warn for `always` with Redis, Valkey or MongoDB up to 7, and for anything else with MongoDB from 8 on (up to 7 on other processors than x86-64 and ARM64); info where the version is unknown; a process that switched them off for itself does not count",
        why: "Redis copies its memory page by page while it saves: with huge pages each changed byte copies 2 MiB, which costs memory and time. MongoDB took its old allocator's memory in small pieces and wasted what huge pages added; its allocator since version 8 is built for them and is slower without.",
        sources: &[
            THP_DOC,
            "https://redis.io/docs/latest/operate/oss_and_stack/management/admin/",
            "https://www.mongodb.com/docs/manual/administration/tcmalloc-performance/",
            "https://www.mongodb.com/docs/manual/tutorial/disable-transparent-huge-pages/",
        ],
        examine: thp_against_applications,
    },
    Check {
        id: "T03",
        name: "thp-small",
        group: Group::HugePages,
        question: "Does a small machine give out huge pages to programs that need small ones?",
        thresholds: "info where transparent huge pages are `always` on, memory is below 4 GiB and khugepaged fills huge pages that are all but empty (max_ptes_none at its default)",
        why: "With always every program may get 2 MiB where it touches a few KiB, and the kernel later joins what is scattered into huge pages, empty parts included. On a machine with much memory the speed is worth it; a small one pays with memory that it does not have.",
        sources: &[THP_DOC],
        examine: thp_on_a_small_machine,
    },
];

/// `None` on a kernel without transparent huge pages; a capture without any of /sys says nothing.
fn thp_mode(readings: &Readings) -> Result<Option<String>, Lacking> {
    let host = readings.host();
    let mode = choice::read(host, THP);
    match host.has("/sys/kernel/mm") || host.has("/sys/block") {
        true => mode.if_there(),
        false => mode.map(Some),
    }
}

/// What one program wants of transparent huge pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// Not for everybody.
    NotAlways,
    /// For everybody.
    Always,
    /// Nobody can tell.
    Unknown,
}

fn thp_against_applications(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let Some(mode) = thp_mode(readings)? else {
        return Ok(Diagnosis::ok("This kernel has no transparent huge pages"));
    };
    let applications = readings.processes_named(&["redis-server", "valkey-server", "mongod"])?;
    if applications.is_empty() {
        return Ok(Diagnosis::ok("No Redis or MongoDB runs here").evidence(THP, "mode", mode));
    }
    let wishes: Vec<(&Process, Wish)> = applications
        .into_iter()
        .filter(|process| !switched_off_for_itself(readings, process))
        .map(|process| (process, wish(readings, process)))
        .collect();
    let is_refused = |wish: Wish| match wish {
        Wish::NotAlways => mode == "always",
        Wish::Always => mode != "always",
        Wish::Unknown => false,
    };
    let has = |wanted: Wish| wishes.iter().any(|&(_, wish)| wish == wanted);
    let refused = wishes.iter().find(|&&(_, wish)| is_refused(wish));
    let diagnosis = match refused {
        Some((process, Wish::Always)) => Diagnosis::warn(format!(
            "Transparent huge pages are `{mode}`, but {} (PID {}) wants them always",
            process.name, process.pid
        )),
        Some((process, _)) => Diagnosis::warn(format!(
            "Transparent huge pages are always on, which harms {} (PID {})",
            process.name, process.pid
        )),
        None if has(Wish::Unknown) => Diagnosis::info(format!(
            "mongod runs in an unknown version: up to 7 it wants no transparent huge pages, from 8 on always; they are `{mode}`"
        )),
        None => Diagnosis::ok(format!("Transparent huge pages are `{mode}`, which suits what runs here")),
    };
    let diagnosis = wishes.iter().fold(diagnosis.evidence(THP, "mode", mode.as_str()), name_wish);
    Ok(match (has(Wish::NotAlways), has(Wish::Always)) {
        // One mode cannot suit both.
        (true, true) => {
            diagnosis.working("one program here wants `always`, another anything but that: separate them")
        }
        (true, false) if refused.is_some() => diagnosis.fix(Fix::sys(THP, "madvise")),
        (false, true) if refused.is_some() => diagnosis.fix(Fix::sys(THP, "always")),
        _ => diagnosis,
    })
}

fn name_wish(diagnosis: Diagnosis, (process, wish): &(&Process, Wish)) -> Diagnosis {
    let wanted = match wish {
        Wish::NotAlways => "madvise or never",
        Wish::Always => "always",
        Wish::Unknown => "unknown",
    };
    let key = format!("{} (PID {}) wants", process.name, process.pid);
    diagnosis.evidence(format!("/proc/{}/stat", process.pid), key, wanted)
}

/// Redis from 6.2 on asks the kernel to spare it, and the kernel tells so from 5.0 on.
fn switched_off_for_itself(readings: &Readings, process: &Process) -> bool {
    read_number(readings.host(), process.pid, "status", "THP_enabled") == Ok(Some(0))
}

fn wish(readings: &Readings, process: &Process) -> Wish {
    if process.name != "mongod" {
        return Wish::NotAlways;
    }
    let architecture = readings.identity().architecture.as_deref();
    let has_new_allocator = matches!(architecture, None | Some("x86_64" | "aarch64"));
    match mongod::read(readings.host()).ok().flatten() {
        Some(8..) if has_new_allocator => Wish::Always,
        Some(_) => Wish::NotAlways,
        None => Wish::Unknown,
    }
}

fn thp_on_a_small_machine(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const SMALL: Bytes = Bytes(4 << 30);
    let Some(mode) = thp_mode(readings)? else {
        return Ok(Diagnosis::ok("This kernel has no transparent huge pages"));
    };
    let total = readings.meminfo()?.total();
    let fills_empty = fills_empty_pages(readings)?;
    let severity = match mode == "always" && total < SMALL && fills_empty {
        true => Severity::Info,
        false => Severity::Ok,
    };
    let title = match severity {
        Severity::Ok => format!("Transparent huge pages are `{mode}` on a machine of {total}"),
        _ => format!("Every program gets huge pages on a machine of only {total}"),
    };
    let diagnosis =
        Diagnosis::of(severity, title).evidence(THP, "mode", mode).evidence(meminfo::PATH, "MemTotal", total);
    let diagnosis = match max_ptes_none(readings)? {
        Some(value) => diagnosis.evidence(MAX_PTES_NONE, "value", value),
        None => diagnosis,
    };
    Ok(diagnosis.fix(Fix::sys(THP, "madvise")))
}

/// By default a huge page is made for a single small one: all others may be missing.
fn fills_empty_pages(readings: &Readings) -> Result<bool, Lacking> {
    // A page of entries of 8 bytes each describes one huge page: 512 of them with pages of 4 KiB.
    let default = (readings.page_size().0 / 8).saturating_sub(1);
    Ok(max_ptes_none(readings)?.is_none_or(|value| value >= default))
}

fn max_ptes_none(readings: &Readings) -> Result<Option<u64>, Lacking> {
    let Some(text) = readings.host().read(MAX_PTES_NONE).if_there()? else {
        return Ok(None);
    };
    let number = text.trim().parse();
    number.map(Some).map_err(|_| Lacking::malformed(MAX_PTES_NONE, 1, "expected a number"))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Finding;
    use crate::doctor::on_tree::examine_tree;

    use super::*;

    const MONGOD: &str = "/sos_commands/mongodb/mongod_--version";

    fn applications(mode: &str, names: &[&str], more: &[(&str, &str)]) -> Finding {
        let stats: Vec<(String, String)> = (1..)
            .zip(names)
            .map(|(pid, name)| {
                let tail = "S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 99999999 700 1 1";
                (format!("/proc/{pid}/stat"), format!("{pid} ({name}) {tail}"))
            })
            .collect();
        let mut files: Vec<(&str, &str)> =
            stats.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        files.push((THP, mode));
        files.extend(more);
        examine_tree("T02", &files)
    }

    const ALWAYS: &str = "[always] madvise never\n";
    const MADVISE: &str = "always [madvise] never\n";

    #[test]
    fn redis_wants_anything_but_always() {
        let redis = &["redis-server"];
        let finding = applications(ALWAYS, redis, &[]);
        assert_eq!(finding.severity, Severity::Warn);
        assert!(finding.fix.unwrap().commands[0].starts_with("echo madvise |"));
        assert_eq!(applications(MADVISE, redis, &[]).severity, Severity::Ok);
        let spared = [("/proc/1/status", "THP_enabled:\t0\n")];
        assert_eq!(applications(ALWAYS, redis, &spared).severity, Severity::Ok);
        assert_eq!(applications(ALWAYS, &["bash"], &[]).severity, Severity::Ok);
    }

    #[test]
    fn the_version_of_mongod_decides() {
        let of = |mode: &str, version: &str| {
            let text = format!("db version v{version}\nBuild Info: {{}}\n");
            applications(mode, &["mongod"], &[(MONGOD, &text)])
        };
        assert_eq!(of(ALWAYS, "8.0.4").severity, Severity::Ok);
        let finding = of(MADVISE, "8.0.4");
        assert_eq!(finding.severity, Severity::Warn);
        assert!(finding.fix.unwrap().commands[0].starts_with("echo always |"));
        assert_eq!(of(ALWAYS, "7.0.30").severity, Severity::Warn);
        assert_eq!(of(MADVISE, "7.0.30").severity, Severity::Ok);
        assert_eq!(applications(MADVISE, &["mongod"], &[]).severity, Severity::Info);
    }

    #[test]
    fn other_processors_keep_the_old_allocator() {
        let of = |architecture: &str| {
            let files = [(MONGOD, "db version v8.0.4\n"), ("/proc/sys/kernel/arch", architecture)];
            applications(ALWAYS, &["mongod"], &files).severity
        };
        assert_eq!(of("s390x\n"), Severity::Warn);
        assert_eq!(of("aarch64\n"), Severity::Ok);
    }

    #[test]
    fn two_that_disagree_get_no_fix() {
        let files = [(MONGOD, "db version v8.0.4\n")];
        for mode in [ALWAYS, MADVISE] {
            let finding = applications(mode, &["mongod", "redis-server"], &files);
            assert_eq!((finding.severity, finding.fix), (Severity::Warn, None), "{mode}");
        }
    }

    #[test]
    fn a_small_machine_is_told_only_where_all_holds() {
        let of = |mode: &str, kib: &str, empty: &str| {
            let meminfo = format!("MemTotal: {kib} kB\n");
            let files = [(THP, mode), (meminfo::PATH, meminfo.as_str()), (MAX_PTES_NONE, empty)];
            examine_tree("T03", &files).severity
        };
        assert_eq!(of(ALWAYS, "4194303", "511\n"), Severity::Info);
        assert_eq!(of(ALWAYS, "4194304", "511\n"), Severity::Ok);
        assert_eq!(of(ALWAYS, "4194303", "510\n"), Severity::Ok);
        assert_eq!(of(MADVISE, "4194303", "511\n"), Severity::Ok);
        let without = [("/sys/kernel/mm/ksm/run", "0\n")];
        assert_eq!(examine_tree("T03", &without).severity, Severity::Ok);
        assert_eq!(examine_tree("T03", &[]).severity, Severity::Skip);
    }
}
