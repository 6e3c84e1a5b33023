//! From a profile's file to a profile: whatever the types alone cannot refuse is refused here, with its line.

use std::ops::Range;

use toml::Spanned;

use crate::exit::Fault;

use super::condition::Condition;
use super::condition_check;
use super::model::{Advice, Documented, Profile, Recommend, SwapKind, SwapWish, Watch};
use super::position::Text;
use super::schema::{AdviceTable, Document, DocumentedTable, RecommendTable, SwapTable, WatchTable};
use super::setting_check::{self, check_scale};
use super::text::{check_line, check_name, check_paragraph};

/// More than any profile has, of anything.
const MOST: usize = 500;

/// A profile as its file has it, and what it inherits.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) profile: Profile,
    pub(super) inherits: Vec<String>,
}

/// Reads the text of a profile's file. Its name has to be `name`.
pub(super) fn parse(text: Text<'_>, name: &str) -> Result<Written, Fault> {
    let whole = 0..0;
    let wrong = |error: toml::de::Error| {
        let what = error.message().lines().collect::<Vec<_>>().join("; ");
        text.wrong(&error.span().unwrap_or(whole), what)
    };
    let document: Document = toml::from_str(text.text).map_err(wrong)?;
    Reader { text, name }.profile(document)
}

/// Reads the parts of one file.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) text: Text<'a>,
    pub(super) name: &'a str,
}

impl Reader<'_> {
    fn profile(self, document: Document) -> Result<Written, Fault> {
        if *document.schema.get_ref() != 1 {
            return Err(self
                .text
                .wrong(&document.schema.span(), "`schema` has to be 1: this memtune knows no other"));
        }
        self.checked(&document.name, check_name)?;
        if document.name.get_ref() != self.name {
            let what = format!("`name` has to be \"{}\", as the file is called", self.name);
            return Err(self.text.wrong(&document.name.span(), what));
        }
        let mut profile = Profile {
            names: vec![self.name.to_owned()],
            title: self.line(document.title)?,
            about: self.checked(&document.about, check_paragraph)?.trim().to_owned(),
            source: self.line(document.source)?,
            checks: self.all(document.checks, check_id)?,
            recommend: self.recommend(document.recommend)?,
            ..Profile::default()
        };
        let inherits = self.all(document.inherits, check_name)?;
        profile.settings = setting_check::settings(self, document.setting)?;
        profile.unit = setting_check::unit(self, document.unit)?;
        profile.swap = document.swap.map(|table| self.swap(table)).transpose()?.into_iter().collect();
        profile.watch = document.watch.map(|table| self.watch(table)).transpose()?.into_iter().collect();
        profile.advice = self.each(document.advice, Self::advice)?;
        profile.documented = self.each(document.documented, Self::documented)?;
        Ok(Written { profile, inherits })
    }

    fn recommend(self, table: RecommendTable) -> Result<Recommend, Fault> {
        let machine = [
            table.swap.map(Condition::Swap),
            table.memory_at_least.map(|size| Condition::MemoryAtLeast(size.0)),
            table.memory_below.map(|size| Condition::MemoryBelow(size.0)),
        ];
        Ok(Recommend {
            processes: self.all(table.processes, check_line)?,
            units: self.all(table.units, check_unit)?,
            boards: self.all(table.boards, check_line)?,
            machine: machine.into_iter().flatten().collect(),
        })
    }

    fn swap(self, table: Spanned<SwapTable>) -> Result<SwapWish, Fault> {
        let place = table.span();
        let table = table.into_inner();
        if table.kind == SwapKind::None && (table.scale.is_some() || table.literal.is_some()) {
            return Err(self
                .text
                .wrong(&place, "no swap has no size: `kind = \"none\"` takes no `scale` and no `literal`"));
        }
        self.explained(&place, table.literal.is_some(), table.effect.is_some())?;
        Ok(SwapWish {
            kind: table.kind,
            scale: table.scale.map(|scale| check_scale(self, scale, "swap")).transpose()?,
            literal: table.literal.map(|size| size.0),
            effect: self.line_if_there(table.effect)?,
            reason: self.line(table.reason)?,
            source: self.line(table.source)?,
            when: condition_check::conditions(self, table.when)?,
            profile: self.name.to_owned(),
        })
    }

    fn watch(self, table: Spanned<WatchTable>) -> Result<Watch, Fault> {
        let place = table.span();
        let table = table.into_inner();
        for (name, percent) in
            [("available-percent", table.available_percent), ("gpu-percent", table.gpu_percent)]
        {
            if percent.is_some_and(|percent| !(percent > 0.0 && percent < 100.0)) {
                return Err(self.text.wrong(&place, format!("`{name}` has to be above 0 and below 100")));
            }
        }
        if table.available_percent.or(table.gpu_percent).is_none() {
            return Err(self
                .text
                .wrong(&place, "a watchdog needs `available-percent` or `gpu-percent`, or both"));
        }
        Ok(Watch {
            available_percent: table.available_percent,
            gpu_percent: table.gpu_percent,
            reason: self.line(table.reason)?,
            source: self.line(table.source)?,
            profile: self.name.to_owned(),
        })
    }

    fn advice(self, table: AdviceTable) -> Result<Advice, Fault> {
        Ok(Advice {
            text: self.line(table.text)?,
            command: self.line_if_there(table.command)?,
            reason: self.line(table.reason)?,
            source: self.line(table.source)?,
            when: condition_check::conditions(self, table.when)?,
            profile: self.name.to_owned(),
        })
    }

    fn documented(self, table: DocumentedTable) -> Result<Documented, Fault> {
        let literal = table.literal.get_ref().text();
        check_line(&literal).map_err(|what| self.text.wrong(&table.literal.span(), what))?;
        Ok(Documented {
            what: self.line(table.what)?,
            literal,
            effect: self.line(table.effect)?,
            source: self.line(table.source)?,
            profile: self.name.to_owned(),
        })
    }

    fn each<T, U>(
        self,
        tables: Vec<Spanned<T>>,
        read: impl Fn(Self, T) -> Result<U, Fault>,
    ) -> Result<Vec<U>, Fault> {
        self.few(&tables)?;
        tables.into_iter().map(|table| read(self, table.into_inner())).collect()
    }

    /// Refuses a list that only a hostile file has.
    pub(super) fn few<T>(self, list: &[Spanned<T>]) -> Result<(), Fault> {
        match list.get(MOST) {
            Some(one) => Err(self.text.wrong(&one.span(), format!("more than {MOST} of one kind"))),
            None => Ok(()),
        }
    }

    /// What the source document says shall never be written by somebody who was not told what it does.
    pub(super) fn explained(self, place: &Range<usize>, literal: bool, effect: bool) -> Result<(), Fault> {
        match (literal, effect) {
            (true, false) => {
                Err(self.text.wrong(place, "`literal` needs an `effect`: what that number really does"))
            }
            (false, true) => {
                Err(self.text.wrong(place, "`effect` says what `literal` does, and there is no `literal`"))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn line(self, text: Spanned<String>) -> Result<String, Fault> {
        self.checked(&text, check_line)?;
        Ok(text.into_inner())
    }

    pub(super) fn line_if_there(self, text: Option<Spanned<String>>) -> Result<Option<String>, Fault> {
        text.map(|text| self.line(text)).transpose()
    }

    pub(super) fn all(
        self,
        texts: Vec<Spanned<String>>,
        check: fn(&str) -> Result<(), String>,
    ) -> Result<Vec<String>, Fault> {
        self.few(&texts)?;
        texts.iter().try_for_each(|text| self.checked(text, check).map(drop))?;
        Ok(texts.into_iter().map(Spanned::into_inner).collect())
    }

    fn checked(self, text: &Spanned<String>, check: fn(&str) -> Result<(), String>) -> Result<&str, Fault> {
        check(text.get_ref()).map_err(|what| self.text.wrong(&text.span(), what))?;
        Ok(text.get_ref())
    }
}

fn check_id(id: &str) -> Result<(), String> {
    let is_id = matches!(id.as_bytes(), [b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9']);
    if is_id { Ok(()) } else { Err("a check is named by its id, such as \"S08\"".to_owned()) }
}

/// A unit is named in full, so that it can be found as a file.
fn check_unit(unit: &str) -> Result<(), String> {
    let is_sound = |letter: char| letter.is_ascii_alphanumeric() || ":-_.\\@".contains(letter);
    match unit.contains('.') && unit.len() <= 255 && !unit.starts_with('.') && unit.chars().all(is_sound) {
        true => Ok(()),
        false => Err("a unit is named in full, such as \"redis-server.service\"".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::{made, property, read, setting, text};
    use super::super::model::{Amount, Keep, Target};
    use super::*;
    use crate::exit::Exit;
    use proptest::prelude::*;

    /// The line of a refusal, and what it says.
    fn refused(tables: &str) -> String {
        let fault = read("x", tables).unwrap_err();
        assert_eq!(fault.exit, Exit::Usage);
        let message = fault.to_string();
        assert!(message.starts_with("`x.toml` line "), "{message}");
        assert!(!message.contains('\n'), "{message}");
        message
    }

    #[test]
    fn a_sound_profile_is_read_whole() {
        let scale = "scale = { of = \"lowmem\", percent = 1, unit = \"KiB\", at-least = \"kernel\" }\nkeep = \"at-least\"";
        let tables = format!(
            "inherits = [\"base\"]\nchecks = [\"S08\"]\n{}{}[swap]\nkind = \"none\"\nreason = \"r\"\nsource = \"s\"\n",
            setting("vm.min_free_kbytes", scale),
            property("MemoryMax", "value = \"24G\"\nwhen = { swap = \"none\", container = false }")
        );
        let profile = made("x", &tables);
        assert_eq!(profile.settings[0].target, Target::Sysctl("vm.min_free_kbytes".to_owned()));
        assert_eq!(profile.settings[0].keep, Keep::AtLeast);
        assert_eq!(profile.unit[0].amount, Amount::Fixed("24G".to_owned()));
        assert_eq!(profile.unit[0].when.len(), 2);
        assert_eq!((profile.swap.len(), profile.checks.len()), (1, 1));
    }

    #[test]
    fn whatever_is_wrong_is_told_with_its_line_and_what_is_allowed() {
        let swappiness = |fields: &str| setting("vm.swappiness", fields);
        let free = |fields: &str| setting("vm.min_free_kbytes", fields);
        let cases = [
            ("valeu = 1".to_owned(), "line 6: unknown field `valeu`, expected one of `schema`"),
            (swappiness("valeu = 1"), "line 10: unknown field `valeu`, expected one of `sysctl`"),
            (swappiness("value = 201"), "line 10: `vm.swappiness` cannot be `201`"),
            (swappiness("value = \"much\""), "line 10: `vm.swappiness` takes a whole number"),
            (swappiness("value = true"), "line 10: expected a whole number or a string"),
            (
                swappiness("value = 1\nscale = { of = \"memory\", percent = 1 }"),
                "line 11: a setting has `value` or `scale`",
            ),
            (swappiness(""), "line 6: a setting needs one of `value`, `scale` and `literal`"),
            (swappiness("literal = 1"), "line 6: `literal` needs an `effect`"),
            (swappiness("value = 1\neffect = \"none\""), "line 6: `effect` says what `literal` does"),
            (
                swappiness("value = 1\nkeep = \"larger\""),
                "line 11: unknown variant `larger`, expected one of `exactly`",
            ),
            (swappiness("value = 1\nwhen = { swap = \"much\" }"), "line 11: unknown variant `much`"),
            (swappiness("value = 1\nwhen = { architecture = [\"x86 64\"] }"), "line 11: a processor family"),
            (
                swappiness("value = 1") + &swappiness("value = 2"),
                "line 11: `vm.swappiness` is set a second time",
            ),
            (setting("vm.swapiness", "value = 1"), "line 7: `vm.swapiness` is no sysctl"),
            (setting("kernel.core_pattern", "value = 1"), "line 7: `kernel.core_pattern`"),
            (
                swappiness("sys = \"/sys/kernel/mm/ksm/run\"\nvalue = 1"),
                "line 10: a setting has `sysctl` or `sys`",
            ),
            (
                "[[setting]]\nsys = \"/sys/power/state\"\nvalue = 1\nreason = \"r\"\nsource = \"s\""
                    .to_owned(),
                "line 7: `/sys/power/state`",
            ),
            (
                "[[setting]]\nvalue = 1\nreason = \"r\"\nsource = \"s\"".to_owned(),
                "line 6: a setting needs `sysctl",
            ),
            (
                "[[setting]]\nsysctl = \"vm.swappiness\"\nvalue = 1\nsource = \"s\"".to_owned(),
                "line 6: missing field `reason`",
            ),
            (
                free("scale = { of = \"ram\", percent = 1 }"),
                "unknown variant `ram`, expected one of `lowmem`",
            ),
            (
                free("scale = { of = \"lowmem\", percent = 0, unit = \"KiB\" }"),
                "line 10: `percent` has to be above 0",
            ),
            (
                free("scale = { of = \"lowmem\", percent = nan, unit = \"KiB\" }"),
                "line 10: `percent` has to be above 0",
            ),
            (
                free("scale = { of = \"lowmem\", percent = 1, unit = \"kB\" }"),
                "unknown variant `kB`, expected one of `KiB`",
            ),
            (free("scale = { of = \"lowmem\", percent = 1, unit = \"bytes\" }"), "is counted in KiB"),
            (
                free("scale = { of = \"lowmem\", percent = 1, unit = \"KiB\", at-least = \"64\u{1b}Mb\" }"),
                "line 10:",
            ),
            (
                free("scale = { of = \"lowmem\", percent = 1, unit = \"KiB\", at-least = \"64Q\" }"),
                "line 10: `64Q` is no size: allowed are",
            ),
            (
                free(
                    "scale = { of = \"lowmem\", percent = 1, unit = \"KiB\", at-least = \"2G\", at-most = \"1G\" }",
                ),
                "larger than",
            ),
            (swappiness("scale = { of = \"cpus\", percent = 1, at-least = \"1G\" }"), "has no `at-least`"),
            (
                swappiness("scale = { of = \"memory\", percent = 1, at-least = \"kernel\" }"),
                "only of `vm.min_free_kbytes`",
            ),
            (
                property("MemoryMax", "value = \"0\""),
                "line 10: `MemoryMax` cannot be `0`: allowed is a size above 0",
            ),
            (property("ExecStart", "value = \"/bin/sh\""), "line 7: `ExecStart` is no property"),
            (
                property("TasksMax", "scale = { of = \"memory\", percent = 1 }"),
                "line 10: `TasksMax` is no size",
            ),
            ("checks = [\"everything\"]".to_owned(), "line 6: a check is named by its id"),
            ("inherits = [\"../x\"]".to_owned(), "line 6: the name of a profile"),
            ("[recommend]\nunits = [\"redis\"]".to_owned(), "line 7: a unit is named in full"),
            (
                "[swap]\nkind = \"none\"\nliteral = \"1G\"\nreason = \"r\"\nsource = \"s\"".to_owned(),
                "line 6: no swap has no size",
            ),
            (
                "[watch]\navailable-percent = 100\nreason = \"r\"\nsource = \"s\"".to_owned(),
                "line 6: `available-percent`",
            ),
            ("[watch]\nreason = \"r\"\nsource = \"s\"".to_owned(), "line 6: a watchdog needs"),
            ("\"a\\u001bb\" = 1".to_owned(), "line 6: unknown field `a?b`"),
            (
                "[[advice]]\ntext = \"a\\nb\"\nreason = \"r\"\nsource = \"s\"".to_owned(),
                "line 7: the text has several lines",
            ),
            (
                "[[advice]]\ntext = \"a\\u001b[2J\"\nreason = \"r\"\nsource = \"s\"".to_owned(),
                "line 7: the text holds a control",
            ),
            ("[[advice\n".to_owned(), "line 6:"),
        ];
        for (tables, wanted) in cases {
            let found = refused(&tables);
            assert!(found.contains(wanted), "{tables}\nwanted: {wanted}\nfound: {found}");
        }
    }

    #[test]
    fn the_head_of_a_file_is_checked() {
        let of = |text: &str| parse(Text { file: "x.toml", text }, "x").unwrap_err().to_string();
        assert!(of(&text("y", "")).contains("line 2: `name` has to be \"x\""));
        assert!(
            of(&text("x", "").replace("schema = 1", "schema = 2")).contains("line 1: `schema` has to be 1")
        );
        assert!(of(&text("x", "").replace("\"T\"", "\"\"")).contains("line 3: the text is empty"));
        assert!(of("").contains("line 1: missing field `schema`"));
    }

    #[test]
    fn lists_are_bounded() {
        let many = "[[advice]]\ntext = \"a\"\nreason = \"r\"\nsource = \"s\"\n".repeat(MOST + 1);
        assert!(refused(&many).contains("more than 500"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(tables in "(\\PC|\n|\\[\\[(setting|unit|advice)\\]\\]\n|[a-z]+ = (\"[a-z0-9]*\"|[0-9]+|\\{|\\})\n|(sysctl|value|reason|source) = \"vm.swappiness\"\n)*") {
            let _ = read("x", &tables);
            let _ = super::super::read("x.toml", &tables, "x");
        }
    }
}
