//! L02: programs that want to lock their memory, and may not.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::units::set_and_restart;
use crate::facts::process_status::{self, ProcessStatus};
use crate::facts::process_unit::{self, Place};
use crate::facts::processes::{self, Process};
use crate::facts::readings::Readings;
use crate::facts::resource_limits;
use crate::facts::users;
use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;

use super::lock_need::{self, Need};
use super::lock_wish::{is_candidate, wish};

/// No machine runs more programs of this kind that matter.
const MOST_CANDIDATES: usize = 64;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "L02",
    name: "memlock",
    group: Group::ResourceLimits,
    question: "May the programs that were told to lock their memory do so?",
    thresholds: "warn where a language model server, Elasticsearch, OpenSearch or Cassandra was told to lock memory and its limit is below what it holds, below the model that it was given, or below the heap that it may grow to",
    why: "Locked memory cannot be swapped or dropped, which is why such programs ask for it. Beyond the limit, which is 8 MiB (64 KiB before Linux 5.16) unless someone raised it, the kernel refuses. The program then writes one line to its log and goes on unlocked, or ends.",
    sources: &[
        "https://man7.org/linux/man-pages/man2/mlock.2.html",
        "https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
        "https://www.elastic.co/guide/en/elasticsearch/reference/current/setup-configuration-memory.html",
        "https://docs.datastax.com/en/cassandra-oss/3.0/cassandra/install/installRecommendSettings.html",
    ],
    examine: locked,
}];

/// A program that wants to lock its memory.
struct Locker<'r> {
    process: &'r Process,
    wish: &'static str,
    limit: Option<Bytes>,
    status: ProcessStatus,
    /// What its command line says that it will lock.
    named: Option<Need>,
}

impl Locker<'_> {
    fn is_hindered(&self) -> bool {
        !self.status.may_lock_everything() && self.limit.is_some_and(|limit| limit < self.needed())
    }

    fn needed(&self) -> Bytes {
        let named = self.named.as_ref().map(|need| need.bytes).unwrap_or_default();
        named.max(self.process.resident)
    }
}

fn locked(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let lockers = lockers(readings)?;
    let hindered: Vec<&Locker> = lockers.iter().filter(|one| one.is_hindered()).collect();
    let largest = hindered.iter().max_by_key(|one| one.needed());
    let diagnosis = match (largest, lockers.len()) {
        (Some(one), _) => Diagnosis::warn(format!(
            "{} (PID {}) was told to lock its memory, {}, but may lock only {}",
            one.process.name,
            one.process.pid,
            one.needed(),
            one.limit.unwrap_or_default()
        )),
        (None, 0) => Diagnosis::ok("No program here was told to lock its memory"),
        (None, count) => {
            Diagnosis::ok(format!("All programs that were told to lock their memory may do so: {count}"))
        }
    };
    let diagnosis = lockers.iter().fold(diagnosis, |diagnosis, one| {
        let (pid, resident) = (one.process.pid, one.process.resident);
        let limit = one.limit.map_or("unlimited".to_owned(), |limit| limit.to_string());
        let diagnosis = diagnosis
            .evidence(format!("/proc/{pid}/cmdline"), one.process.name.as_str(), one.wish)
            .evidence(format!("/proc/{pid}/limits"), "Max locked memory", limit)
            .evidence(format!("/proc/{pid}/stat"), "resident", resident);
        let diagnosis = match &one.named {
            Some(need) => {
                diagnosis.evidence(format!("/proc/{pid}/cmdline"), need.source.as_str(), need.bytes)
            }
            None => diagnosis,
        };
        match one.status.locked {
            Some(locked) => diagnosis.evidence(format!("/proc/{pid}/status"), "VmLck", locked),
            None => diagnosis,
        }
    });
    let mut ways: Vec<Vec<String>> = hindered.iter().map(|one| allow(readings.host(), one)).collect();
    ways.sort();
    // Several processes of one service need one change.
    ways.dedup();
    let commands = ways.concat();
    Ok(match commands.is_empty() {
        true => diagnosis,
        false => diagnosis.fix(Fix::commands(commands)),
    })
}

/// Only programs that are known to lock memory are asked for their command lines.
fn lockers<'r>(readings: &'r Readings) -> Result<Vec<Locker<'r>>, Lacking> {
    let mut candidates: Vec<&Process> =
        readings.processes()?.iter().filter(|process| is_candidate(&process.name)).collect();
    candidates.sort_by_key(|process| std::cmp::Reverse(process.resident));
    let mut lockers = Vec::new();
    for process in candidates.into_iter().take(MOST_CANDIDATES) {
        let words = processes::command_line(readings.host(), process.pid);
        let Some(wish) = wish(readings.host(), &words) else {
            continue;
        };
        let limits = match resource_limits::read(readings.host(), process.pid) {
            Ok(limits) => limits,
            // One that ends meanwhile wants nothing any more; a capture without these files cannot tell.
            Err(_) if readings.host().is_live() => continue,
            Err(lacking) => return Err(lacking),
        };
        lockers.push(Locker {
            process,
            wish,
            limit: limits.locked,
            status: process_status::read(readings.host(), process.pid).unwrap_or_default(),
            named: lock_need::of(readings.host(), &words),
        });
    }
    Ok(lockers)
}

/// A service gets it from its unit, a program in a session from the next login. Containers have switches of their own.
fn allow(host: &Host, one: &Locker) -> Vec<String> {
    let place = process_unit::read(host, one.process.pid).unwrap_or_default();
    if let Some(unit) = place.system_service() {
        return vec![set_and_restart(unit, &["LimitMEMLOCK=infinity"])];
    }
    let name = is_in_session(&place).then(|| user_name(host, one.status.user?)).flatten();
    name.map(|name| {
        format!("echo '{name} - memlock unlimited' | sudo tee -a /etc/security/limits.d/90-memtune.conf   # counts from the next login on")
    })
    .into_iter()
    .collect()
}

fn is_in_session(place: &Place) -> bool {
    let is_container = |unit: &str| ["libpod-", "docker-", "crun-"].iter().any(|kind| unit.starts_with(kind));
    place.is_users
        && place.unit.as_deref().is_some_and(|unit| unit.ends_with(".scope") && !is_container(unit))
}

fn user_name(host: &Host, number: u32) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let users = users::read(host).ok()?;
    let (name, _) = users.into_iter().find(|&(_, known)| known == number)?;
    (!name.is_empty() && name.bytes().all(is_plain)).then_some(name)
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const MODEL: &str = "llama-server -m a.gguf --mlock";
    const SERVICE: &str = "0::/system.slice/llama.service\n";

    /// A process that holds 8 MiB.
    fn examined(name: &str, command: &str, limit: &str, more: &[(&str, &str)]) -> Finding {
        let stat = format!("9 ({name}) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 81920000 2048");
        let command = command.replace(' ', "\0");
        let limits = format!("Max locked memory {limit} {limit} bytes\n");
        let mut files = vec![
            ("/proc/9/stat", stat.as_str()),
            ("/proc/9/cmdline", command.as_str()),
            ("/proc/9/limits", limits.as_str()),
        ];
        files.extend(more);
        examine_tree("L02", &files)
    }

    #[test]
    fn the_limit_is_weighed_against_what_is_held() {
        for (limit, severity) in
            [("8388607", Severity::Warn), ("8388608", Severity::Ok), ("unlimited", Severity::Ok)]
        {
            let finding = examined("llama-server", MODEL, limit, &[("/proc/9/cgroup", SERVICE)]);
            assert_eq!(finding.severity, severity, "{limit}");
        }
        let commands =
            examined("llama-server", MODEL, "65536", &[("/proc/9/cgroup", SERVICE)]).fix.unwrap().commands;
        assert_eq!(commands, ["sudo memtune limits set llama.service LimitMEMLOCK=infinity --restart"]);
        let able = [("/proc/9/status", "CapEff:\t0000000000004000\n")];
        assert_eq!(examined("llama-server", MODEL, "65536", &able).severity, Severity::Ok);
    }

    #[test]
    fn what_is_not_read_yet_counts_too() {
        let java = |heap: &str| {
            let command = format!("java -Xmx{heap} org.apache.cassandra.service.CassandraDaemon");
            examined("java", &command, "16777216", &[]).severity
        };
        assert_eq!((java("16m"), java("17m")), (Severity::Ok, Severity::Warn));
        let model = ("/models/a.gguf", "x".repeat(9 << 20));
        let command = "llama-server --mlock -m /models/a.gguf";
        let finding = examined("llama-server", command, "8388608", &[(model.0, &model.1)]);
        assert_eq!(finding.severity, Severity::Warn);
        assert!(finding.title.contains("9 MiB"), "{}", finding.title);
    }

    #[test]
    fn wishes_are_spelt_in_many_ways() {
        let wishing = [
            ("llama-server", "llama-server --load-mode mmap+mlock"),
            ("llama_cpp", "llama_cpp --load-mode=mlock"),
            ("python3", "python3 -m llama_cpp.server --use_mlock true"),
            ("python3", "python3 koboldcpp.py --usemlock"),
            ("java", "java -Xmx1g org.apache.cassandra.service.CassandraDaemon"),
            ("java", "java org.elasticsearch.bootstrap.Elasticsearch -Ebootstrap.memory_lock=true"),
        ];
        for (name, command) in wishing {
            assert_eq!(examined(name, command, "65536", &[]).severity, Severity::Warn, "{command}");
        }
        let content = [
            ("llama-server", "llama-server --load-mode mmap"),
            ("python3", "python3 -m llama_cpp.server --use_mlock false"),
            ("java", "java -jar a.jar"),
            ("sh", "sh --mlock"),
        ];
        for (name, command) in content {
            assert_eq!(examined(name, command, "65536", &[]).severity, Severity::Ok, "{command}");
        }
    }

    #[test]
    fn search_engines_are_told_by_their_files() {
        let command = "java -m org.elasticsearch.server/org.elasticsearch.bootstrap.Elasticsearch";
        let yml = |text| [("/etc/elasticsearch/elasticsearch.yml", text)];
        let on = examined("java", command, "65536", &yml("a: b\nbootstrap.memory_lock: true # heap\n"));
        assert_eq!(on.severity, Severity::Warn);
        let off = examined("java", command, "65536", &yml("#bootstrap.memory_lock: true\n"));
        assert_eq!(off.severity, Severity::Ok);
    }

    #[test]
    fn sessions_get_it_at_login_and_containers_from_their_own_switches() {
        let passwd = ("/etc/passwd", "ann:x:1000:1000::/home/ann:/bin/sh\n");
        let status = ("/proc/9/status", "Uid:\t1000\t1000\t1000\t1000\n");
        let scope =
            |name: &str| format!("0::/user.slice/user-1000.slice/user@1000.service/app.slice/{name}.scope\n");
        let fix = |name: &str| {
            let group = scope(name);
            let more = [passwd, status, ("/proc/9/cgroup", group.as_str())];
            examined("llama-server", MODEL, "65536", &more).fix
        };
        assert!(fix("vte-spawn-1").unwrap().commands[0].starts_with("echo 'ann - memlock unlimited' |"));
        assert_eq!(fix("libpod-1"), None);
    }

    #[test]
    fn a_capture_without_limits_cannot_tell() {
        let stat = "9 (llama-server) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 81920000 2048";
        let files = [("/proc/9/stat", stat), ("/proc/9/cmdline", "llama-server\0--mlock\0")];
        assert_eq!(examine_tree("L02", &files).severity, Severity::Skip);
    }
}
