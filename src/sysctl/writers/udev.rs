//! udev: what its rules set when a device appears.

use crate::facts::udev_rules::{self, RuleSetting};
use crate::sysctl::forecast::{Assignment, Origin, Place};
use crate::sysctl::layers::{Kind, LayerFile, Layers};
use crate::sysctl::names;
use crate::sysctl::write::{Target, Write};

/// Where the rules lie.
pub(in crate::sysctl) static UDEV_FOLDERS: Kind<RuleSetting> = Kind {
    folders: &[
        "/etc/udev/rules.d",
        "/run/udev/rules.d",
        "/usr/local/lib/udev/rules.d",
        "/usr/lib/udev/rules.d",
        "/lib/udev/rules.d",
    ],
    suffix: ".rules",
    has_links: false,
    parse: udev_rules::parse,
};

/// The writes in the order of the rules.
pub(in crate::sysctl) fn writes(layers: &Layers<RuleSetting>) -> Vec<Write> {
    layers.effective().flat_map(|file| file.lines.iter().map(move |setting| write(file, setting))).collect()
}

fn write(file: &LayerFile<RuleSetting>, setting: &RuleSetting) -> Write {
    let place = Place { file: file.real.clone(), line: setting.line };
    let (key, value) = (names::dotted(&setting.key), setting.value.clone());
    let assignment = Assignment { place, key, value, origin: Origin::Udev };
    let condition = match setting.condition.as_str() {
        "" => "for every device".to_owned(),
        condition => format!("where {condition}"),
    };
    Write {
        spares_equal: true,
        condition: Some(condition),
        is_computed: setting.is_computed,
        ..Write::new(assignment, Target::Path(names::path_of(&setting.key)))
    }
}
