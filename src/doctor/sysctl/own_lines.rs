//! Lines that the administrator wrote, and may take back.

use crate::doctor::finding::Fix;
use crate::doctor::shell::can_be_typed;
use crate::facts::malformed::shortened;
use crate::sysctl::{Assignment, Place};

/// Whether a line stands where packages leave things to the administrator, in a file whose path needs no quotes.
pub(in crate::doctor) fn is_own(place: &Place) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    place.file.starts_with("/etc/") && place.file.bytes().all(is_plain) && can_be_typed(&place.file)
}

/// Comments the own ones of these lines out; `None` where there are none.
pub(in crate::doctor) fn comment_out<'p>(places: impl IntoIterator<Item = &'p Place>) -> Option<Fix> {
    let own: Vec<(&str, usize)> = places
        .into_iter()
        .filter(|place| is_own(place))
        .map(|place| (place.file.as_str(), place.line))
        .collect();
    (!own.is_empty()).then(|| Fix::comment_out(own))
}

/// Shows who decides about these knobs.
pub(super) fn look<'k>(keys: impl IntoIterator<Item = &'k str>) -> Fix {
    let is_plain =
        |key: &&str| key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    let keys: Vec<&str> = keys.into_iter().filter(is_plain).take(MOST_TYPED).collect();
    Fix::commands([format!("memtune tune status {}", keys.join(" ")).trim_end().to_owned()])
}

/// More would not be read.
const MOST_TYPED: usize = 8;

/// A line's place, as evidence names it.
pub(super) fn place_of(line: &Assignment) -> String {
    shown(&line.place)
}

/// A place, as evidence names it.
pub(super) fn shown(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

/// A line as it is told: `vm.swappiness = 10 (/etc/sysctl.conf:3)`.
pub(super) fn told(line: &Assignment) -> String {
    format!("{} = {} ({})", line.key, shortened(&line.value), place_of(line))
}

/// Whether memtune's business is with this knob: others change with every driver and network interface that comes and goes.
pub(super) fn is_memory(key: &str) -> bool {
    key.starts_with("vm.")
}
