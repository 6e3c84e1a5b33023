//! All checks, in reading order.

use super::check::Check;
use super::compressed_swap;
use super::fragmentation;
use super::huge_pages;
use super::keepers;
use super::numa;
use super::overcommit;
use super::pressure;
use super::reclaim;
use super::resource_limits;
use super::surroundings;
use super::swap;
use super::sysctl;
use super::units;

/// The tables of the groups, in the order of [`Group::ALL`](super::group::Group::ALL).
const TABLES: [&[Check]; 60] = [
    pressure::stall::CHECKS,
    pressure::room::CHECKS,
    pressure::kernel_share::CHECKS,
    pressure::files::CHECKS,
    pressure::locked::CHECKS,
    pressure::hardware::CHECKS,
    swap::absent::CHECKS,
    swap::room::CHECKS,
    swap::boot::CHECKS,
    swap::permissions::CHECKS,
    swap::priority::CHECKS,
    swap::file_system::CHECKS,
    swap::header::CHECKS,
    swap::medium::CHECKS,
    swap::managers::CHECKS,
    swap::resume::CHECKS,
    swap::deleted::CHECKS,
    compressed_swap::twice::CHECKS,
    compressed_swap::zram::CHECKS,
    compressed_swap::generator::CHECKS,
    compressed_swap::zswap::CHECKS,
    overcommit::refused::CHECKS,
    overcommit::limit::CHECKS,
    overcommit::vendors::CHECKS,
    units::budget::CHECKS,
    units::narrowed::CHECKS,
    units::high::CHECKS,
    units::killed::CHECKS,
    units::near_max::CHECKS,
    units::ignored::CHECKS,
    units::leftovers::CHECKS,
    units::old_groups::CHECKS,
    units::crash_loop::CHECKS,
    units::spared::CHECKS,
    units::immune::CHECKS,
    units::containers::CHECKS,
    resource_limits::address_space::CHECKS,
    resource_limits::locked::CHECKS,
    resource_limits::logins::CHECKS,
    keepers::watchdogs::CHECKS,
    keepers::oomd::CHECKS,
    keepers::tuned::CHECKS,
    sysctl::drift::CHECKS,
    sysctl::shadowed::CHECKS,
    sysctl::unread::CHECKS,
    sysctl::lines::CHECKS,
    sysctl::pairs::CHECKS,
    sysctl::watermarks::CHECKS,
    sysctl::swapping::CHECKS,
    sysctl::writeback::CHECKS,
    sysctl::policy::CHECKS,
    huge_pages::pools::CHECKS,
    huge_pages::transparent::CHECKS,
    numa::CHECKS,
    fragmentation::pieces::CHECKS,
    fragmentation::devices::CHECKS,
    reclaim::CHECKS,
    surroundings::container::CHECKS,
    surroundings::settings_home::CHECKS,
    surroundings::balloon::CHECKS,
];

/// All checks.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    TABLES.into_iter().flatten()
}

/// The check with this id or name, in either case of letters.
pub fn find(name: &str) -> Option<&'static Check> {
    checks().find(|check| check.id.eq_ignore_ascii_case(name) || check.name.eq_ignore_ascii_case(name))
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
            assert!(check.id.starts_with(check.group.initial()), "{}", check.id);
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
