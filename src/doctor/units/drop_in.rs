//! The commands that give a unit of the system a setting.

use crate::doctor::shell::quoted;

/// The file that all of memtune's settings for one unit go to.
const FILE: &str = "90-memtune.conf";

/// Adds `settings` to the section `section` of `unit`, and lets systemd read them. The unit's processes get resource limits and
/// an oom_score_adj only when they start anew; everything else counts at once.
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

/// The same, and starts the unit anew where it is one that runs; templates, such as `a@.service`, never do.
pub(in crate::doctor) fn drop_in_and_restart(unit: &str, settings: &[&str]) -> Vec<String> {
    let mut commands = drop_in(unit, "Service", settings);
    if !unit.contains("@.") {
        commands.push(format!("sudo systemctl restart {}", quoted(unit)));
    }
    commands
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
                r"printf '[Service]\nA=1\nB=2\n' | sudo tee -a /etc/systemd/system/ssh.service.d/90-memtune.conf",
                "sudo systemctl daemon-reload",
            ]
        );
        assert_eq!(in_format(r"Limit=40%\'"), r"Limit=40%%\\'\''");
        let escaped = drop_in_and_restart(r"a\x2db@1.service", &["A=1"]);
        assert_eq!(escaped[3], r"sudo systemctl restart 'a\x2db@1.service'");
        assert_eq!(drop_in_and_restart("a@.service", &["A=1"]).len(), 3);
    }
}
