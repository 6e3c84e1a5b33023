//! The three levels, and what would be absurd about them.

use toml::Spanned;

use crate::sys::bytes::Bytes;
use crate::sys::size::Size;
use crate::watch::level::Level;
use crate::watch::settings::{Settings, Threshold};

use super::document::{Document, ThresholdTable};
use super::reader::Reader;
use super::wrong::Wrong;

/// Warning, critical and redline.
pub(super) type Levels = (Threshold, Threshold, Threshold);

/// Reads all three. Each is compared with the one before it, so that none hides another.
pub(super) fn read(reader: Reader<'_>, base: &Settings, document: &Document) -> Result<Levels, Wrong> {
    let warning = one(reader, Level::Warning, base.warning, document.warning.as_ref())?;
    let critical = one(reader, Level::Critical, base.critical, document.critical.as_ref())?;
    let redline = one(reader, Level::Redline, base.redline, document.redline.as_ref())?;
    let steps = [
        (
            Level::Warning,
            warning,
            document.warning.as_ref(),
            Level::Critical,
            critical,
            document.critical.as_ref(),
        ),
        (
            Level::Critical,
            critical,
            document.critical.as_ref(),
            Level::Redline,
            redline,
            document.redline.as_ref(),
        ),
    ];
    for (better_level, better, better_table, worse_level, worse, worse_table) in steps {
        if let Some((what, key)) = order(reader, better, worse) {
            // The line that is there is the one to look at; without any, the base itself would be out of order.
            let table = worse_table.filter(|table| has(table, key)).or(better_table).or(worse_table);
            let place = table.map_or(0..0, |table| span_of(table, key));
            let (better, worse) = (better_level.name(), worse_level.name());
            let what = format!(
                "the {what} of `{worse}` lies above that of `{better}`: `{better}` would be passed over"
            );
            return Err(reader.text.wrong(&place, what));
        }
    }
    Ok((warning, critical, redline))
}

fn one(
    reader: Reader<'_>,
    level: Level,
    base: Threshold,
    table: Option<&Spanned<ThresholdTable>>,
) -> Result<Threshold, Wrong> {
    let Some(table) = table else { return Ok(base) };
    let written = table.get_ref();
    let threshold = Threshold {
        available: written.available.as_ref().map_or(base.available, |one| one.get_ref().0),
        at_least: written.at_least.as_ref().map_or(base.at_least, |one| one.get_ref().0),
        swap: written.swap.as_ref().map_or(base.swap, |one| one.get_ref().0),
    };
    let name = level.name();
    if is_none(threshold.available) && threshold.at_least.0 == 0 {
        let what = format!("`{name}` would never be reached: available memory never is 0");
        return Err(reader.text.wrong(&span_of(table, Key::Available), what));
    }
    for (size, key) in
        [(threshold.available, Key::Available), (Size::Exact(threshold.at_least), Key::AtLeast)]
    {
        if reached(reader, size).is_some_and(|percent| percent >= 100.0) {
            let what = format!("`{name}` would always be reached: it is all of the machine's memory or more");
            return Err(reader.text.wrong(&span_of(table, key), what));
        }
    }
    if is_none(threshold.swap) {
        let what = format!(
            "`{name}` would never be reached where there is swap, for a little is always left; `swap = \"100%\"` leaves swap out of account"
        );
        return Err(reader.text.wrong(&span_of(table, Key::Swap), what));
    }
    Ok(threshold)
}

fn is_none(size: Size) -> bool {
    size == Size::Exact(Bytes(0)) || size == Size::Percent(0.0)
}

/// A part of a threshold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Available,
    AtLeast,
    Swap,
}

fn has(table: &Spanned<ThresholdTable>, key: Key) -> bool {
    let table = table.get_ref();
    match key {
        Key::Available => table.available.is_some(),
        Key::AtLeast => table.at_least.is_some(),
        Key::Swap => table.swap.is_some(),
    }
}

fn span_of(table: &Spanned<ThresholdTable>, key: Key) -> std::ops::Range<usize> {
    let written = table.get_ref();
    let span = match key {
        Key::Available => written.available.as_ref().map(Spanned::span),
        Key::AtLeast => written.at_least.as_ref().map(Spanned::span),
        Key::Swap => written.swap.as_ref().map(Spanned::span),
    };
    span.unwrap_or_else(|| table.span())
}

/// What is out of order between a level and the worse one behind it.
fn order(reader: Reader<'_>, better: Threshold, worse: Threshold) -> Option<(&'static str, Key)> {
    let (memory, swap) = (reader.surroundings.memory(), reader.surroundings.swap());
    if exceeds(worse.swap, better.swap, swap.filter(|swap| swap.0 > 0)) {
        return Some(("bound on swap", Key::Swap));
    }
    let bound = Bound { memory, threshold: better };
    if bound.is_below(worse.available) {
        return Some(("share of available memory", Key::Available));
    }
    // The floor that holds without a file is for small machines, and may lie above shares of them.
    let floor = Settings::default().redline.at_least;
    if worse.at_least > floor && bound.is_below(Size::Exact(worse.at_least)) {
        return Some(("smallest amount (`at-least`)", Key::AtLeast));
    }
    None
}

/// Available memory from which on a level holds.
struct Bound {
    memory: Option<Bytes>,
    threshold: Threshold,
}

impl Bound {
    fn is_below(&self, other: Size) -> bool {
        let Threshold { available, at_least, .. } = self.threshold;
        exceeds(other, available, self.memory) && exceeds(other, Size::Exact(at_least), self.memory)
    }
}

/// Whether `one` is more than `other`, as far as that can be said.
fn exceeds(one: Size, other: Size, whole: Option<Bytes>) -> bool {
    match (one, other, whole) {
        (Size::Percent(one), Size::Percent(other), _) => one > other,
        (Size::Exact(one), Size::Exact(other), _) => one > other,
        (one, other, Some(whole)) => one.of(whole) > other.of(whole),
        // A share and nothing, an amount and nothing.
        (one, other, None) => is_none(other) && !is_none(one),
    }
}

/// How much of the machine's memory that is, in per cent.
pub(super) fn reached(reader: Reader<'_>, size: Size) -> Option<f64> {
    match size {
        Size::Percent(percent) => Some(percent),
        Size::Exact(size) => reader.surroundings.memory().map(|memory| size.percent_of(memory)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader::parse;
    use super::super::reader::tests::wrong;
    use super::super::surroundings::tests::Made;
    use super::*;

    #[test]
    fn absurd_levels_are_refused_with_the_reason() {
        let cases = [
            ("[critical]\navailable = \"0%\"\n", "line 2, column 13", "never be reached"),
            ("[redline]\nat-least = \"0\"\navailable = \"0%\"\n", "line 3", "never be reached"),
            ("[warning]\navailable = \"100%\"\n", "line 2", "always be reached"),
            ("[warning]\navailable = \"16G\"\n", "line 2", "always be reached"),
            ("[critical]\nat-least = \"17G\"\n", "line 2", "always be reached"),
            ("[critical]\nswap = \"0%\"\n", "line 2", "a little is always left"),
            ("[critical]\navailable = \"30%\"\n", "line 2", "`critical` lies above that of `warning`"),
            ("[warning]\navailable = \"8%\"\n", "line 2", "`critical` lies above that of `warning`"),
            ("[redline]\navailable = \"11%\"\n", "line 2", "`redline` lies above that of `critical`"),
            ("[redline]\navailable = \"2G\"\n", "line 2", "`redline` lies above that of `critical`"),
            ("[redline]\nat-least = \"5G\"\n", "line 2", "`at-least`"),
            ("[redline]\nswap = \"20%\"\n", "line 2", "bound on swap"),
            ("[critical]\nswap = \"3G\"\n", "line 2", "bound on swap"),
        ];
        for (text, place, said) in cases {
            let wrong = wrong(text);
            assert!(wrong.contains(place) && wrong.contains(said), "{text}: {wrong}");
        }
    }

    #[test]
    fn what_only_looks_odd_is_taken() {
        for text in [
            "[warning]\navailable = \"10%\"\n",
            "[redline]\navailable = \"0%\"\n",
            "[critical]\navailable = \"0%\"\nat-least = \"1G\"\n",
            "[warning]\nswap = \"100%\"\n[critical]\nswap = \"100%\"\n[redline]\nswap = \"100%\"\n",
            "[critical]\navailable = \"3G\"\n",
            "[warning]\navailable = \"100M\"\nat-least = \"4G\"\n",
        ] {
            assert!(parse("w", text, &Made).is_ok(), "{text}: {}", wrong(text));
        }
    }

    #[test]
    fn a_machine_that_nobody_knows_compares_like_with_like() {
        struct Unknown;
        impl super::super::Surroundings for Unknown {
            fn memory(&self) -> Option<Bytes> {
                None
            }
            fn swap(&self) -> Option<Bytes> {
                None
            }
            fn user(&self, _: &str) -> Option<u32> {
                None
            }
            fn program(&self, _: &str) -> Result<(), String> {
                Ok(())
            }
        }
        assert!(parse("w", "[redline]\navailable = \"2G\"\n", &Unknown).is_ok());
        assert!(parse("w", "[redline]\navailable = \"11%\"\n", &Unknown).is_err());
        assert_eq!(parse("w", "", &Unknown), Ok(Settings::default()));
    }
}
