//! The unit that systemd is asked about, to prove what was set for many.

use crate::exit::Fault;

use super::super::unit_name::UnitName;
use super::current::Current;
use super::settings::Planned;
use super::subject::Subject;

/// So many are looked at, for each has folders of its own.
const MOST_ASKED: usize = 64;

/// The unit itself; of many, one for which the drop-in counts that is `planned`, in each of `properties`. `None` where none is loaded.
///
/// # Errors
/// Says which folder cannot be read.
pub(super) fn find(
    subject: &Subject<'_, '_>,
    planned: &Planned,
    properties: &[&str],
) -> Result<Option<String>, Fault> {
    if let Some(sample) = subject.unit.sample() {
        return Ok(Some(sample));
    }
    for one in loaded(subject).take(MOST_ASKED) {
        let Ok(unit) = UnitName::parse(&one.name) else { continue };
        let settings = subject.settings_of(&unit, planned)?;
        let is_ours =
            |property: &&str| settings.deciding(property).is_some_and(|one| one.file == subject.path);
        if properties.iter().all(is_ours) {
            return Ok(Some(one.name.clone()));
        }
    }
    Ok(None)
}

/// The same for a drop-in that is to go: any that would read it can tell.
pub(super) fn any(subject: &Subject<'_, '_>) -> Option<String> {
    subject.unit.sample().or_else(|| loaded(subject).map(|one| one.name.clone()).next())
}

fn loaded<'s>(subject: &'s Subject<'_, '_>) -> impl Iterator<Item = &'s Current> {
    subject.current.iter().filter(|one| one.load == "loaded")
}

#[cfg(test)]
mod tests {
    use super::super::manager::Manager;
    use super::*;
    use crate::facts::readings::Readings;
    use crate::host::made_tree::made_tree;

    const PATH: &str = "/etc/systemd/system/foo-.service.d/89-memtune.conf";

    fn witness(unit: &str, loaded: &[&str], files: &[(&str, &str)]) -> Option<String> {
        let (_folder, host) = made_tree(files);
        let current = |name: &&str| Current {
            name: (*name).to_owned(),
            load: "loaded".to_owned(),
            ..Current::default()
        };
        let subject = Subject {
            readings: &Readings::new(&host, None),
            manager: &Manager::System,
            unit: UnitName::parse(unit).unwrap(),
            current: loaded.iter().map(current).collect(),
            path: PATH.to_owned(),
            memory: None,
        };
        let planned = Planned::from([(PATH.to_owned(), Some("[Service]\nMemoryMax=1G\n".to_owned()))]);
        find(&subject, &planned, &["MemoryMax"]).unwrap()
    }

    #[test]
    fn what_begins_alike_is_proved_by_one_that_is_there() {
        let found = |loaded: &[&str], files: &[(&str, &str)]| witness("foo-.service", loaded, files);
        assert_eq!(found(&["foo-bar.service"], &[]).as_deref(), Some("foo-bar.service"));
        let own = ("/etc/systemd/system/foo-bar.service.d/90-memtune.conf", "[Service]\nMemoryMax=2G\n");
        assert_eq!(found(&["foo-bar.service"], &[own]), None);
        assert_eq!(found(&["foo-bar.service", "foo-x.service"], &[own]).as_deref(), Some("foo-x.service"));
        assert_eq!(found(&[], &[]), None);
        assert_eq!(witness("a@.service", &[], &[]).as_deref(), Some("a@memtune.service"));
        assert_eq!(witness("llama", &[], &[]).as_deref(), Some("llama.service"));
    }
}
