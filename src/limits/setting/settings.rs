//! The unit file and the drop-ins of one unit, and which of their lines counts.

use std::collections::BTreeMap;

use crate::facts::ignored_setting;
use crate::facts::malformed::MOST_ENTRIES;
use crate::facts::unit_drop_ins;
use crate::facts::unit_files::{self, Setting};
use crate::host::{Host, IfThere, Lacking};

use super::super::unit_name::UnitName;
use super::manager::Manager;

/// Texts that files shall have, by their paths; `None` where the file shall be gone.
pub type Planned = BTreeMap<String, Option<String>>;

/// All that sets a unit's properties.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The unit file.
    fragment: Vec<Setting>,
    /// The drop-ins by name: of files with one name only the first that systemd finds is read.
    drop_ins: BTreeMap<String, Vec<Setting>>,
    /// The drop-ins that are read.
    paths: BTreeMap<String, String>,
}

impl Settings {
    /// Reads them as they would be after `planned`.
    ///
    /// # Errors
    /// Says which folder cannot be read.
    pub fn read(host: &Host, manager: &Manager, unit: &UnitName, planned: &Planned) -> Result<Self, Lacking> {
        let path = manager.search_path();
        let mut own = Self { fragment: fragment(host, unit, &path), ..Self::default() };
        for folder in unit_drop_ins::folders(host, &path, unit.as_str()) {
            own.read_folder(host, unit, &folder, planned)?;
        }
        Ok(own)
    }

    fn read_folder(
        &mut self,
        host: &Host,
        unit: &UnitName,
        folder: &str,
        planned: &Planned,
    ) -> Result<(), Lacking> {
        let mut names = host.list(folder).if_there()?.unwrap_or_default();
        let new = planned.keys().filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
        names.extend(new.map(str::to_owned));
        for name in names.into_iter().filter(|name| name.ends_with(".conf")) {
            let path = format!("{folder}/{name}");
            if self.drop_ins.contains_key(&name) || self.drop_ins.len() > MOST_ENTRIES {
                continue;
            }
            // A link to /dev/null has the others of its name not read.
            let text = match planned.get(&path) {
                Some(None) => continue,
                Some(Some(text)) => text.clone(),
                None => host.read(&path).unwrap_or_default(),
            };
            self.drop_ins.insert(name.clone(), heeded(unit, &path, &text));
            self.paths.insert(name, path);
        }
        Ok(())
    }

    /// The assignment that counts; `None` where nothing sets the property.
    pub fn deciding(&self, property: &str) -> Option<&Setting> {
        let last = |settings: &'_ Vec<Setting>| settings.iter().rposition(|one| one.key == property);
        let of_drop_ins = self.drop_ins.values().rev().find_map(|settings| settings.get(last(settings)?));
        of_drop_ins.or_else(|| self.fragment.get(last(&self.fragment)?))
    }

    /// Whether the drop-in at `path` is read, and not hidden by one of its name.
    pub fn reads(&self, path: &str) -> bool {
        self.paths.values().any(|one| one == path)
    }

    /// The file that is read in the place of `path`.
    pub fn in_place_of(&self, path: &str) -> Option<&str> {
        let name = path.rsplit('/').next()?;
        self.paths.get(name).map(String::as_str).filter(|&other| other != path)
    }
}

fn fragment(host: &Host, unit: &UnitName, path: &[String]) -> Vec<Setting> {
    let file = unit_drop_ins::fragment(host, path, unit.as_str());
    file.map(|file| heeded(unit, &file, &host.read(&file).unwrap_or_default())).unwrap_or_default()
}

/// A line that systemd ignores sets nothing, and wins over nothing.
fn heeded(unit: &UnitName, file: &str, text: &str) -> Vec<Setting> {
    ignored_setting::divide(unit_files::parse(unit.as_str(), file, text)).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn deciding(files: &[(&str, &str)], unit: &str, planned: &Planned) -> Option<(String, String)> {
        let (_folder, host) = made_tree(files);
        let unit = UnitName::parse(unit).unwrap();
        let settings = Settings::read(&host, &Manager::System, &unit, planned).unwrap();
        settings.deciding("MemoryMax").map(|one| (one.file.clone(), one.value.clone()))
    }

    const NONE: Planned = Planned::new();

    #[test]
    fn names_decide_between_files_and_folders_between_equal_names() {
        let unit = ("/usr/lib/systemd/system/a@.service", "[Service]\nMemoryMax=1\n");
        let of_template = ("/etc/systemd/system/a@.service.d/90.conf", "[Service]\nMemoryMax=2\n");
        let of_instance = ("/usr/lib/systemd/system/a@1.service.d/20.conf", "[Service]\nMemoryMax=3\n");
        let of_kind = ("/etc/systemd/system.control/service.d/90.conf", "[Service]\nMemoryMax=4\n");
        let value = |files: &[(&str, &str)]| deciding(files, "a@1.service", &NONE).unwrap().1;
        assert_eq!(value(&[unit]), "1");
        assert_eq!(value(&[unit, of_instance]), "3");
        assert_eq!(value(&[unit, of_template, of_instance]), "2");
        // Of one name, the one for the whole kind is not read, however strong its folder.
        assert_eq!(value(&[unit, of_template, of_instance, of_kind]), "2");
        // Nearer to the unit only counts among equal names of one folder.
        let hides = ("/etc/systemd/system/a@1.service.d/90.conf", "MemoryHigh=9\n");
        assert_eq!(value(&[unit, of_template, of_instance, hides]), "3");
    }

    #[test]
    fn what_is_planned_counts_as_if_it_were_there() {
        let ours = "/etc/systemd/system/a.service.d/90-memtune.conf";
        let theirs = ("/etc/systemd/system.control/a.service.d/95-x.conf", "[Service]\nMemoryMax=5\n");
        let planned = Planned::from([(ours.to_owned(), Some("[Service]\nMemoryMax=7\n".to_owned()))]);
        assert_eq!(deciding(&[], "a", &planned).unwrap(), (ours.to_owned(), "7".to_owned()));
        assert_eq!(deciding(&[theirs], "a", &planned).unwrap().1, "5");
        assert_eq!(
            deciding(&[(ours, "MemoryMax=1\n")], "a", &Planned::from([(ours.to_owned(), None)])),
            None
        );
    }

    #[test]
    fn what_systemd_ignores_sets_nothing() {
        let unit = ("/etc/systemd/system/a.service", "[Service]\nMemoryMax=24GB\n");
        let size = ("/etc/systemd/system/a.service.d/99-own.conf", "[Service]\nMemoryMax=24GB\n");
        let section = ("/etc/systemd/system/a.service.d/98-own.conf", "[Unit]\nMemoryMax=24G\n");
        assert_eq!(deciding(&[unit, size, section], "a", &NONE), None);
        let vendors = ("/usr/lib/systemd/system/a.service.d/10.conf", "[Service]\nMemoryMax=2G\n");
        assert_eq!(deciding(&[unit, size, section, vendors], "a", &NONE).unwrap().1, "2G");
    }

    #[test]
    fn drop_ins_of_other_names_count() {
        let unit = ("/usr/lib/systemd/system/ssh.service", "[Service]\nMemoryMax=1G\n");
        let link = ("/etc/systemd/system/sshd.service", "->/usr/lib/systemd/system/ssh.service");
        let of_alias = ("/etc/systemd/system/sshd.service.d/99-x.conf", "[Service]\nMemoryMax=2G\n");
        assert_eq!(deciding(&[unit, of_alias], "ssh", &NONE).unwrap().1, "1G");
        assert_eq!(deciding(&[unit, link, of_alias], "ssh", &NONE).unwrap().1, "2G");
        // Of equal names that of the unit's own name is read, however weak its folder.
        let own = ("/usr/lib/systemd/system/ssh.service.d/99-x.conf", "[Service]\nMemoryMax=3G\n");
        assert_eq!(deciding(&[unit, link, of_alias, own], "ssh", &NONE).unwrap().1, "3G");
    }

    #[test]
    fn what_a_generator_makes_loses_against_the_owner() {
        let owners = ("/etc/systemd/system/home.mount", "[Mount]\nMemoryMax=2G\n");
        let generated = ("/run/systemd/generator/home.mount", "[Mount]\nMemoryMax=1G\n");
        assert_eq!(deciding(&[owners, generated], "home.mount", &NONE).unwrap().1, "2G");
    }

    #[test]
    fn a_file_of_the_same_name_in_a_stronger_folder_hides_ours() {
        let ours = "/etc/systemd/system/a.service.d/90-memtune.conf";
        let strong = "/run/systemd/system.control/a.service.d/90-memtune.conf";
        let (_folder, host) = made_tree(&[(ours, ""), (strong, "")]);
        let unit = UnitName::parse("a").unwrap();
        let settings = Settings::read(&host, &Manager::System, &unit, &NONE).unwrap();
        assert!(!settings.reads(ours) && settings.reads(strong));
        assert_eq!((settings.in_place_of(ours), settings.in_place_of(strong)), (Some(strong), None));
    }
}
