//! /etc/passwd: who is a person and who is a service.

use crate::host::{Host, IfThere, Lacking};

use super::malformed::{MOST_ENTRIES, numbered_lines};

/// The user names with their numbers. Lines that are none, as nss compatibility uses them, are passed over.
pub fn parse(text: &str) -> Vec<(String, u32)> {
    let entry = |(_, line): (usize, &str)| {
        let mut fields = line.split(':');
        let (name, _, number) = (fields.next()?, fields.next()?, fields.next()?);
        Some((name.to_owned(), number.parse().ok()?))
    };
    numbered_lines(text).filter_map(entry).take(MOST_ENTRIES).collect()
}

/// Reads them from a machine; without the file there are none.
///
/// # Errors
/// Says why it cannot be read.
pub fn read(host: &Host) -> Result<Vec<(String, u32)>, Lacking> {
    Ok(parse(&host.read("/etc/passwd").if_there()?.unwrap_or_default()))
}

/// The words in front of a command that root has run in the session of the user of that name and number. Who logs in by other ways than PAM
/// lacks the variable that leads to his systemd.
pub fn in_session(name: &str, number: u32) -> Vec<String> {
    let runtime = format!("XDG_RUNTIME_DIR=/run/user/{number}");
    ["runuser", "-u", name, "--", "env", &runtime].map(str::to_owned).to_vec()
}

/// Somebody who can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: String,
    /// Group number.
    pub group: u32,
    /// Home folder.
    pub home: String,
}

/// The user with this number; `None` where no line names one with a home folder.
pub fn parse_user(text: &str, number: u32) -> Option<User> {
    numbered_lines(text).take(MOST_ENTRIES).find_map(|(_, line)| {
        let fields: Vec<&str> = line.split(':').collect();
        let &[name, _, user, group, _, home, ..] = fields.as_slice() else { return None };
        let is_meant = user.parse() == Ok(number) && home.starts_with('/') && !name.starts_with('-');
        let group = group.parse().ok()?;
        is_meant.then(|| User { name: name.to_owned(), group, home: home.trim_end_matches('/').to_owned() })
    })
}

/// Reads the one with this number.
///
/// # Errors
/// Says why the file cannot be read.
pub fn user(host: &Host, number: u32) -> Result<Option<User>, Lacking> {
    Ok(parse_user(&host.read("/etc/passwd").if_there()?.unwrap_or_default(), number))
}

#[cfg(test)]
mod tests {
    use super::{parse, parse_user};

    #[test]
    fn reads_names_and_numbers() {
        let users =
            parse("root:x:0:0:root:/root:/bin/sh\n+::::::\nredis:x:105:110::/var/lib/redis:/bin/false\n");
        assert_eq!(users, [("root".to_owned(), 0), ("redis".to_owned(), 105)]);
    }
    #[test]
    fn finds_a_user_by_number() {
        let text = "odd:x:7\nroot:x:0:0:root:/root:/bin/sh\nada:x:1000:100:Ada,,,:/home/ada/:/bin/sh\n";
        let ada = parse_user(text, 1000).unwrap();
        assert_eq!((ada.name.as_str(), ada.group, ada.home.as_str()), ("ada", 100, "/home/ada"));
        assert_eq!(parse_user(text, 7), None);
    }
}
