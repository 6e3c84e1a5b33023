//! All checks, in reading order.

use super::check::Check;
use super::sysctl;

/// The tables of the groups, in the order of [`Group::ALL`](super::group::Group::ALL).
const TABLES: [&[Check]; 4] = [
    sysctl::watermarks::CHECKS,
    sysctl::swapping::CHECKS,
    sysctl::writeback::CHECKS,
    sysctl::policy::CHECKS,
];

/// All checks.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    TABLES.into_iter().flatten()
}

/// The check with this id, in either case of letters, or with this name.
pub fn find(name: &str) -> Option<&'static Check> {
    checks().find(|check| check.id.eq_ignore_ascii_case(name) || check.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::group::Group;
    use super::*;

    #[test]
    fn ids_are_unique_and_begin_with_the_letter_of_their_group() {
        let ids: BTreeSet<&str> = checks().map(|check| check.id).collect();
        let names: BTreeSet<&str> = checks().map(|check| check.name).collect();
        assert_eq!((ids.len(), names.len()), (checks().count(), checks().count()));
        for check in checks() {
            assert!(check.id.starts_with(check.group.letter()), "{}", check.id);
            assert!(!check.sources.is_empty(), "{} names no source", check.id);
            assert!(check.question.ends_with('?'), "{} asks nothing", check.id);
        }
    }

    #[test]
    fn tables_stand_in_reading_order() {
        let groups: Vec<Group> = TABLES.iter().map(|table| table[0].group).collect();
        assert!(groups.is_sorted(), "{groups:?}");
        for table in TABLES {
            assert!(table.is_sorted_by_key(|check| check.id), "{}", table[0].id);
            assert!(table.iter().all(|check| check.group == table[0].group));
        }
    }
}
