//! What a unit is for, as far as that changes what limits it should have.

use serde::Serialize;

use super::super::rescuers;
use super::members::Members;

/// What a unit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Nothing out of the ordinary.
    Ordinary,
    /// It keeps data, and the cache of its files is what makes it fast.
    Database,
    /// It keeps a model in memory, all of which it reads for every answer.
    Model,
    /// Without it nobody gets at the machine any more.
    Keeper,
}

/// Names of programs, as far as the kernel keeps them, and beginnings of units' names.
const DATABASES: [&str; 11] = [
    "postgres",
    "mysqld",
    "mysql",
    "mariadb",
    "mongod",
    "clickhouse-serv",
    "influxd",
    "elasticsearch",
    "opensearch",
    "cassandra",
    "etcd",
];
const MODELS: [&str; 5] = ["llama", "ollama", "vllm", "koboldcpp", "localai"];

/// Beside those that a rescue needs, by which way it gets in.
const KEEPERS: [&str; 3] = ["NetworkManager", "wpa_supplicant", "polkit"];

/// They start programs of others, or start their own again when one is killed.
const PARENTS: [&str; 10] =
    ["ollama", "docker", "containerd", "crio", "libvirtd", "cron", "crond", "user@", "ssh", "sshd"];

impl Role {
    /// Of the unit named `unit`.
    pub(super) fn of(unit: &str, members: &Members) -> Self {
        let stem = stem(unit);
        let runs =
            |names: &[&str]| members.names.iter().any(|name| names.iter().any(|known| starts(name, known)));
        let is_called = |names: &[&str]| names.iter().any(|known| starts(stem, known));
        // A slice is for whatever is in it.
        if unit.ends_with(".slice") {
            return Self::Ordinary;
        }
        match () {
            () if rescuers::of_unit(stem).is_some() || KEEPERS.contains(&stem) || is_systemds(stem) => {
                Self::Keeper
            }
            () if members.has_weights || runs(&MODELS) || is_called(&MODELS) => Self::Model,
            () if runs(&DATABASES) || is_called(&DATABASES) => Self::Database,
            () => Self::Ordinary,
        }
    }
}

/// Its own services, and not the containers that systemd-nspawn@ holds.
fn is_systemds(stem: &str) -> bool {
    stem.starts_with("systemd-") && !stem.contains('@')
}

/// Whether the rest of a unit is of use when one of its processes was killed.
pub(super) fn is_parent(unit: &str) -> bool {
    let stem = stem(unit);
    PARENTS.iter().any(|known| stem == *known || (known.ends_with('@') && stem.starts_with(known)))
}

/// The name without its kind.
pub(super) fn stem(unit: &str) -> &str {
    unit.rsplit_once('.').map_or(unit, |(stem, _)| stem)
}

/// `postgresql@16-main` is a postgres; `mysqlish` is none, and what only tells a monitor of one is none either.
fn starts(name: &str, known: &str) -> bool {
    if name.contains("exporter") {
        return false;
    }
    name.strip_prefix(known).is_some_and(|rest| {
        let rest = rest.strip_prefix("ql").filter(|_| known == "postgres").unwrap_or(rest);
        !rest.starts_with(|letter: char| letter.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(unit: &str, names: &[&str], has_weights: bool) -> Role {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        Role::of(unit, &Members { names, has_weights, ..Members::default() })
    }

    #[test]
    fn roles_are_known_by_names_and_by_what_runs() {
        for (unit, names, wanted) in [
            ("postgresql@16-main.service", &[] as &[&str], Role::Database),
            ("shop-db.service", &["postgres"], Role::Database),
            ("mysqlish.service", &["mysqlishd"], Role::Ordinary),
            ("llama-server.service", &[], Role::Model),
            ("brain.service", &["llama-server"], Role::Model),
            ("ssh.service", &["sshd"], Role::Keeper),
            ("systemd-journald.service", &[], Role::Keeper),
            ("sshguard.service", &[], Role::Ordinary),
            ("postgres-exporter.service", &["postgres_exporter"], Role::Ordinary),
            ("systemd-nspawn@box.service", &[], Role::Ordinary),
            ("system-postgresql.slice", &["postgres"], Role::Ordinary),
        ] {
            assert_eq!(role(unit, names, false), wanted, "{unit}");
        }
        assert_eq!(role("brain.service", &["python3"], true), Role::Model);
    }

    #[test]
    fn parents_outlive_their_children() {
        assert!(is_parent("ollama.service") && is_parent("user@1000.service"));
        assert!(!is_parent("ollamas.service") && !is_parent("shop.service"));
    }
}
