//! What has to be said of a forecast besides.

use crate::facts::sysctl_files::{Content, SysctlLine};

use super::bounds;
use super::bounds::Kind;
use super::forecast::Forecast;
use super::names;

/// Nobody can set a knob that the kernel does not have.
pub(super) fn no_such_knob(forecast: &mut Forecast) {
    forecast.next_boot = None;
    forecast.losers.extend(forecast.winner.take());
    forecast.remarks.clear();
    forecast.remarks.push(format!("no knob is to be seen here by the name of {}", forecast.key));
}

/// Most knobs are not a container's own.
pub(super) fn knob_of_the_host(forecast: &mut Forecast, container: &str) {
    let is_shared = ["vm.", "fs.", "/sys/"].iter().any(|start| forecast.key.starts_with(start));
    if is_shared {
        forecast.next_boot = None;
        let key = &forecast.key;
        forecast.remarks.push(format!("this is a container ({container}): {key} belongs to its host"));
    }
}

/// `sysctl --system` reads /etc/sysctl.conf last, whatever the boot does with it.
pub(super) fn sysctl_system_differs(forecast: &mut Forecast, lines: &[SysctlLine]) {
    let path = names::path_of(&forecast.key);
    let last =
        lines.iter().rev().filter(|line| names::path_of(&line.key) == path).find_map(|line| {
            match &line.content {
                Content::Value { value, .. } => Some((line.line, value)),
                Content::Exclusion | Content::Nonsense => None,
            }
        });
    let Some((line, value)) = last.filter(|_| !forecast.key.starts_with('/')) else { return };
    let is_same = forecast.next_boot.as_ref().is_some_and(|next| bounds::same(&forecast.key, next, value));
    if !is_same && bounds::check(&forecast.key, value).is_ok() {
        let key = &forecast.key;
        forecast.remarks.push(format!(
            "`sysctl --system` would set {key} to `{value}`: it reads /etc/sysctl.conf last (line {line}), unlike the boot"
        ));
    }
}

/// What was not read may say otherwise.
pub(super) fn unread_files<'f>(forecast: &mut Forecast, denied: impl Iterator<Item = &'f str>) {
    forecast.remarks.extend(denied.map(|file| format!("`{file}` could not be read, and may set it, too")));
}

/// Some knobs keep nothing, or only a wish.
pub(super) fn nature(forecast: &mut Forecast) {
    if bounds::kind_of(&forecast.key) == Some(Kind::Action) {
        forecast.next_boot = None;
        forecast.remarks.push(format!("{} does something once, and keeps no value", forecast.key));
    }
    if forecast.key == "vm.nr_hugepages" && forecast.winner.is_some() {
        forecast.remarks.push("the kernel takes fewer huge pages where memory is in pieces".to_owned());
    }
}
