//! Unit files and drop-ins of systemd, read from disk without asking systemd.

use crate::host::{Host, IfThere, Lacking};

use super::malformed::{MOST_ENTRIES, numbered_lines};

/// One assignment in a unit file or drop-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The unit, such as `redis.service`.
    pub unit: String,
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The section that it stands in, such as `Service`; empty before the first one.
    pub section: String,
    /// The key, such as `LimitAS`.
    pub key: String,
    /// The value as it is written.
    pub value: String,
}

/// Reads the assignments of one unit file; comments are passed over.
pub fn parse(unit: &str, file: &str, text: &str) -> Vec<Setting> {
    let mut section = String::new();
    let setting = |(line, content): (usize, &str)| {
        let content = content.trim();
        if content.starts_with(['#', ';']) {
            return None;
        }
        if let Some(name) = content.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut section);
            return None;
        }
        let (key, value) = content.split_once('=')?;
        let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
        let section = section.clone();
        Some(Setting { unit: unit.to_owned(), file: file.to_owned(), line, section, key, value })
    };
    numbered_lines(text).filter_map(setting).take(MOST_ENTRIES).collect()
}

/// Reads the settings named `keys` of all units whose name ends with one of `kinds`, from `folders`.
///
/// # Errors
/// Says which folder or file cannot be read.
pub fn read(host: &Host, folders: &[&str], kinds: &[&str], keys: &[&str]) -> Result<Vec<Setting>, Lacking> {
    read_where(host, folders, kinds, |setting| keys.contains(&setting.key.as_str()))
}

/// Reads the settings that are `wanted` of all units whose name ends with one of `kinds`, from `folders`.
///
/// # Errors
/// Says which folder or file cannot be read.
pub fn read_where(
    host: &Host,
    folders: &[&str],
    kinds: &[&str],
    wanted: impl Fn(&Setting) -> bool,
) -> Result<Vec<Setting>, Lacking> {
    let mut settings = Vec::new();
    for path in unit_paths(host, folders, kinds)? {
        // A link to /dev/null masks a unit; it reads as something that is not a file.
        if let Ok(text) = host.read(&path.file) {
            settings.extend(parse(&path.unit, &path.file, &text).into_iter().filter(&wanted));
        }
    }
    Ok(settings)
}

struct UnitPath {
    unit: String,
    file: String,
}

fn unit_paths(host: &Host, folders: &[&str], kinds: &[&str]) -> Result<Vec<UnitPath>, Lacking> {
    let is_wanted = |name: &str| kinds.iter().any(|kind| name.ends_with(kind));
    let mut paths = Vec::new();
    for folder in folders {
        for name in host.list(folder).if_there()?.unwrap_or_default() {
            if is_wanted(&name) {
                paths.push(UnitPath { file: format!("{folder}/{name}"), unit: name });
            } else if let Some(unit) = name.strip_suffix(".d").filter(|unit| is_wanted(unit)) {
                let files = host.list(&format!("{folder}/{name}")).if_there()?.unwrap_or_default();
                let drop_ins = files.into_iter().filter(|file| file.ends_with(".conf"));
                paths.extend(
                    drop_ins.map(|file| UnitPath {
                        unit: unit.to_owned(),
                        file: format!("{folder}/{name}/{file}"),
                    }),
                );
            }
            if paths.len() > MOST_ENTRIES {
                return Ok(paths);
            }
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_settings() {
        let settings =
            parse("a.service", "/f", "[Service]\n# LimitAS=1\nLimitAS = 2G\nExecStart=/bin/a --x=y\n");
        assert_eq!(settings.len(), 2);
        assert_eq!(
            (settings[0].line, settings[0].key.as_str(), settings[0].value.as_str()),
            (3, "LimitAS", "2G")
        );
        assert_eq!(settings[1].value, "/bin/a --x=y");
        let sections: Vec<String> = parse("a", "/f", "A=1\n[Unit]\nB=2\n[Service]\nC=3\n")
            .into_iter()
            .map(|one| one.section)
            .collect();
        assert_eq!(sections, ["", "Unit", "Service"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|[A-Z][a-z]+ ?= ?[a-z0-9]*\n|\\[Unit\\]\n)*") {
            parse("a.service", "/f", &text);
        }
    }
}
