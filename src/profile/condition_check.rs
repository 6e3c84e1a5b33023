//! From a `when` table to conditions.

use crate::exit::Fault;

use super::check::Reader;
use super::condition::Condition;
use super::schema::WhenTable;

/// The conditions of a `when` table; none where there is no table.
pub(super) fn conditions(reader: Reader<'_>, table: WhenTable) -> Result<Vec<Condition>, Fault> {
    let architecture =
        table.architecture.map(|names| reader.all(names, check_architecture).map(Condition::Architecture));
    let conditions = [
        table.swap.map(Condition::Swap),
        table.rotational.map(Condition::Rotational),
        table.memory_at_least.map(|size| Condition::MemoryAtLeast(size.0)),
        table.memory_below.map(|size| Condition::MemoryBelow(size.0)),
        table.container.map(Condition::Container),
        architecture.transpose()?,
    ];
    Ok(conditions.into_iter().flatten().collect())
}

fn check_architecture(name: &str) -> Result<(), String> {
    let is_sound = |letter: u8| matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'_');
    match !name.is_empty() && name.len() <= 20 && name.bytes().all(is_sound) {
        true => Ok(()),
        false => Err("a processor family is named as `uname -m` prints it, such as \"x86_64\"".to_owned()),
    }
}
