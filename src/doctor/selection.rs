//! Which checks to run.

use super::check::Check;
use super::group::Group;
use super::registry;

/// Checks and groups that were asked for by name; nothing asked for means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    ids: Vec<&'static str>,
    groups: Vec<Group>,
}

impl Selection {
    /// Resolves what was typed: ids or names of checks, and letters or names of groups.
    ///
    /// # Errors
    /// Names the word that is neither.
    pub fn new(checks: &[String], groups: &[String]) -> Result<Self, String> {
        let ids =
            checks.iter().map(|name| known_check(name).map(|check| check.id)).collect::<Result<_, _>>()?;
        let groups = groups.iter().map(|name| known_group(name)).collect::<Result<_, _>>()?;
        Ok(Self { ids, groups })
    }

    /// Whether single checks were asked for by name.
    pub fn is_by_name(&self) -> bool {
        !self.ids.is_empty()
    }

    /// Whether all checks are to be run, so that something can be said of the machine as a whole.
    pub fn is_everything(&self) -> bool {
        self.ids.is_empty() && self.groups.is_empty()
    }

    /// Whether `check` is to be run.
    pub fn wants(&self, check: &Check) -> bool {
        self.is_everything() || self.ids.contains(&check.id) || self.groups.contains(&check.group)
    }
}

/// The check that was asked for.
///
/// # Errors
/// Says that there is none of that name.
pub fn known_check(name: &str) -> Result<&'static Check, String> {
    registry::find(name).ok_or_else(|| format!("there is no check `{name}`; `memtune doctor list` shows all"))
}

fn known_group(name: &str) -> Result<Group, String> {
    let is_meant = |group: &&Group| {
        name.eq_ignore_ascii_case(group.name()) || name.eq_ignore_ascii_case(group.initial())
    };
    let found = Group::ALL
        .iter()
        .filter(|group| registry::checks().any(|check| check.group == **group))
        .find(is_meant);
    found.copied().ok_or_else(|| format!("there is no group `{name}`; `memtune doctor list` shows all"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn takes_ids_names_and_letters() {
        let selection = Selection::new(&words(&["s08", "swappiness"]), &words(&["S"])).unwrap();
        assert_eq!(selection.ids, ["S08", "S11"]);
        assert_eq!(selection.groups, [Group::Sysctl]);
        assert!(Selection::new(&words(&["X99"]), &[]).unwrap_err().contains("`X99`"));
        assert!(Selection::new(&[], &words(&["none"])).unwrap_err().contains("`none`"));
    }

    #[test]
    fn nothing_asked_means_everything() {
        let all = Selection::default();
        assert!(registry::checks().all(|check| all.wants(check)));
    }
}
