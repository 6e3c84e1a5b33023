//! Which of several assignments in unit files and drop-ins counts.

use std::collections::BTreeMap;

use super::unit_files::Setting;

/// The assignments of one key for one unit, by the name of the file that they stand in.
#[derive(Default)]
struct Rivals {
    fragment: Option<Setting>,
    drop_ins: BTreeMap<String, Setting>,
}

/// The settings that count, given those of all files with the strongest folder first: of equally named files the strongest
/// folder's, in a file the last line, of drop-ins the last name, and any drop-in before the unit file itself.
pub fn winning(settings: Vec<Setting>) -> Vec<Setting> {
    let mut rivals: BTreeMap<(String, String), Rivals> = BTreeMap::new();
    for setting in settings {
        let own = rivals.entry((setting.unit.clone(), setting.key.clone())).or_default();
        let name = setting.file.rsplit('/').next().unwrap_or(&setting.file).to_owned();
        let known = match name == setting.unit {
            true => own.fragment.as_ref(),
            false => own.drop_ins.get(&name),
        };
        if known.is_some_and(|known| known.file != setting.file) {
            continue;
        }
        match name == setting.unit {
            true => own.fragment = Some(setting),
            false => {
                own.drop_ins.insert(name, setting);
            }
        }
    }
    let last = |mut own: Rivals| own.drop_ins.pop_last().map(|(_, last)| last).or(own.fragment);
    rivals.into_values().filter_map(last).collect()
}

#[cfg(test)]
mod tests {
    use super::super::unit_files::parse;
    use super::*;
    use proptest::prelude::*;

    fn value(files: &[(&str, &str)]) -> String {
        let all = files.iter().flat_map(|(file, text)| parse("a.service", file, text)).collect();
        let won = winning(all);
        assert_eq!(won.len(), 1);
        won[0].value.clone()
    }

    #[test]
    fn drop_ins_beat_the_unit_and_names_beat_folders() {
        let unit = ("/etc/systemd/system/a.service", "LimitAS=1\nLimitAS=2\n");
        assert_eq!(value(&[unit]), "2");
        let vendors = ("/usr/lib/systemd/system/a.service", "LimitAS=3\n");
        assert_eq!(value(&[unit, vendors]), "2");
        let drop_in = ("/etc/systemd/system/a.service.d/20.conf", "LimitAS=4\n");
        let same_name = ("/usr/lib/systemd/system/a.service.d/20.conf", "LimitAS=5\n");
        assert_eq!(value(&[unit, drop_in, same_name]), "4");
        let later_name = ("/usr/lib/systemd/system/a.service.d/30.conf", "LimitAS=6\n");
        assert_eq!(value(&[unit, drop_in, vendors, later_name]), "6");
    }

    proptest! {
        #[test]
        fn what_counts_was_there(keys in prop::collection::vec("[ab]=[0-9]", 0..12), file in "(/[ab](.conf)?){0,3}") {
            let all = parse("a", &file, &keys.join("\n"));
            let count = winning(all.clone()).into_iter().filter(|one| all.contains(one)).count();
            prop_assert!(count <= 2);
            prop_assert_eq!(count == 0, all.is_empty());
        }
    }
}
