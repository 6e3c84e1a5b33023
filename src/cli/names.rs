//! Values that are one of many known names: completed by the shell, and named with what comes nearest where they are wrong.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{Error, ErrorKind};
use clap::{Arg, Command};

use crate::doctor::group::Group;
use crate::doctor::registry;
use crate::facts::malformed::shortened;
use crate::facts::unit_property;
use crate::limits::trial::resource::{RESOURCES, Resource};
use crate::limits::trial::rlimit::Rlimit;
use crate::profile;

/// The names of one kind of thing; either case of letters will do, and blanks around them.
#[derive(Clone)]
pub(super) struct Names {
    kind: &'static str,
    /// Asked only when a name was typed or is to be completed: every start of memtune would pay for it otherwise.
    values: fn() -> Vec<PossibleValue>,
}

impl Names {
    /// The checks by their ids, each with its name as another way to say it.
    pub(super) fn of_checks() -> Self {
        Self { kind: "check", values: checks }
    }

    /// The groups that have checks, by name, each with its letter as another way to say it.
    pub(super) fn of_groups() -> Self {
        Self { kind: "group", values: groups }
    }

    /// The known name that comes nearest to what was typed, if any comes near.
    fn nearest(&self, typed: &str) -> Option<String> {
        let values = (self.values)();
        let names = values.iter().flat_map(PossibleValue::get_name_and_aliases);
        let rated =
            names.map(|name| (strsim::jaro_winkler(&typed.to_lowercase(), &name.to_lowercase()), name));
        let best = rated.max_by(|one, other| one.0.total_cmp(&other.0))?;
        (best.0 > 0.8).then(|| best.1.to_owned())
    }
}

/// Names that a shell may complete, while others are taken as well: the owner of a machine adds profiles, and units are without number.
#[derive(Clone)]
pub(super) struct Suggested {
    values: fn() -> Vec<PossibleValue>,
}

impl Suggested {
    /// The profiles that are compiled in; others are found by name or path when they are loaded.
    pub(super) fn profiles() -> Self {
        Self { values: profiles }
    }

    /// What is usual for compressed swap, of any size.
    pub(super) fn sizes_of_zram() -> Self {
        Self { values: || ["50%", "25%", "100%", "off"].map(PossibleValue::new).to_vec() }
    }

    /// What most kernels can compress with; which of them this one offers, the command says.
    pub(super) fn compressors() -> Self {
        Self {
            values: || ["zstd", "lz4", "lzo-rle", "lzo", "deflate", "842"].map(PossibleValue::new).to_vec(),
        }
    }
}

impl Suggested {
    /// The limits of processes that a ladder can go down.
    pub(super) fn memory() -> Self {
        Self { values: || resources(Resource::is_memory) }
    }

    /// The properties that limit units, which `=` and a value follow where they are set.
    pub(super) fn properties() -> Self {
        Self { values: || unit_property::names().map(PossibleValue::new).collect() }
    }
}

/// Words of the shape `NAME=VALUE`, of which a shell completes the names, and which are read as they are typed.
#[derive(Clone)]
pub(super) struct Assigned<T> {
    names: fn() -> Vec<PossibleValue>,
    read: fn(&str) -> Result<T, String>,
}

impl Assigned<(String, String)> {
    /// Properties of a scope.
    pub(super) fn properties() -> Self {
        Self {
            names: || {
                let names = unit_property::names().filter(|name| unit_property::is_of_kind(name, "scope"));
                names.map(PossibleValue::new).collect()
            },
            read: |text| {
                let (name, value) = text
                    .split_once('=')
                    .ok_or("write PROPERTY=VALUE, such as MemoryMax=2G, and the program behind `--`")?;
                Ok((name.to_owned(), value.to_owned()))
            },
        }
    }
}

impl Assigned<Rlimit> {
    /// Limits of processes.
    pub(super) fn rlimits() -> Self {
        Self { names: || resources(|_| true), read: |text| text.parse() }
    }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Assigned<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let typed = value.to_string_lossy();
        (self.read)(typed.trim()).map_err(|wrong| {
            let place = argument.map(|argument| format!(" for `{argument}`")).unwrap_or_default();
            let typed = shortened(typed.trim());
            let message = format!("`{typed}`{place}: {wrong}\n");
            Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.names)().into_iter()))
    }
}

fn resources(wanted: fn(&Resource) -> bool) -> Vec<PossibleValue> {
    let named = |resource: &Resource| PossibleValue::new(resource.name).help(resource.about);
    RESOURCES.iter().filter(|resource| wanted(resource)).map(named).collect()
}

impl TypedValueParser for Suggested {
    type Value = String;

    fn parse_ref(&self, _: &Command, _: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        Ok(value.to_string_lossy().trim().to_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.values)().into_iter()))
    }
}

fn profiles() -> Vec<PossibleValue> {
    profile::shipped().map(PossibleValue::new).collect()
}

fn checks() -> Vec<PossibleValue> {
    registry::checks().map(|check| PossibleValue::new(check.id).alias(check.name).help(check.name)).collect()
}

fn groups() -> Vec<PossibleValue> {
    let has_checks = |group: &Group| registry::checks().any(|check| check.group == *group);
    let value = |group: Group| PossibleValue::new(group.name()).alias(group.initial()).help(group.title());
    Group::ALL.into_iter().filter(has_checks).map(value).collect()
}

impl TypedValueParser for Names {
    type Value = String;

    fn parse_ref(&self, _: &Command, _: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        let typed = value.to_string_lossy();
        let typed = typed.trim();
        if let Some(known) = (self.values)().iter().find(|known| known.matches(typed, true)) {
            return Ok(known.get_name().to_owned());
        }
        let kind = self.kind;
        let near = self.nearest(typed).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        let message = format!("there is no {kind} `{typed}`{near}\n`memtune doctor list` shows all\n");
        Err(Error::raw(ErrorKind::InvalidValue, message))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.values)().into_iter()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(names: &Names, typed: &str) -> Result<String, String> {
        let parsed = names.parse_ref(&Command::new("memtune"), None, OsStr::new(typed));
        parsed.map_err(|error| error.to_string())
    }

    #[test]
    fn names_are_known_in_every_spelling() {
        let checks = Names::of_checks();
        for typed in ["S11", "s11", "swappiness", " SWAPPINESS "] {
            assert_eq!(parse(&checks, typed).as_deref(), Ok("S11"), "{typed}");
        }
        assert_eq!(parse(&Names::of_groups(), "p").as_deref(), Ok("pressure"));
    }

    #[test]
    fn what_comes_nearest_is_named() {
        let wrong = parse(&Names::of_checks(), "swapiness").unwrap_err();
        assert!(wrong.contains("did you mean `swappiness`?"), "{wrong}");
        assert!(!parse(&Names::of_groups(), "qqq").unwrap_err().contains("did you mean"));
    }

    #[test]
    fn what_is_assigned_is_read_and_what_is_not_is_named() {
        let read =
            |typed: &str| Assigned::rlimits().parse_ref(&Command::new("memtune"), None, OsStr::new(typed));
        assert_eq!(read(" nofile=5 ").unwrap().most, Some(5));
        let wrong = read("nofile=many").unwrap_err().to_string();
        assert!(wrong.contains("`nofile=many`") && wrong.contains("no whole number"), "{wrong}");
        let parser = Assigned::properties();
        let of_scopes: Vec<String> =
            parser.possible_values().unwrap().map(|value| value.get_name().to_owned()).collect();
        assert!(
            of_scopes.contains(&"MemoryMax".to_owned()) && !of_scopes.contains(&"LimitMEMLOCK".to_owned())
        );
    }
}
