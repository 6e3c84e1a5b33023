//! From the tables `[[setting]]` and `[[unit]]` to settings.

use std::ops::Range;

use toml::Spanned;

use crate::exit::Fault;
use crate::facts::unit_property;

use super::check::Reader;
use super::condition_check::conditions;
use super::model::{Amount, Bound, Keep, Scale, Setting, Target, Unit, Whole};
use super::schema::{ScaleTable, SettingTable, UnitTable, Value, WhenTable};
use super::{sys_path, sysctl_key};

pub(super) fn settings(
    reader: Reader<'_>,
    tables: Vec<Spanned<SettingTable>>,
) -> Result<Vec<Setting>, Fault> {
    reader.few(&tables)?;
    let mut settings = Vec::new();
    for table in tables {
        let place = table.span();
        let table = table.into_inner();
        let target = target(reader, &place, table.sysctl.as_ref(), table.sys.as_ref())?;
        let rest = Rest {
            value: table.value,
            scale: table.scale,
            keep: table.keep,
            gives_way: table.gives_way,
            literal: table.literal,
            effect: table.effect,
            reason: table.reason,
            source: table.source,
            when: table.when,
        };
        add(reader, &mut settings, &place, rest.setting(reader, &place, target)?)?;
    }
    Ok(settings)
}

pub(super) fn unit(reader: Reader<'_>, tables: Vec<Spanned<UnitTable>>) -> Result<Vec<Setting>, Fault> {
    reader.few(&tables)?;
    let mut settings = Vec::new();
    for table in tables {
        let place = table.span();
        let table = table.into_inner();
        unit_property::check(table.property.get_ref())
            .map_err(|what| reader.text.wrong(&table.property.span(), what))?;
        let target = Target::Unit(table.property.into_inner());
        let rest = Rest {
            value: table.value,
            scale: table.scale,
            keep: table.keep,
            gives_way: table.gives_way,
            literal: table.literal,
            effect: table.effect,
            reason: table.reason,
            source: table.source,
            when: table.when,
        };
        add(reader, &mut settings, &place, rest.setting(reader, &place, target)?)?;
    }
    Ok(settings)
}

fn target(
    reader: Reader<'_>,
    place: &Range<usize>,
    sysctl: Option<&Spanned<String>>,
    sys: Option<&Spanned<String>>,
) -> Result<Target, Fault> {
    match (sysctl, sys) {
        (Some(key), None) => {
            let checked = sysctl_key::check(key.get_ref());
            checked.map_err(|what| reader.text.wrong(&key.span(), what))?;
            Ok(Target::Sysctl(key.get_ref().clone()))
        }
        (None, Some(path)) => {
            let checked = sys_path::check(path.get_ref());
            checked.map_err(|what| reader.text.wrong(&path.span(), what))?;
            Ok(Target::Sys(path.get_ref().clone()))
        }
        (Some(_), Some(path)) => Err(reader
            .text
            .wrong(&path.span(), "a setting has `sysctl` or `sys`, not both: write two settings")),
        (None, None) => Err(reader
            .text
            .wrong(place, "a setting needs `sysctl = \"vm.swappiness\"` or `sys = \"/sys/..\"`")),
    }
}

/// Of several settings of one target the first counts whose conditions hold: behind one without conditions none ever does.
fn add(
    reader: Reader<'_>,
    settings: &mut Vec<Setting>,
    place: &Range<usize>,
    one: Setting,
) -> Result<(), Fault> {
    if settings.iter().any(|known| known.target == one.target && known.when.is_empty()) {
        let what = format!(
            "`{}` is set a second time, and never counts: only settings with a `when` may stand before another of the same name",
            one.target
        );
        return Err(reader.text.wrong(place, what));
    }
    settings.push(one);
    Ok(())
}

/// What both kinds of settings have.
struct Rest {
    value: Option<Spanned<Value>>,
    scale: Option<Spanned<ScaleTable>>,
    keep: Keep,
    gives_way: bool,
    literal: Option<Spanned<Value>>,
    effect: Option<Spanned<String>>,
    reason: Spanned<String>,
    source: Spanned<String>,
    when: WhenTable,
}

impl Rest {
    fn setting(self, reader: Reader<'_>, place: &Range<usize>, target: Target) -> Result<Setting, Fault> {
        reader.explained(place, self.literal.is_some(), self.effect.is_some())?;
        let literal = self.literal.map(|value| checked_value(reader, &target, value)).transpose()?;
        let amount = match (self.value, self.scale) {
            (Some(_), Some(scale)) => {
                return Err(reader.text.wrong(&scale.span(), "a setting has `value` or `scale`, not both"));
            }
            (Some(value), None) => Amount::Fixed(checked_value(reader, &target, value)?),
            (None, Some(scale)) => {
                let place = scale.span();
                let scale = check_scale(reader, scale, target.name())?;
                check_unit_of(reader, &place, &target, &scale)?;
                Amount::Scaled(scale)
            }
            (None, None) if literal.is_none() => {
                return Err(reader
                    .text
                    .wrong(place, "a setting needs one of `value`, `scale` and `literal`"));
            }
            (None, None) => Amount::LiteralOnly,
        };
        if self.keep != Keep::Exactly && !is_comparable(&amount, &target) {
            return Err(reader.text.wrong(place, "`keep` compares numbers: this value is none"));
        }
        Ok(Setting {
            target,
            amount,
            keep: self.keep,
            gives_way: self.gives_way,
            literal,
            effect: reader.line_if_there(self.effect)?,
            reason: reader.line(self.reason)?,
            source: reader.line(self.source)?,
            when: conditions(reader, self.when)?,
            profile: reader.name.to_owned(),
            written_in: reader.name.to_owned(),
        })
    }
}

fn is_comparable(amount: &Amount, target: &Target) -> bool {
    match amount {
        Amount::Fixed(value) => super::order::of(target, value).is_some(),
        Amount::Scaled(_) | Amount::LiteralOnly => true,
    }
}

fn checked_value(reader: Reader<'_>, target: &Target, value: Spanned<Value>) -> Result<String, Fault> {
    let text = value.get_ref().text();
    check_value(target, &text).map_err(|what| reader.text.wrong(&value.span(), what))?;
    Ok(text)
}

/// Refuses a value that its target does not take.
pub(super) fn check_value(target: &Target, value: &str) -> Result<(), String> {
    match target {
        Target::Sysctl(key) => sysctl_key::check_value(key, value),
        Target::Sys(_) => sys_path::check_value(value),
        Target::Unit(property) => unit_property::check_value(property, value),
    }
}

/// Reads a scale of the target `name`. Without a unit, sizes are bytes, and processors are counted in per cent of one.
pub(super) fn check_scale(
    reader: Reader<'_>,
    table: Spanned<ScaleTable>,
    name: &str,
) -> Result<Scale, Fault> {
    let place = table.span();
    let wrong = |what: &str| Err(reader.text.wrong(&place, what));
    let table = table.into_inner();
    let unit = table.unit.unwrap_or(match table.of {
        Whole::Cpus => Unit::PercentOfCpu,
        _ => Unit::Bytes,
    });
    let bounds = [table.at_least, table.at_most].map(|bound| bound.map(|bound| bound.0));
    let [at_least, at_most] = bounds;
    if !(table.percent > 0.0 && table.percent <= 1000.0) {
        return wrong("`percent` has to be above 0, and no more than 1000");
    }
    if (table.of == Whole::Cpus) != (unit == Unit::PercentOfCpu) {
        return wrong("a share of `cpus` is written in `percent-of-cpu`, and only that is");
    }
    if table.of == Whole::Cpus && bounds.iter().any(Option::is_some) {
        return wrong("a share of `cpus` has no `at-least` and no `at-most`: those are sizes");
    }
    if name != "vm.min_free_kbytes" && bounds.contains(&Some(Bound::Kernel)) {
        return wrong(
            "only of `vm.min_free_kbytes` is it known what the \"kernel\" would choose: write a size such as \"64MiB\"",
        );
    }
    if let [Some(Bound::Size(least)), Some(Bound::Size(most))] = bounds
        && least > most
    {
        return wrong("`at-least` is larger than `at-most`");
    }
    Ok(Scale { of: table.of, percent: table.percent, unit, at_least, at_most })
}

/// A knob whose name tells its unit is not written in another.
fn check_unit_of(
    reader: Reader<'_>,
    place: &Range<usize>,
    target: &Target,
    scale: &Scale,
) -> Result<(), Fault> {
    let name = target.name();
    let expected = match target {
        Target::Unit(property) if property == "CPUQuota" => Some((Unit::PercentOfCpu, "percent-of-cpu")),
        Target::Unit(property) if property.starts_with("Memory") || property == "LimitMEMLOCK" => {
            Some((Unit::Bytes, "bytes"))
        }
        Target::Unit(_) => {
            return Err(reader
                .text
                .wrong(place, format!("`{name}` is no size: it takes a `value`, no `scale`")));
        }
        Target::Sysctl(_) if name.ends_with("_kbytes") => Some((Unit::Kib, "KiB")),
        Target::Sysctl(_) if name.ends_with("_bytes") => Some((Unit::Bytes, "bytes")),
        Target::Sysctl(_) | Target::Sys(_) => None,
    };
    match expected {
        Some((unit, word)) if unit != scale.unit => {
            Err(reader.text.wrong(place, format!("`{name}` is counted in {word}: write `unit = \"{word}\"`")))
        }
        _ => Ok(()),
    }
}
