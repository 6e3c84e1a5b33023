//! The folders that the machine's systemd reads unit files and drop-ins from.

/// Who puts files into a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    /// An administrator, by hand or with systemctl.
    Owner,
    /// Packages.
    Packages,
    /// Programs, for as long as the machine is up or an image is attached.
    Programs,
}

/// All of them, strongest first. Generators come behind what the owner wrote, unless they say that they come early. On systems where /lib
/// is a link, that and /usr/lib are one folder.
const FOLDERS: [(&str, Writer); 13] = [
    ("/etc/systemd/system.control", Writer::Owner),
    ("/run/systemd/system.control", Writer::Owner),
    ("/run/systemd/transient", Writer::Programs),
    ("/run/systemd/generator.early", Writer::Programs),
    ("/etc/systemd/system", Writer::Owner),
    ("/etc/systemd/system.attached", Writer::Programs),
    ("/run/systemd/system", Writer::Owner),
    ("/run/systemd/system.attached", Writer::Programs),
    ("/run/systemd/generator", Writer::Programs),
    ("/usr/local/lib/systemd/system", Writer::Owner),
    ("/usr/lib/systemd/system", Writer::Packages),
    ("/lib/systemd/system", Writer::Packages),
    ("/run/systemd/generator.late", Writer::Programs),
];

/// All of them, strongest first.
pub fn search_path() -> Vec<&'static str> {
    FOLDERS.iter().map(|&(folder, _)| folder).collect()
}

/// Where an administrator's own unit files lie, strongest first.
pub fn owners() -> Vec<&'static str> {
    FOLDERS.iter().filter(|(_, writer)| *writer == Writer::Owner).map(|&(folder, _)| folder).collect()
}

/// Those that `systemctl set-property` writes to: for good, and until the next boot.
pub fn control() -> Vec<&'static str> {
    search_path().into_iter().filter(|folder| folder.ends_with(".control")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(folder: &str) -> usize {
        search_path().iter().position(|one| *one == folder).unwrap()
    }

    #[test]
    fn folders_come_in_the_order_in_which_systemd_reads_them() {
        assert!(place("/run/systemd/system.control") < place("/run/systemd/transient"));
        assert!(place("/run/systemd/transient") < place("/etc/systemd/system"));
        assert!(place("/run/systemd/generator.early") < place("/etc/systemd/system"));
        assert!(place("/etc/systemd/system") < place("/etc/systemd/system.attached"));
        assert!(place("/run/systemd/system") < place("/run/systemd/generator"));
        assert!(place("/run/systemd/generator") < place("/usr/local/lib/systemd/system"));
        assert_eq!(place("/run/systemd/generator.late") + 1, search_path().len());
    }

    #[test]
    fn what_programs_and_packages_write_is_not_the_owners() {
        assert_eq!(
            owners(),
            [
                "/etc/systemd/system.control",
                "/run/systemd/system.control",
                "/etc/systemd/system",
                "/run/systemd/system",
                "/usr/local/lib/systemd/system"
            ]
        );
        assert_eq!(control(), ["/etc/systemd/system.control", "/run/systemd/system.control"]);
    }
}
