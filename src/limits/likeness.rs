//! Which unit somebody meant who typed another name.

use super::unit_name::UnitName;

/// How like a name has to be for being the one that was meant.
const ALIKE: f64 = 0.85;

/// The name that comes nearest, if one comes near. An instance is meant by its template's name.
pub(super) fn nearest<'n>(unit: &UnitName, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = unit.template().unwrap_or_else(|| unit.as_str().to_owned());
    let bare =
        |name: &str| name.rsplit_once('.').map_or_else(|| name.to_owned(), |(stem, _)| stem.to_lowercase());
    let own = bare(&wanted);
    let rate = |name: &str| {
        let likeness = strsim::jaro_winkler(&own, &bare(name));
        let is_of_kind = name.ends_with(&format!(".{}", unit.kind()));
        // `a\x2db` is what the shell made `ax2db` of.
        let is_unquoted = name.replace('\\', "") == wanted;
        if is_unquoted {
            2.0
        } else if is_of_kind {
            likeness
        } else {
            likeness - 0.05
        }
    };
    let best = names.map(|name| (rate(name), name)).max_by(|one, other| one.0.total_cmp(&other.0))?;
    (best.0 > ALIKE && best.1 != unit.as_str()).then_some(best.1)
}
