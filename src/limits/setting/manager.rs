//! Which systemd a unit belongs to: the machine's own, or one that runs for a user.

use crate::exit::{Exit, Fault};
use crate::facts::unit_folders;
use crate::facts::users;
use crate::host::{Host, Lacking};

/// Where the administrator's units of all users lie, strongest first.
const OWN_OF_ALL_USERS: [&str; 2] = ["/etc/systemd/user", "/run/systemd/user"];

/// Where packages put theirs.
const PACKAGES_OF_ALL_USERS: [&str; 4] = [
    "/usr/local/share/systemd/user",
    "/usr/share/systemd/user",
    "/usr/local/lib/systemd/user",
    "/usr/lib/systemd/user",
];

/// Somebody who has a systemd of his own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name by which he logs in.
    pub name: String,
    /// User number.
    pub user: u32,
    /// Group number.
    pub group: u32,
    /// Home folder, without links in its path.
    pub home: String,
}

/// Who runs a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manager {
    /// The machine's systemd.
    System,
    /// Each user's.
    AllUsers,
    /// One user's.
    Of(Person),
}

impl Manager {
    /// The manager that `--user` means on `host`: that of the caller, or of who called sudo; root's own word goes for all users, and so
    /// does that about a tree.
    ///
    /// # Errors
    /// Says that the user is not in /etc/passwd.
    pub fn of_user(host: &Host, caller: u32, sudo: Option<u32>) -> Result<Self, Fault> {
        let number = if caller == 0 { sudo.unwrap_or(0) } else { caller };
        if !host.is_live() || number == 0 {
            return Ok(Self::AllUsers);
        }
        let failed = |lacking: Lacking| Fault::new(Exit::Failed, lacking.to_string());
        let person = users::user(host, number).map_err(failed)?.ok_or_else(|| {
            Fault::new(Exit::Failed, format!("user {number} is not in `/etc/passwd`, which tells the home folder"))
                .hint("as root without sudo, `--user` sets the limit for the units of all users, in /etc/systemd/user")
        })?;
        let home = host.real_path(&person.home).unwrap_or(person.home);
        Ok(Self::Of(Person { name: person.name, user: number, group: person.group, home }))
    }

    /// The folder of the owner's drop-ins, without a `/` at its end.
    pub fn folder(&self) -> String {
        match self {
            Self::System => "/etc/systemd/system".to_owned(),
            Self::AllUsers => "/etc/systemd/user".to_owned(),
            Self::Of(person) => format!("{}/.config/systemd/user", person.home),
        }
    }

    /// The folders that `systemctl set-property` writes to: for good, and until the next boot.
    pub fn control_folders(&self) -> Vec<String> {
        match self {
            Self::System => unit_folders::control().into_iter().map(str::to_owned).collect(),
            Self::AllUsers => Vec::new(),
            Self::Of(person) => vec![
                format!("{}/.config/systemd/user.control", person.home),
                format!("/run/user/{}/systemd/user.control", person.user),
            ],
        }
    }

    /// The folders that it reads units and drop-ins from, the strongest first.
    pub fn search_path(&self) -> Vec<String> {
        let owned = |folders: &[&str]| folders.iter().map(|&folder| folder.to_owned()).collect::<Vec<_>>();
        match self {
            Self::System => owned(&unit_folders::search_path()),
            Self::AllUsers => [owned(&OWN_OF_ALL_USERS), owned(&PACKAGES_OF_ALL_USERS)].concat(),
            Self::Of(person) => {
                let runtime = |name: &str| format!("/run/user/{}/systemd/{name}", person.user);
                let data = format!("{}/.local/share/systemd/user", person.home);
                let ([of_admin, of_boot], of_packages) = (OWN_OF_ALL_USERS, PACKAGES_OF_ALL_USERS);
                let mut path = self.control_folders();
                path.extend([runtime("transient"), runtime("generator.early"), self.folder()]);
                path.extend([
                    of_admin.to_owned(),
                    runtime("user"),
                    of_boot.to_owned(),
                    runtime("generator"),
                    data,
                ]);
                path.extend(owned(&of_packages));
                path.push(runtime("generator.late"));
                path
            }
        }
    }

    /// Whether it is one process that can be asked and told.
    pub fn can_be_told(&self, host: &Host) -> bool {
        match self {
            Self::System => host.is_live(),
            Self::AllUsers => false,
            Self::Of(person) => {
                host.is_live() && host.has(&format!("/run/user/{}/systemd/private", person.user))
            }
        }
    }

    /// The words that run `program`, systemctl or systemd-analyze, for this manager as root.
    pub fn words(&self, program: &str, arguments: &[&str]) -> Vec<String> {
        let mut words = match self {
            Self::Of(person) => self.prefix(person, true),
            _ => Vec::new(),
        };
        words.push(program.to_owned());
        words.extend((!matches!(self, Self::System)).then(|| "--user".to_owned()));
        words.extend(arguments.iter().map(|&argument| argument.to_owned()));
        words
    }

    /// What it prints; root asks as the user.
    ///
    /// # Errors
    /// Says why it cannot be asked.
    pub fn output(&self, host: &Host, program: &str, arguments: &[&str]) -> Result<String, Lacking> {
        let is_root = rustix::process::geteuid().is_root();
        let mut words = match self {
            Self::Of(person) => self.prefix(person, is_root),
            _ => Vec::new(),
        };
        words.push(program.to_owned());
        words.extend((!matches!(self, Self::System)).then(|| "--user".to_owned()));
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.extend(arguments);
        match words.split_first() {
            Some((program, arguments)) => host.output(program, arguments),
            None => Err(Lacking::absent(program)),
        }
    }

    /// Whoever is not root asks as himself.
    fn prefix(&self, person: &Person, is_root: bool) -> Vec<String> {
        let words = users::in_session(&person.name, person.user);
        words.into_iter().skip(if is_root { 0 } else { 4 }).collect()
    }

    /// What is typed for the same manager.
    pub fn option(&self) -> &'static str {
        if matches!(self, Self::System) { "" } else { "--user " }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn ada() -> Manager {
        let home = "/home/ada".to_owned();
        Manager::Of(Person { name: "ada".to_owned(), user: 1000, group: 100, home })
    }

    #[test]
    fn drop_ins_of_each_lie_where_it_reads_them() {
        for manager in [Manager::System, Manager::AllUsers, ada()] {
            let path = manager.search_path();
            assert!(path.contains(&manager.folder()), "{path:?}");
            assert_eq!(path.get(..manager.control_folders().len()).unwrap(), manager.control_folders());
            assert!(path.iter().all(|folder| folder.starts_with('/') && !folder.ends_with('/')));
        }
        let user = ada().search_path();
        let place = |folder: &str| user.iter().position(|one| one == folder).unwrap();
        assert!(place("/etc/systemd/user") < place("/run/user/1000/systemd/user"));
        assert!(place("/run/user/1000/systemd/user") < place("/run/user/1000/systemd/generator"));
        assert!(place("/run/user/1000/systemd/generator") < place("/home/ada/.local/share/systemd/user"));
        assert!(place("/usr/lib/systemd/user") < place("/run/user/1000/systemd/generator.late"));
    }

    #[test]
    fn a_users_manager_is_spoken_to_as_that_user() {
        assert_eq!(Manager::System.words("systemctl", &["daemon-reload"]), ["systemctl", "daemon-reload"]);
        assert_eq!(
            ada().words("systemctl", &["daemon-reload"]).join(" "),
            "runuser -u ada -- env XDG_RUNTIME_DIR=/run/user/1000 systemctl --user daemon-reload"
        );
    }

    #[test]
    fn a_tree_has_no_caller_and_root_speaks_for_all() {
        let (_folder, host) = made_tree(&[("/etc/passwd", "ada:x:1000:100::/home/ada:/bin/sh\n")]);
        assert_eq!(Manager::of_user(&host, 1000, None).unwrap(), Manager::AllUsers);
        assert_eq!(Manager::of_user(&Host::live(), 0, None).unwrap(), Manager::AllUsers);
        assert!(Manager::of_user(&Host::live(), 4_000_000_000, None).is_err());
        assert!(!Manager::System.can_be_told(&host) && !Manager::AllUsers.can_be_told(&Host::live()));
    }
}
