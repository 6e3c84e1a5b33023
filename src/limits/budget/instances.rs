//! Programs inside one unit, of which only their owner knows what each needs: models of one server, workers of one service.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Serialize;

use crate::exit::{Exit, Fault};
use crate::facts::malformed::shortened;
use crate::host::{Host, Lacking, Reason};
use crate::sys::bytes::Bytes;
use crate::sys::size::{Size, Wrong};

use super::super::unit_name::UnitName;

/// No service has more of them.
const MOST: usize = 10_000;

/// One instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// The unit that it is part of; `None` where it stands for itself.
    pub unit: Option<String>,
    /// Its name.
    pub name: String,
    /// What it may take.
    pub size: Size,
}

/// An instance with its share worked out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sized {
    /// Its name.
    pub name: String,
    /// What it may take.
    pub bytes: Bytes,
}

impl FromStr for Instance {
    type Err = String;

    /// Reads `NAME=SIZE` or `UNIT/NAME=SIZE`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, size) = pair(text)?;
        match name.rsplit_once('/') {
            Some((unit, name)) => Self::new(Some(unit), name, size),
            None => Self::new(None, name, size),
        }
    }
}

impl Instance {
    fn new(unit: Option<&str>, name: &str, size: Size) -> Result<Self, String> {
        let unit = unit.map(UnitName::parse).transpose().map_err(|fault| fault.to_string())?;
        let unit = unit.map(|unit| unit.as_str().to_owned());
        match name.trim() {
            "" => Err("an instance has a name, such as `subject=10G`".to_owned()),
            name => Ok(Self { unit, name: shortened(name), size }),
        }
    }
}

/// Takes `NAME=SIZE` apart.
///
/// # Errors
/// Says what is wrong with it.
pub fn pair(text: &str) -> Result<(&str, Size), String> {
    let (name, size) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("`{}` is not NAME=SIZE, such as `llama.service=8G`", shortened(text)))?;
    let size: Size = size.parse().map_err(|wrong: Wrong| wrong.to_string())?;
    if size.bytes() == Some(Bytes(0)) {
        Err("a size of 0 is none".to_owned())
    } else {
        Ok((name.trim(), size))
    }
}

/// Reads a file of instances: a table for each unit, `NAME = "SIZE"` a line; what stands before the first table belongs to no unit.
///
/// # Errors
/// Says what is wrong, and where.
pub fn parse(text: &str) -> Result<Vec<Instance>, String> {
    let table: BTreeMap<String, toml::Value> =
        toml::from_str(text).map_err(|error| error.to_string().trim_end().replace('\n', " "))?;
    let mut instances = Vec::new();
    for (name, value) in table {
        match value {
            toml::Value::Table(own) => {
                for (instance, value) in own {
                    instances.push(Instance::new(Some(&name), &instance, size(&instance, &value)?)?);
                }
            }
            value => instances.push(Instance::new(None, &name, size(&name, &value)?)?),
        }
    }
    if instances.len() > MOST { Err(format!("more than {MOST} instances")) } else { Ok(instances) }
}

fn size(name: &str, value: &toml::Value) -> Result<Size, String> {
    let name = shortened(name);
    let text = value.as_str().ok_or_else(|| format!("`{name}` is not a size in quotes, such as \"10G\""))?;
    pair(&format!("x={text}")).map(|(_, size)| size).map_err(|wrong| format!("`{name}`: {wrong}"))
}

/// Reads the instances in a file of the caller's own machine.
///
/// # Errors
/// Says why it cannot be read.
pub fn read(path: &str) -> Result<Vec<Instance>, Fault> {
    let wrong = |what: String| Fault::new(Exit::Usage, format!("`{path}`: {what}")).hint(HINT);
    let failed = |lacking: Lacking| match lacking.reason {
        Reason::Denied => Fault::new(Exit::Privilege, lacking.to_string()),
        _ => Fault::new(Exit::Usage, lacking.to_string()).hint(HINT),
    };
    parse(&Host::live().read(path).map_err(failed)?).map_err(wrong)
}

const HINT: &str = "a file of instances has a line such as [\"llama.service\"] for each unit, and below it lines such as chat = \"10G\"";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn instances_are_read_as_they_are_typed() {
        let read = |text: &str| text.parse::<Instance>().unwrap();
        let of_unit = read("brain-in-jar/subject=10G");
        assert_eq!(of_unit.unit.as_deref(), Some("brain-in-jar.service"));
        assert_eq!((of_unit.name.as_str(), of_unit.size), ("subject", Size::Exact(Bytes::from_gib(10))));
        assert_eq!(read("a=25%"), Instance { unit: None, name: "a".to_owned(), size: Size::Percent(25.0) });
        for text in ["", "a", "=1G", "u/=1G", "a=", "a=24X", "a=0", "a b/c=1G", "a=101%"] {
            assert!(text.parse::<Instance>().is_err(), "{text}");
        }
    }

    #[test]
    fn files_have_a_table_for_each_unit() {
        let text = "alone = \"1G\"\n[\"brain-in-jar.service\"]\nsubject = \"10G\"\ngod = \"20G\"\n[web]\na = \"5%\"\n";
        let instances = parse(text).unwrap();
        let shown: Vec<_> =
            instances.iter().map(|one| (one.unit.as_deref().unwrap_or("-"), one.name.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("-", "alone"),
                ("brain-in-jar.service", "god"),
                ("brain-in-jar.service", "subject"),
                ("web.service", "a")
            ]
        );
    }

    #[test]
    fn what_is_wrong_in_a_file_is_named() {
        for (text, what) in [
            ("a = 5", "`a` is not a size in quotes"),
            ("a = \"5X\"", "`5X` is no size"),
            ("[u]\na = \"0\"", "a size of 0"),
            ("[u]\na = {b = \"1G\"}", "`a` is not a size"),
            ("[", "line 1"),
            ("[\"a b\"]\nc = \"1G\"", "no name of a unit"),
        ] {
            let wrong = parse(text).unwrap_err();
            assert!(wrong.contains(what) && !wrong.contains('\n'), "{text}: {wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|[a-z]+ = \"[0-9]+[GM%]\"\n|\\[[a-z]+\\]\n)*") {
            let _ = (parse(&text), text.parse::<Instance>());
        }
    }
}
