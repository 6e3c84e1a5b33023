//! Small profiles that tests describe.

use crate::exit::Fault;
use crate::host::Host;

use super::{Places, Profile, load};

/// What every file begins with.
pub(super) fn text(name: &str, tables: &str) -> String {
    format!("schema = 1\nname = \"{name}\"\ntitle = \"T\"\nabout = \"A\"\nsource = \"S\"\n{tables}")
}

/// The text of one setting; `fields` are lines.
pub(super) fn setting(key: &str, fields: &str) -> String {
    format!("[[setting]]\nsysctl = \"{key}\"\nreason = \"because of {key}\"\nsource = \"a page\"\n{fields}\n")
}

/// The text of one property of a unit.
pub(super) fn property(name: &str, fields: &str) -> String {
    format!(
        "[[unit]]\nproperty = \"{name}\"\nreason = \"because of {name}\"\nsource = \"a page\"\n{fields}\n"
    )
}

/// A profile without ancestors.
pub(super) fn read(name: &str, tables: &str) -> Result<Profile, Fault> {
    super::read(&format!("{name}.toml"), &text(name, tables), name)
}

/// A profile that is sound.
pub(super) fn made(name: &str, tables: &str) -> Profile {
    read(name, tables).unwrap_or_else(|fault| panic!("{fault}"))
}

/// A profile that is compiled in.
pub(super) fn shipped(name: &str) -> Profile {
    let host = Host::at(std::path::Path::new("/proc/self")).unwrap();
    load(&Places::new(&host, None, false), name).unwrap_or_else(|fault| panic!("{fault}"))
}

/// The recorded hosts of tests/cases.
pub(super) fn recorded_hosts() -> Vec<(String, Host)> {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let live = Host::live();
    let mut hosts = Vec::new();
    for name in live.list(cases).unwrap() {
        let root = format!("{cases}/{name}/root");
        if live.has(&root) {
            hosts.push((name, Host::at(std::path::Path::new(&root)).unwrap()));
        }
    }
    assert!(hosts.len() >= 10, "the recorded hosts are in {cases}");
    hosts
}
