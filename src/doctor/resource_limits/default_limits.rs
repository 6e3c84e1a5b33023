//! Limits that systemd gives to every service, from its own configuration.

use crate::facts::unit_files::{self, Setting};
use crate::facts::unit_settings;
use crate::host::{Host, IfThere};

/// The configuration of the machine's own systemd.
const MAIN: &str = "/etc/systemd/system.conf";

/// The folders of its drop-ins, strongest first.
const FOLDERS: [&str; 2] = ["/etc/systemd/system.conf.d", "/run/systemd/system.conf.d"];

/// The limits on addresses among them that count.
pub(super) fn read(host: &Host) -> Vec<Setting> {
    let mut files = vec![MAIN.to_owned()];
    for folder in FOLDERS {
        let names = host.list(folder).if_there().ok().flatten().unwrap_or_default();
        files.extend(
            names.iter().filter(|name| name.ends_with(".conf")).map(|name| format!("{folder}/{name}")),
        );
    }
    let settings = files.iter().flat_map(|file| {
        let text = host.read(file).unwrap_or_default();
        unit_files::parse("system.conf", file, &text)
    });
    let is_limit = |setting: &Setting| ["DefaultLimitAS", "DefaultLimitDATA"].contains(&setting.key.as_str());
    unit_settings::winning(settings.filter(is_limit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn drop_ins_win_over_the_main_file() {
        let (_folder, host) = made_tree(&[
            (MAIN, "[Manager]\n#DefaultLimitAS=1G\nDefaultLimitDATA=2G\n"),
            ("/etc/systemd/system.conf.d/a.conf", "[Manager]\nDefaultLimitDATA=3G\nDefaultLimitNOFILE=5\n"),
            ("/run/systemd/system.conf.d/a.conf", "[Manager]\nDefaultLimitDATA=4G\n"),
        ]);
        let values: Vec<(String, String)> =
            read(&host).into_iter().map(|one| (one.file, one.value)).collect();
        assert_eq!(values, [("/etc/systemd/system.conf.d/a.conf".to_owned(), "3G".to_owned())]);
    }
}
