//! The commands that give a unit of the system a setting which `memtune limits` does not know.

use crate::doctor::shell::quoted;

/// Behind most others by its name, and before the files of `memtune limits`, which go by what memtune itself wrote.
const FILE: &str = "80-memtune-doctor.conf";

/// Adds `settings` to the section `section` of `unit`, and lets systemd read them.
pub(in crate::doctor) fn drop_in(unit: &str, section: &str, settings: &[&str]) -> Vec<String> {
    let folder = quoted(&format!("/etc/systemd/system/{unit}.d"));
    let file = quoted(&format!("/etc/systemd/system/{unit}.d/{FILE}"));
    vec![
        format!("sudo mkdir -p {folder}"),
        format!(
            r"printf '[{section}]\n{}\n' | sudo tee -a {file}",
            settings.iter().map(|setting| in_format(setting)).collect::<Vec<_>>().join(r"\n")
        ),
        "sudo systemctl daemon-reload".to_owned(),
    ]
}

/// As a part of printf's format between single quotes.
fn in_format(setting: &str) -> String {
    setting.replace('\\', r"\\").replace('%', "%%").replace('\'', r"'\''")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_can_be_typed() {
        assert_eq!(
            drop_in("ssh.service", "Service", &["A=1", "B=2"]),
            [
                "sudo mkdir -p /etc/systemd/system/ssh.service.d",
                r"printf '[Service]\nA=1\nB=2\n' | sudo tee -a /etc/systemd/system/ssh.service.d/80-memtune-doctor.conf",
                "sudo systemctl daemon-reload",
            ]
        );
        assert_eq!(in_format(r"Limit=40%\'"), r"Limit=40%%\\'\''");
    }
}
