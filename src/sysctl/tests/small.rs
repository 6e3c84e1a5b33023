//! Small trees, and what comes of a knob on them.

use crate::facts::readings::Readings;
use crate::host::made_tree::made_tree;
use crate::sysctl::{Forecast, Model};

/// A machine with one knob that shows 60, and that it can be seen that it has knobs.
pub(super) const KNOBS: [(&str, &str); 2] =
    [("/proc/sys/vm/swappiness", "60\n"), ("/proc/sys/kernel/ostype", "Linux\n")];

/// What becomes of `key` on a machine that has just these files.
pub(super) fn forecast(files: &[(&str, &str)], key: &str) -> Forecast {
    let (_folder, host) = made_tree(files);
    let readings = Readings::new(&host, None);
    Model::read(&readings).unwrap().forecast(&readings, key)
}

/// The value that comes out, and the line that sets it.
pub(super) fn outcome(files: &[(&str, &str)], key: &str) -> (Option<String>, Option<String>) {
    let forecast = forecast(files, key);
    let place = forecast.winner.map(|winner| format!("{}:{}", winner.place.file, winner.place.line));
    (forecast.next_boot, place)
}

pub(super) fn outcome_is(files: &[(&str, &str)], key: &str, value: &str, place: &str) {
    assert_eq!(outcome(files, key), (Some(value.to_owned()), Some(place.to_owned())), "{key} of {files:?}");
}
