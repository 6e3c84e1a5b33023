//! The model over small trees, and over any trees.

mod boot;
mod later_writers;
mod properties;

use crate::facts::readings::Readings;
use crate::host::made_tree::made_tree;

use super::{Forecast, Model};

/// A machine with one knob that shows 60, and that it can be seen that it has knobs.
const KNOBS: [(&str, &str); 2] = [("/proc/sys/vm/swappiness", "60\n"), ("/proc/sys/kernel/ostype", "Linux\n")];

/// What becomes of `key` on a machine that has just these files.
fn forecast(files: &[(&str, &str)], key: &str) -> Forecast {
    let (_folder, host) = made_tree(files);
    let readings = Readings::new(&host, None);
    Model::read(&readings).unwrap().forecast(&readings, key)
}

/// The value that comes out, and the line that sets it.
fn outcome(files: &[(&str, &str)], key: &str) -> (Option<String>, Option<String>) {
    let forecast = forecast(files, key);
    let place = forecast.winner.map(|winner| format!("{}:{}", winner.place.file, winner.place.line));
    (forecast.next_boot, place)
}

fn outcome_is(files: &[(&str, &str)], key: &str, value: &str, place: &str) {
    assert_eq!(outcome(files, key), (Some(value.to_owned()), Some(place.to_owned())), "{key} of {files:?}");
}
