//! The control group of a unit.

use arrayvec::ArrayString;

use crate::watch::job::GroupPath;

use super::count::Census;

impl Census {
    /// Finds the group of a unit by walking through all groups, as a count does; of several the one nearest to the top. The tables of the
    /// last count are void after it.
    pub fn find_unit(&mut self, unit: &str) -> Option<GroupPath> {
        self.walk_groups();
        self.base = None;
        let groups = self.groups.as_ref()?;
        let is_meant = |path: &GroupPath| path.rsplit_once('/').is_some_and(|(_, name)| name == unit);
        groups.table.iter().map(|group| group.path).find(is_meant)
    }
}

/// Where systemd puts a unit that names no slice of its own; `None` where that takes more than a look at its name.
pub fn usual_place(unit: &str) -> Option<GroupPath> {
    let mut path = GroupPath::new();
    let (stem, kind) = unit.rsplit_once('.')?;
    if kind == "slice" {
        for (at, _) in stem.match_indices('-') {
            push(&mut path, &[stem.get(..at)?, ".slice"])?;
        }
        push(&mut path, &[unit])?;
        return Some(path);
    }
    push(&mut path, &["system.slice"])?;
    if let Some((template, _)) = stem.split_once('@') {
        let mut escaped: ArrayString<256> = ArrayString::new();
        for letter in template.chars() {
            match letter {
                // In the name of a slice a dash stands for a slice in a slice.
                '-' => escaped.try_push_str("\\x2d").ok()?,
                other => escaped.try_push(other).ok()?,
            }
        }
        push(&mut path, &["system-", &escaped, ".slice"])?;
    }
    push(&mut path, &[unit])?;
    Some(path)
}

fn push(path: &mut GroupPath, parts: &[&str]) -> Option<()> {
    path.try_push('/').ok()?;
    parts.iter().try_for_each(|part| path.try_push_str(part).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::census::tests::Made;

    #[test]
    fn units_lie_where_systemd_puts_them() {
        let cases = [
            ("ml.slice", "/ml.slice"),
            ("ml-train-a.slice", "/ml.slice/ml-train.slice/ml-train-a.slice"),
            ("db.service", "/system.slice/db.service"),
            ("db-x@1.service", "/system.slice/system-db\\x2dx.slice/db-x@1.service"),
            ("run-u1.scope", "/system.slice/run-u1.scope"),
        ];
        for (unit, path) in cases {
            assert_eq!(usual_place(unit).as_deref(), Some(path));
        }
        assert_eq!(usual_place("ml"), None);
        assert_eq!(usual_place(&"a-".repeat(200)), None);
    }

    #[test]
    fn others_are_found_by_their_name() {
        let made = Made::unified();
        made.group("/a.slice", &[], None);
        made.group("/a.slice/db.service", &[7], Some(3));
        made.group("/system.slice", &[], None);
        let mut census = made.census();
        assert_eq!(census.find_unit("db.service").as_deref(), Some("/a.slice/db.service"));
        assert_eq!(census.find_unit("b.service"), None);
        assert_eq!(census.find_unit(""), None);
    }
}
