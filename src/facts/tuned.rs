//! tuned: the active profile, and the settings that it and the profiles it includes make.

use std::collections::BTreeMap;

use crate::host::{Host, IfThere, Lacking};

use super::malformed::{MOST_ENTRIES, numbered_lines};

/// Where it is written which profile is active.
pub const ACTIVE: &str = "/etc/tuned/active_profile";

/// Where profiles lie, strongest first.
const FOLDERS: [&str; 4] = ["/etc/tuned/profiles", "/etc/tuned", "/usr/lib/tuned/profiles", "/usr/lib/tuned"];

/// Profiles include profiles; a loop shall end.
const DEEPEST: usize = 8;

/// How many files are read at most, whatever includes what.
const MOST_PROFILES: usize = 64;

/// The longest name that a folder can have.
const LONGEST_NAME: usize = 255;

/// One line of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The section's name, such as `sysctl`.
    pub section: String,
    /// The key.
    pub key: String,
    /// The value as it is written.
    pub value: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// One setting of the active profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TunedSetting {
    /// The plugin that makes it: `sysctl` or `vm`.
    pub plugin: String,
    /// The key.
    pub key: String,
    /// The value as it is written; tuned may compute it.
    pub value: String,
    /// The profile's file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// Reads `[section]` and `key = value` lines; comments, and lines of another shape, are passed over.
pub fn parse(text: &str) -> Vec<Assignment> {
    let mut section = String::new();
    let mut assignments = Vec::new();
    for (line, content) in numbered_lines(text) {
        let content = content.trim();
        if let Some(name) = content.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim().to_owned();
        } else if !content.starts_with(['#', ';'])
            && let Some((key, value)) = content.split_once('=')
        {
            // tuned takes a `#` behind a blank for the begin of a comment.
            let value = value.split_once(" #").map_or(value, |(value, _)| value);
            assignments.push(Assignment {
                section: section.clone(),
                key: key.trim().to_owned(),
                value: value.trim().to_owned(),
                line,
            });
        }
        if assignments.len() == MOST_ENTRIES {
            break;
        }
    }
    assignments
}

/// The names of the active profiles; none where tuned was never given one.
///
/// # Errors
/// Says why the file cannot be read.
pub fn active(host: &Host) -> Result<Vec<String>, Lacking> {
    let text = host.read(ACTIVE).if_there()?.unwrap_or_default();
    Ok(text.split_whitespace().filter(|name| is_name(name)).take(MOST_PROFILES).map(str::to_owned).collect())
}

/// Whether tuned's daemon applies /etc/sysctl.d again behind its profile, as it does unless told otherwise.
pub fn applies_sysctl_again(host: &Host) -> bool {
    let text = host.read("/etc/tuned/tuned-main.conf").unwrap_or_default();
    let told = parse(&text).into_iter().rev().find(|one| one.key == "reapply_sysctl");
    !told.is_some_and(|one| matches!(one.value.to_ascii_lowercase().as_str(), "0" | "false" | "no"))
}

/// Whether the tuned that is installed takes `.` and `/` of a knob's name for each other, as sysctl does; older ones take both for a
/// slash. Where its program is not to be seen, it is taken for a newer one.
pub fn swaps_separators(host: &Host) -> bool {
    let folders = host.list("/usr/lib").unwrap_or_default().into_iter();
    let versions = folders.filter(|name| name.starts_with("python3"));
    let mut plugins = versions.flat_map(|version| {
        ["dist-packages", "site-packages"]
            .map(|place| format!("/usr/lib/{version}/{place}/tuned/plugins/plugin_sysctl.py"))
    });
    let text = plugins.find_map(|path| host.read(&path).ok());
    !text.is_some_and(|text| text.contains(r#"option.replace(".", "/")"#))
}

/// The settings of the `sysctl` and `vm` plugins that `profiles` make together; later ones override earlier ones.
pub fn settings(host: &Host, profiles: &[String]) -> Vec<TunedSetting> {
    let mut merged = Merged { settings: BTreeMap::new(), files_left: MOST_PROFILES };
    for profile in profiles {
        merged.add(host, profile, 0);
    }
    merged.settings.into_values().collect()
}

struct Merged {
    settings: BTreeMap<(String, String), TunedSetting>,
    files_left: usize,
}

impl Merged {
    fn add(&mut self, host: &Host, profile: &str, depth: usize) {
        if depth > DEEPEST || self.files_left == 0 || !is_name(profile) {
            return;
        }
        self.files_left -= 1;
        let found = FOLDERS.iter().find_map(|folder| {
            let file = format!("{folder}/{profile}/tuned.conf");
            host.read(&file).ok().map(|text| (file, text))
        });
        let Some((file, text)) = found else { return };
        let assignments = parse(&text);
        let is_include = |one: &&Assignment| one.section == "main" && one.key == "include";
        for include in assignments.iter().filter(is_include) {
            let names = include.value.split([',', ';']).map(str::trim);
            // A leading dash means: where there is such a profile.
            names.for_each(|name| self.add(host, name.trim_start_matches('-'), depth + 1));
        }
        self.take(&file, &assignments);
    }

    /// A section may be named otherwise than the plugin that it configures, may be off, and may replace what was included.
    fn take(&mut self, file: &str, assignments: &[Assignment]) {
        let mut options: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for one in assignments {
            options.insert((&one.section, &one.key), &one.value);
        }
        let option = |section, key| options.get(&(section, key)).copied();
        let is_yes = |value: &str| matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "yes");
        let mut replaced = "";
        for one in assignments {
            let section = one.section.as_str();
            let plugin = option(section, "type").unwrap_or(section);
            let is_off = option(section, "enabled").is_some_and(|value| !is_yes(value));
            if !matches!(plugin, "sysctl" | "vm") || is_off {
                continue;
            }
            if option(section, "replace").is_some_and(is_yes) && replaced != section {
                self.settings.retain(|(known, _), _| known != plugin);
                replaced = section;
            }
            if !matches!(one.key.as_str(), "type" | "enabled" | "replace" | "priority") {
                let setting = TunedSetting {
                    plugin: plugin.to_owned(),
                    key: one.key.clone(),
                    value: one.value.clone(),
                    file: file.to_owned(),
                    line: one.line,
                };
                self.settings.insert((plugin.to_owned(), one.key.clone()), setting);
            }
        }
    }
}

fn is_name(profile: &str) -> bool {
    let is_allowed = |character: char| !character.is_control() && character != '/' && character != '\'';
    (1..=LONGEST_NAME).contains(&profile.len())
        && profile.chars().all(is_allowed)
        && !profile.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    fn settings_of(files: &[(&str, &str)], profiles: &[&str]) -> Vec<(String, String, String)> {
        let (_folder, host) = made_tree(files);
        let profiles: Vec<String> = profiles.iter().map(|&name| name.to_owned()).collect();
        let found = settings(&host, &profiles).into_iter();
        found.map(|one| (one.plugin, one.key, one.value)).collect()
    }

    fn setting(plugin: &str, key: &str, value: &str) -> (String, String, String) {
        (plugin.to_owned(), key.to_owned(), value.to_owned())
    }

    #[test]
    fn own_lines_override_included_ones_and_etc_overrides_usr() {
        let files = [
            (
                "usr/lib/tuned/base/tuned.conf",
                "[sysctl]\nvm.swappiness=10\nvm.dirty_ratio=40\n[disk]\nreadahead=1\n",
            ),
            ("usr/lib/tuned/own/tuned.conf", "[sysctl]\nvm.swappiness=99\n"),
            (
                "etc/tuned/own/tuned.conf",
                "[main]\ninclude=-none, base\n[sysctl]\n# vm.swappiness=1\nvm.swappiness = 30 # as before\n[vm]\ntransparent_hugepages=never\n",
            ),
        ];
        assert_eq!(
            settings_of(&files, &["own"]),
            [
                setting("sysctl", "vm.dirty_ratio", "40"),
                setting("sysctl", "vm.swappiness", "30"),
                setting("vm", "transparent_hugepages", "never"),
            ]
        );
    }

    #[test]
    fn sections_may_have_other_names_replace_or_be_off() {
        let files = [
            ("usr/lib/tuned/a/tuned.conf", "[sysctl]\nvm.swappiness=10\n"),
            (
                "usr/lib/tuned/b/tuned.conf",
                "[main]\ninclude=a\n[mine]\ntype=sysctl\nreplace=1\nvm.dirty_ratio=5\n[vm]\nenabled=0\ndirty_bytes=1\n",
            ),
        ];
        assert_eq!(settings_of(&files, &["b"]), [setting("sysctl", "vm.dirty_ratio", "5")]);
    }

    #[test]
    fn loops_end_and_paths_are_no_names() {
        let files = [
            ("etc/tuned/a/tuned.conf", "[main]\ninclude=a,a,a,b\n[sysctl]\nvm.swappiness=1\n"),
            ("etc/tuned/b/tuned.conf", "[main]\ninclude=a,b,../b,/etc/passwd\n"),
        ];
        assert_eq!(settings_of(&files, &["a"]), [setting("sysctl", "vm.swappiness", "1")]);
        assert!(!is_name("../a") && !is_name("") && !is_name("a/b"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|\\[[a-z]+\\]\n|[a-z.]+ ?= ?[a-z0-9]*\n)*") {
            parse(&text);
        }
    }
}
