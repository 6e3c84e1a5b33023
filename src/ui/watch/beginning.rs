//! What is said when a watchdog begins in the foreground, and before one look without it.

use crate::sys::bytes::Bytes;
use crate::ui::look::{HEADING, Look, styled};
use crate::ui::{paragraph, table};
use crate::watch::configuration::Bounds;
use crate::watch::level::Level;

use super::line::{bound_text, row};

/// A watchdog begins.
#[derive(Clone, Copy, Debug)]
pub struct Beginning<'b> {
    /// What it goes by.
    pub bounds: &'b Bounds,
    /// Whether nobody is ended.
    pub is_dry_run: bool,
    /// Where all that is seen is kept.
    pub record: Option<&'b str>,
    /// Who else watches, in sentences.
    pub rivals: &'b [String],
}

impl Beginning<'_> {
    /// For people.
    pub fn text(&self, look: Look) -> String {
        let swap = match self.bounds.swap {
            Bytes(0) => "no swap".to_owned(),
            swap => format!("{swap} of swap"),
        };
        let does = if self.is_dry_run { "Watching, and ending nobody:" } else { "Watching" };
        let heading = format!("{does} {} of memory and {swap}. Ctrl-C ends it.", self.bounds.memory);
        let mut rows: Vec<Vec<String>> =
            self.bounds.levels.iter().map(|bound| row(bound.level.name(), bound_text(bound))).collect();
        rows.extend(self.record.map(|path| row("recording", path.to_owned())));
        let mut text = styled(HEADING, &heading) + "\n" + &table::columns(look, 2, rows);
        for rival in self.rivals {
            text += &paragraph::hanging(look, "! ", 2, rival);
        }
        text
    }
}

/// Another watchdog.
pub fn rival(name: &str, pid: u32, is_dry_run: bool) -> String {
    match is_dry_run {
        true => format!("{name} (PID {pid}) watches, too; this one only says what it would do"),
        false => format!("{name} (PID {pid}) watches, too: for one shortage both may end a job"),
    }
}

/// What the account of one look is about: nothing of it happens.
pub fn supposed(level: Level, look: Look) -> String {
    let heading = match level {
        Level::Normal | Level::Warning => {
            format!("Memory is not short (level {}). If it were, this would be done:", level.name())
        }
        Level::Critical | Level::Redline => {
            format!("Memory is short (level {}). This is what a watchdog does now:", level.name())
        }
    };
    paragraph::indented(look, 0, &heading)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::settings::Settings;

    #[test]
    fn what_is_watched_and_who_else_does_is_said() {
        let bounds = Bounds::of(&Settings::default(), Bytes::from_gib(10), Bytes(0));
        let rivals = [rival("earlyoom", 812, false)];
        let beginning =
            Beginning { bounds: &bounds, is_dry_run: true, record: Some("night"), rivals: &rivals };
        let look = Look { width: 80, has_unicode: true, is_root: false };
        let told = anstream::adapter::strip_str(&beginning.text(look)).to_string();
        let expected = "\
Watching, and ending nobody: 10 GiB of memory and no swap. Ctrl-C ends it.
  warning    2 GiB available
  critical   1 GiB available
  redline    410 MiB available
  recording  night
! earlyoom (PID 812) watches, too: for one shortage both may end a job
";
        assert_eq!(told, expected);
        assert!(supposed(Level::Warning, look).contains("not short"));
    }
}
