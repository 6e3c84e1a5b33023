//! What was typed: properties, with or without values.

use crate::exit::{Exit, Fault};
use crate::facts::malformed::shortened;
use crate::facts::unit_property;

use super::super::unit_name::UnitName;

/// Reads `PROPERTY=VALUE` each; of one property that is named twice the last counts, as in a unit file.
pub(super) fn values(unit: &UnitName, typed: &[String]) -> Result<Vec<(String, String)>, Fault> {
    let mut values: Vec<(String, String)> = Vec::new();
    for word in typed {
        let (property, value) = value(unit, word)?;
        values.retain(|(known, _)| *known != property);
        values.push((property, value));
    }
    Ok(values)
}

fn value(unit: &UnitName, word: &str) -> Result<(String, String), Fault> {
    let Some((property, value)) = word.split_once('=') else {
        return Err(wrong(format!("`{}` sets nothing: a limit is typed as MemoryMax=24G", shortened(word))));
    };
    self::property(unit, property)?;
    if value.is_empty() {
        let hint = format!("`memtune limits unset {} {property}` takes it away", unit.as_str());
        return Err(wrong(format!("`{property}=` has no value")).hint(hint));
    }
    unit_property::check_value(property, value)
        .map_err(|what| wrong(what).hint("systemd would ignore it, and only say so in its log"))?;
    Ok((property.to_owned(), value.to_owned()))
}

/// Refuses a property that units of this kind do not have.
pub(super) fn property(unit: &UnitName, property: &str) -> Result<(), Fault> {
    unit_property::check(property).map_err(wrong)?;
    if unit_property::is_of_kind(property, unit.kind()) {
        return Ok(());
    }
    let all: Vec<&str> =
        unit_property::names().filter(|name| unit_property::is_of_kind(name, unit.kind())).collect();
    let message = format!("`{property}` is no property of a {}, such as `{}`", unit.kind(), unit.as_str());
    Err(wrong(message).hint(format!("a {} has {}", unit.kind(), all.join(", "))))
}

fn wrong(what: String) -> Fault {
    Fault::new(Exit::Usage, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(unit: &str, typed: &str) -> Result<Vec<(String, String)>, Fault> {
        let words: Vec<String> = typed.split(' ').map(str::to_owned).collect();
        values(&UnitName::parse(unit).unwrap(), &words)
    }

    #[test]
    fn limits_are_read() {
        let values = read("a", "MemoryMax=24G CPUQuota=600% MemoryMax=20G").unwrap();
        let all: Vec<String> =
            values.into_iter().map(|(property, value)| format!("{property}={value}")).collect();
        assert_eq!(all, ["CPUQuota=600%", "MemoryMax=20G"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_what_is_right() {
        for (unit, typed, said) in [
            ("a", "MemoryMax", "MemoryMax=24G"),
            ("a", "MemoryMx=1G", "did you mean `MemoryMax`?"),
            ("a", "MemoryMax=", "no value"),
            ("a", "MemoryMax=0", "above 0"),
            ("a", "MemoryMax=24GB", "say `24G`"),
            ("a", "MemoryMax=101%", "a share"),
            ("a", "MemorySwapMax=50%", "differ"),
            ("a", "=1", "no property"),
            ("a.slice", "LimitNOFILE=5", "no property of a slice"),
            ("a.socket", "Restart=always", "no property of a socket"),
        ] {
            let fault = read(unit, typed).unwrap_err();
            assert_eq!(fault.exit, Exit::Usage, "{typed}");
            assert!(fault.to_string().contains(said), "{typed}: {fault}");
        }
    }
}
