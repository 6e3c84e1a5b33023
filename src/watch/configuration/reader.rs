//! From the text to the settings.

use std::ops::RangeInclusive;
use std::time::Duration;

use toml::Spanned;

use crate::watch::settings::{Kill, Settings, Thrash};

use super::document::{Document, KillTable, ThrashTable};
use super::quantities::Time;
use super::surroundings::Surroundings;
use super::wrong::{Text, Wrong};
use super::{groups, hooks, levels, rules};

/// Reads the text of the file called `file`; what it does not say is as it is without a file.
///
/// # Errors
/// Says what is wrong, and where.
pub fn parse(file: &str, text: &str, surroundings: &dyn Surroundings) -> Result<Settings, Wrong> {
    parse_over(&Settings::default(), file, text, surroundings)
}

/// The same where what the text does not say is as in `base`.
///
/// # Errors
/// Says what is wrong, and where.
pub fn parse_over(
    base: &Settings,
    file: &str,
    text: &str,
    surroundings: &dyn Surroundings,
) -> Result<Settings, Wrong> {
    let text = Text { file, text };
    let document: Document = toml::from_str(text.text).map_err(|error| text.malformed(&error))?;
    Reader { text, surroundings }.settings(base, document)
}

/// Reads the parts of one file.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) text: Text<'a>,
    pub(super) surroundings: &'a dyn Surroundings,
}

impl Reader<'_> {
    fn settings(self, base: &Settings, document: Document) -> Result<Settings, Wrong> {
        let (warning, critical, redline) = levels::read(self, base, &document)?;
        let gpu_percent = match document.gpu_percent {
            Some(share) if share.get_ref().0 <= 0.0 => {
                return Err(self
                    .text
                    .wrong(&share.span(), "a share of 0 would always be reached; leave the line out"));
            }
            Some(share) => Some(share.get_ref().0),
            None => base.gpu_percent,
        };
        let rules = match document.rule.is_empty() {
            true => base.rules.clone(),
            false => rules::read(self, document.rule)?,
        };
        let groups = match document.group.is_empty() {
            true => base.groups.clone(),
            false => groups::read(self, document.group)?,
        };
        Ok(Settings {
            warning,
            critical,
            redline,
            thrash: self.thrash(base.thrash, document.thrash)?,
            kill: self.kill(base.kill, document.kill)?,
            rules,
            groups,
            hooks: hooks::read(self, &base.hooks, document.hooks.map(Spanned::into_inner))?,
            calm: self.time(document.calm, base.calm, Duration::ZERO..=HOUR)?,
            gpu_percent,
        })
    }

    fn thrash(self, base: Thrash, table: Option<Spanned<ThrashTable>>) -> Result<Thrash, Wrong> {
        let table = table.map(Spanned::into_inner).unwrap_or_default();
        if let Some(available) = &table.available
            && levels::reached(self, available.get_ref().0).is_some_and(|percent| percent > 50.0)
        {
            let what = "with more than half of the memory available there is no shortage, however long tasks wait: 50% at the most";
            return Err(self.text.wrong(&available.span(), what));
        }
        if let Some(full) = &table.full
            && full.get_ref().0 <= 0.0
        {
            let what =
                "a share of 0 would be met by a machine at rest; `available = \"0%\"` switches the rule off";
            return Err(self.text.wrong(&full.span(), what));
        }
        Ok(Thrash {
            available: table.available.map_or(base.available, |one| one.into_inner().0),
            full: table.full.map_or(base.full, |one| one.into_inner().0),
            lasts: self.time(table.lasts, base.lasts, TENTH..=MINUTE)?,
        })
    }

    fn kill(self, base: Kill, table: Option<Spanned<KillTable>>) -> Result<Kill, Wrong> {
        let table = table.map(Spanned::into_inner).unwrap_or_default();
        Ok(Kill {
            grace: self.time(table.grace, base.grace, Duration::ZERO..=MINUTE)?,
            settle: self.time(table.settle, base.settle, TENTH..=MINUTE)?,
        })
    }

    /// A time within its bounds: with longer ones the machine would be lost before something happens.
    pub(super) fn time(
        self,
        written: Option<Spanned<Time>>,
        base: Duration,
        allowed: RangeInclusive<Duration>,
    ) -> Result<Duration, Wrong> {
        let Some(written) = written else { return Ok(base) };
        let time = written.get_ref().0;
        if allowed.contains(&time) {
            return Ok(time);
        }
        let shown = |time: &Duration| humantime::format_duration(*time).to_string();
        let what = format!(
            "{} is not between {} and {}",
            shown(&time),
            shown(allowed.start()),
            shown(allowed.end())
        );
        Err(self.text.wrong(&written.span(), what))
    }
}

/// The shortest that is told from an instant.
pub(super) const TENTH: Duration = Duration::from_millis(100);

/// The longest that a machine in need is left to itself.
pub(super) const MINUTE: Duration = Duration::from_secs(60);

const HOUR: Duration = Duration::from_secs(3600);

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::super::surroundings::tests::Made;
    use super::*;

    /// What is said about `text`, which is wrong.
    pub(in crate::watch::configuration) fn wrong(text: &str) -> String {
        parse("w", text, &Made).unwrap_err().to_string()
    }

    #[test]
    fn without_a_line_the_defaults_hold() {
        assert_eq!(parse("w", "", &Made), Ok(Settings::default()));
        assert_eq!(parse("w", "[kill]\n[hooks]\n[critical]\n", &Made), Ok(Settings::default()));
    }

    #[test]
    fn a_file_says_only_in_what_it_differs() {
        let base = parse("p", "gpu-percent = 85\n[critical]\navailable = \"15%\"\n", &Made).unwrap();
        let both = parse_over(&base, "w", "[critical]\nswap = \"5%\"\n", &Made).unwrap();
        assert_eq!(both.gpu_percent, Some(85.0));
        assert_eq!(both.critical.available, crate::sys::size::Size::Percent(15.0));
        assert_eq!(both.critical.swap, crate::sys::size::Size::Percent(5.0));
    }

    #[test]
    fn each_message_has_its_place_and_what_would_do() {
        let cases = [
            ("[kil]\n", "line 1, column 2", "did you mean `kill`?"),
            ("[critical]\navailble = \"5%\"\n", "line 2, column 1", "did you mean `available`?"),
            ("[critical]\navailable = 5\n", "line 2, column 13", "string"),
            ("[critical]\navailable = \"5 apples\"\n", "line 2, column 13", "is no size"),
            ("[critical]\navailable = \"120%\"\n", "line 2", "from 0% to 100%"),
            ("[redline]\navailable = \"4\"\n", "line 2", "did you mean `4%` or `4M`?"),
            ("[critical]\nat-least = \"500\"\n", "line 2", "is 500 B: did you mean `500M`?"),
            ("[kill]\ngrace = \"2min 1s\"\n", "line 2, column 9", "2m 1s is not between 0s and 1m"),
            ("[kill]\ngrace = \"soon\"\n", "line 2", "is no time"),
            ("[kill]\nsettle = \"1ms\"\n", "line 2", "between 100ms and 1m"),
            ("[thrash]\nfull = \"0%\"\n", "line 2", "switches the rule off"),
            ("[thrash]\nfull = 130\n", "line 2", "from 0 to 100"),
            ("[thrash]\nfull = \"1G\"\n", "line 2", "is an amount"),
            ("[thrash]\navailable = \"80%\"\n", "line 2", "no shortage"),
            ("[thrash]\navailable = \"9G\"\n", "line 2", "no shortage"),
            ("gpu-percent = 0\n", "line 1, column 15", "always be reached"),
            ("calm = \"2h\"\n", "line 1", "between 0s and 1h"),
            ("calm = \"10s\"\ncalm = \"11s\"\n", "line 2", "duplicate"),
            ("calm = [\n", "line ", ""),
        ];
        for (text, place, said) in cases {
            let wrong = wrong(text);
            assert!(wrong.contains(place) && wrong.contains(said), "{text}: {wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|\\[[a-z]{1,8}\\]\n|[a-z-]{1,10} = \"?[0-9]{0,3}[%MGs]?\"?\n){0,30}") {
            if let Err(wrong) = parse("w", &text, &Made) {
                prop_assert!(!wrong.to_string().contains('\n'));
            }
        }
    }
}
