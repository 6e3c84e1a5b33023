//! Which hooks a change of the level calls for.

use crate::watch::level::Level;
use crate::watch::settings::Hooks;

/// A hook that is set: its name in the settings, and the program with its arguments.
pub type Chosen<'a> = (&'static str, &'a [String]);

/// Those of all levels that were passed on the way to a worse one, the mildest first; things that get better call for none.
pub fn of_level(hooks: &Hooks, from: Level, to: Level) -> impl Iterator<Item = Chosen<'_>> {
    let all = [
        (Level::Warning, &hooks.warning),
        (Level::Critical, &hooks.critical),
        (Level::Redline, &hooks.redline),
    ];
    let passed = all.into_iter().filter(move |(level, _)| from < *level && *level <= to);
    passed.filter_map(|(level, words)| Some((level.name(), words.as_deref()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_on_the_way_down_is_told_once() {
        let words = |name: &str| Some(vec![name.to_owned()]);
        let hooks = Hooks { warning: words("/w"), redline: words("/r"), ..Hooks::default() };
        let names = |from, to| of_level(&hooks, from, to).map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(Level::Normal, Level::Redline), ["warning", "redline"]);
        assert_eq!(names(Level::Normal, Level::Critical), ["warning"]);
        assert_eq!(names(Level::Warning, Level::Critical), Vec::<&str>::new());
        assert_eq!(names(Level::Critical, Level::Redline), ["redline"]);
        assert_eq!(names(Level::Redline, Level::Normal), Vec::<&str>::new());
    }
}
