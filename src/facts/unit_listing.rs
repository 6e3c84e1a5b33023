//! What systemd says of many units at once: one `systemctl show`, or what sosreport kept of one.

use crate::host::{Host, IfThere, Lacking};

use super::malformed::MOST_ENTRIES;
use super::unit_properties::Properties;
use super::users;

/// Where sosreport keeps `systemctl show *service --all`.
const CAPTURED: &str = "/sos_commands/systemd/systemctl_show_service_--all";

/// Which systemd is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// The first process.
    System,
    /// That of the caller's own session.
    User,
    /// That of the user of this number, whom root asks for.
    UserOf(u32),
}

impl Manager {
    /// Whether it is a user's.
    pub fn is_of_user(self) -> bool {
        self != Self::System
    }

    /// The words that run systemctl for it.
    fn systemctl(self, host: &Host) -> Result<Vec<String>, Lacking> {
        let mut words = match self {
            Self::UserOf(number) => {
                let user = users::user(host, number)?.ok_or_else(|| Lacking::absent("/etc/passwd"))?;
                users::in_session(&user.name, number)
            }
            Self::System | Self::User => Vec::new(),
        };
        words.push("systemctl".to_owned());
        words.extend(self.is_of_user().then(|| "--user".to_owned()));
        Ok(words)
    }
}

/// Which units are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Those that are not inactive.
    Active,
    /// All that systemd has loaded.
    Loaded,
}

/// Reads the answer line by line, for a captured one holds some hundred properties of each unit.
#[derive(Debug)]
pub struct Listing<'n> {
    names: &'n [&'n str],
    units: Vec<Properties>,
    unit: Properties,
}

impl<'n> Listing<'n> {
    /// Of only the properties `names`.
    pub fn of(names: &'n [&'n str]) -> Self {
        Self { names, units: Vec::new(), unit: Properties::new() }
    }

    /// Takes one line: `NAME=VALUE`; an empty one ends a unit.
    pub fn line(&mut self, line: &str) {
        match line.split_once('=') {
            _ if line.trim().is_empty() => self.end_unit(),
            // A second unit without an empty line between.
            Some(("Id", _)) if self.unit.contains_key("Id") => {
                self.end_unit();
                self.line(line);
            }
            Some((name, value)) if self.names.contains(&name) => {
                self.unit.insert(name.to_owned(), value.to_owned());
            }
            _ => {}
        }
    }

    fn end_unit(&mut self) {
        let unit = std::mem::take(&mut self.unit);
        if !unit.is_empty() && self.units.len() < MOST_ENTRIES {
            self.units.push(unit);
        }
    }

    /// The units, in the order in which they were printed.
    pub fn end(mut self) -> Vec<Properties> {
        self.end_unit();
        self.units
    }
}

/// Reads the properties `names` of all units in a text that holds several.
pub fn parse(text: &str, names: &[&str]) -> Vec<Properties> {
    let mut listing = Listing::of(names);
    text.lines().for_each(|line| listing.line(line));
    listing.end()
}

/// Asks for the properties `names` of all units that fit one of `patterns`, in one call. A tree tells what sosreport kept, of
/// services only.
///
/// # Errors
/// Says why systemd cannot be asked.
pub fn read(
    host: &Host,
    manager: Manager,
    wanted: Wanted,
    names: &[&str],
    patterns: &[&str],
) -> Result<Vec<Properties>, Lacking> {
    if !host.is_live() {
        return captured(host, names);
    }
    let names_wanted = format!("--property={}", names.join(","));
    let words = manager.systemctl(host)?;
    let mut words = words.iter().map(String::as_str);
    let program = words.next().unwrap_or("systemctl");
    let mut arguments: Vec<&str> = words.chain(["show", &names_wanted]).collect();
    arguments.extend((wanted == Wanted::Loaded).then_some("--all"));
    arguments.push("--");
    arguments.extend(patterns);
    let units = parse(&host.output(program, &arguments)?, names);
    // Without systemd as the first process the program is there, and complains where nobody listens.
    if units.is_empty() { Err(Lacking::absent("systemctl show")) } else { Ok(units) }
}

fn captured(host: &Host, names: &[&str]) -> Result<Vec<Properties>, Lacking> {
    let mut listing = Listing::of(names);
    let read = host.each_line(CAPTURED, |line| listing.line(line)).if_there()?;
    read.map(|()| listing.end()).ok_or_else(|| Lacking::absent(CAPTURED))
}

/// The words of a list as systemctl prints it: divided by blanks, in quotes where a word holds a backslash or a blank.
pub fn words(list: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut letters = list.chars();
    let mut is_quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '\\' if is_quoted => word.extend(letters.next()),
            blank if blank.is_whitespace() && !is_quoted => {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            }
            other => word.push(other),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words.truncate(MOST_ENTRIES);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    const TEXT: &str =
        "Id=a.service\nMemoryMax=infinity\nEnvironment=SECRET=1\n\nId=b.service\nMemoryMax=5\n";

    #[test]
    fn units_are_divided_by_empty_lines_and_only_what_is_wanted_is_kept() {
        let units = parse(TEXT, &["Id", "MemoryMax"]);
        assert_eq!(units.len(), 2);
        assert_eq!(units[0].len(), 2);
        assert_eq!((units[1]["Id"].as_str(), units[1]["MemoryMax"].as_str()), ("b.service", "5"));
        assert_eq!(parse("Id=a\nId=b\n", &["Id"]).len(), 2);
        assert_eq!(parse("\n\nEnvironment=X\n\n", &["Id"]), []);
    }

    #[test]
    fn a_tree_tells_what_sosreport_kept() {
        let (_folder, host) = made_tree(&[(CAPTURED, TEXT)]);
        let read = |host: &Host| read(host, Manager::System, Wanted::Active, &["Id"], &["*"]);
        assert_eq!(read(&host).unwrap().len(), 2);
        let (_folder, host) = made_tree(&[]);
        assert_eq!(read(&host), Err(Lacking::absent(CAPTURED)));
    }

    #[test]
    fn lists_are_taken_apart_as_systemctl_writes_them() {
        let cases: [(&str, &[&str]); 4] = [
            ("/a/b.conf /c/d.conf", &["/a/b.conf", "/c/d.conf"]),
            (r#"/a "/etc/a\\x2db.service.d/x y.conf""#, &["/a", r"/etc/a\x2db.service.d/x y.conf"]),
            (r"/etc/a\x2db.d/1.conf", &[r"/etc/a\x2db.d/1.conf"]),
            ("", &[]),
        ];
        for (list, wanted) in cases {
            assert_eq!(words(list), wanted, "{list}");
        }
    }

    #[test]
    fn root_asks_the_manager_of_a_user_as_that_user() {
        let (_folder, host) = made_tree(&[("/etc/passwd", "ada:x:1000:100::/home/ada:/bin/sh\n")]);
        let words = |manager: Manager| manager.systemctl(&host).map(|words| words.join(" "));
        assert_eq!(words(Manager::System).unwrap(), "systemctl");
        assert_eq!(words(Manager::User).unwrap(), "systemctl --user");
        assert_eq!(
            words(Manager::UserOf(1000)).unwrap(),
            "runuser -u ada -- env XDG_RUNTIME_DIR=/run/user/1000 systemctl --user"
        );
        assert!(words(Manager::UserOf(1001)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|Id=|Id=[a-z]|\"|\\\\| )*") {
            prop_assert!(parse(&text, &["Id"]).iter().all(|unit| unit.len() == 1));
            prop_assert!(words(&text).iter().all(|word| !word.is_empty()));
        }
    }
}
