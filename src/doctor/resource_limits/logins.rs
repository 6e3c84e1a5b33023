//! L03: limits for logins, written for users that never log in.

use std::collections::BTreeMap;

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::units::set_and_restart;
use crate::facts::malformed::shortened;
use crate::facts::process_unit::is_name;
use crate::facts::readings::Readings;
use crate::facts::unit_files;
use crate::facts::unit_folders;
use crate::facts::unit_settings;
use crate::facts::user_limits::{self, UserLimit};
use crate::facts::users;
use crate::host::{Host, Lacking};

/// The items that concern memory.
const ITEMS: [&str; 4] = ["memlock", "as", "data", "rss"];

/// Users with smaller numbers are the system's own.
const FIRST_PERSON: u32 = 1000;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "L03",
    name: "pam-noop",
    group: Group::ResourceLimits,
    question: "Are memory limits for services written where only logins are looked for?",
    thresholds: "info where limits.conf limits memlock, as, data or rss of a user that belongs to the system or that a service runs as",
    why: "The file is read when somebody logs in. A service is started by systemd without any login, so what stands there for its user has no effect on it, in whatever direction it was meant.",
    sources: &[
        "https://man7.org/linux/man-pages/man5/limits.conf.5.html",
        "https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Process%20Properties",
    ],
    examine: logins,
}];

/// What the unit files say about users: the service that runs as each, and whether that sets the limit itself.
struct Service {
    unit: String,
    sets_limit: bool,
}

fn logins(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const MOST_SHOWN: usize = 16;
    let host = readings.host();
    let mut limits = user_limits::read(host)?;
    limits.retain(|limit| ITEMS.contains(&limit.item.as_str()) && names_a_user(&limit.whom));
    if limits.is_empty() {
        return Ok(Diagnosis::ok("Nobody wrote memory limits for single users into limits.conf"));
    }
    let services = services_by_user(host)?;
    let users: BTreeMap<String, u32> = users::read(host)?.into_iter().collect();
    let is_systems = |name: &str| users.get(name).is_some_and(|&number| number != 0 && number < FIRST_PERSON);
    limits.retain(|limit| is_systems(&limit.whom) || services.contains_key(&limit.whom));
    let count = limits.len() as u64;
    let Some(first) = limits.first() else {
        return Ok(Diagnosis::ok("The memory limits in limits.conf are for people who log in"));
    };
    let title = format!(
        "{} in limits.conf has no effect on services, such as `{}` for {}",
        if count == 1 { "1 line".to_owned() } else { format!("Each of {count} lines") },
        first.item,
        shortened(&first.whom)
    );
    let diagnosis = limits.iter().take(MOST_SHOWN).fold(
        Diagnosis::info(title).evidence("/etc/security/limits.conf", "lines without effect", count),
        |diagnosis, limit| {
            let place = format!("{}:{}", limit.file, limit.line);
            let key = format!("{} of {}", limit.item, shortened(&limit.whom));
            diagnosis.evidence(place, key, shortened(&limit.value))
        },
    );
    let commands: Vec<String> = limits
        .iter()
        .filter_map(|limit| move_to_unit(limit, services.get(&limit.whom)?))
        .take(MOST_SHOWN)
        .collect();
    Ok(match commands.is_empty() {
        true => diagnosis,
        false => diagnosis.fix(Fix::commands(commands)),
    })
}

/// Not a group, a range of numbers, or everybody. Root is a person here: people do log in as root.
fn names_a_user(whom: &str) -> bool {
    !whom.starts_with(['@', '%']) && !whom.contains([':', '*']) && whom != "root"
}

fn services_by_user(host: &Host) -> Result<BTreeMap<String, Service>, Lacking> {
    let folders = unit_folders::search_path();
    let settings = unit_files::read(host, &folders, &[".service"], &["User", "LimitMEMLOCK"])?;
    let settings = unit_settings::winning(settings);
    let sets_limit =
        |unit: &str| settings.iter().any(|setting| setting.unit == unit && setting.key == "LimitMEMLOCK");
    let users = settings
        .iter()
        .filter(|setting| setting.key == "User" && setting.value != "root" && is_name(&setting.unit));
    let services = users.map(|setting| {
        let unit = setting.unit.clone();
        let sets_limit = sets_limit(&unit);
        (setting.value.clone(), Service { unit, sets_limit })
    });
    Ok(services.collect())
}

/// Only locked memory: the other limits are the wrong tool for a service (L01), so losing them loses nothing.
fn move_to_unit(limit: &UserLimit, service: &Service) -> Option<String> {
    if limit.item != "memlock" || service.sets_limit {
        return None;
    }
    let value = match limit.value.as_str() {
        "unlimited" | "infinity" | "-1" => "infinity".to_owned(),
        kib => format!("{}K", kib.parse::<u64>().ok()?),
    };
    Some(set_and_restart(&service.unit, &[&format!("LimitMEMLOCK={value}")]))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const PASSWD: &str = "root:x:0:0::/root:/bin/sh\nredis:x:105:110::/:/bin/false\nlast:x:999:999::/:/bin/false\n\
        ann:x:1000:1000::/home/ann:/bin/sh\nllm:x:1001:1001::/home/llm:/bin/sh\n";

    fn examined(line: &str) -> Finding {
        examine_tree(
            "L03",
            &[
                ("/etc/passwd", PASSWD),
                ("/etc/security/limits.d/a.conf", line),
                ("/etc/systemd/system/llm.service", "[Service]\nUser=llm\n"),
                ("/usr/lib/systemd/system/redis.service", "[Service]\nUser=redis\nLimitMEMLOCK=1G\n"),
            ],
        )
    }

    #[test]
    fn lines_for_services_have_no_effect() {
        for (line, severity) in [
            ("redis - memlock unlimited\n", Severity::Info),
            ("last soft as 5\n", Severity::Info),
            ("llm hard rss 5\n", Severity::Info),
            ("ann - memlock unlimited\n", Severity::Ok),
            ("root - memlock unlimited\n", Severity::Ok),
            ("@redis - memlock unlimited\n", Severity::Ok),
            ("* - memlock unlimited\n", Severity::Ok),
            ("redis - nofile 5\n", Severity::Ok),
            ("nobody-knows - memlock 5\n", Severity::Ok),
        ] {
            assert_eq!(examined(line).severity, severity, "{line}");
        }
        assert_eq!(examine_tree("L03", &[]).severity, Severity::Ok);
    }

    #[test]
    fn the_unit_takes_the_limit_over() {
        let commands = examined("llm - memlock 65536\n").fix.unwrap().commands;
        assert_eq!(commands, ["sudo memtune limits set llm.service LimitMEMLOCK=65536K --restart"]);
        assert_eq!(examined("redis - memlock 5\n").fix, None);
        assert_eq!(examined("llm - as 5\n").fix, None);
    }
}
