//! Lines of other files that would win over what is set.

use crate::facts::malformed::shortened;

use super::settings::Settings;
use super::shown_value::same;

/// A line that wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rival {
    /// The property.
    pub property: String,
    /// The value that counts.
    pub value: String,
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

impl Rival {
    /// Where it stands and what it says.
    pub fn says(&self) -> String {
        let Self { property, value, file, line } = self;
        format!("{file}:{line} sets {property} to {}", shortened(value))
    }
}

/// Those that win over `values`, which stand in the file `ours`; `settings` are those with ours among them.
pub fn find<'v>(
    settings: &Settings,
    ours: &str,
    values: impl Iterator<Item = (&'v str, &'v str)>,
) -> Vec<Rival> {
    let rival = |(property, value): (&str, &str)| {
        let winner = settings.deciding(property).filter(|winner| winner.file != ours)?;
        (!same(property, &winner.value, value)).then(|| Rival {
            property: property.to_owned(),
            value: winner.value.clone(),
            file: winner.file.clone(),
            line: winner.line,
        })
    };
    values.filter_map(rival).collect()
}
