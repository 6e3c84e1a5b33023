//! /sys/devices/system/edac/mc: what the memory controllers counted of errors in the memory itself.

use crate::host::{Host, IfThere, Lacking};

use super::malformed::shortened;

const FOLDER: &str = "/sys/devices/system/edac/mc";

/// Errors that one part of the memory made since the driver was loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// The controller, or the module as the board labels it.
    pub name: String,
    /// The folder that tells it.
    pub folder: String,
    /// Errors that the hardware corrected.
    pub corrected: u64,
    /// Errors that it could not correct.
    pub uncorrected: u64,
}

/// One controller and its modules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Controller {
    /// The sum over all it drives, and what cannot be told of a module.
    pub errors: Errors,
    /// The modules that made any.
    pub modules: Vec<Errors>,
}

/// Reads a counter; what is no number counts nothing, since a driver may write a remark instead.
pub fn parse_count(text: &str) -> u64 {
    text.trim().parse().unwrap_or_default()
}

/// Reads all controllers; a machine whose memory cannot tell errors has none.
///
/// # Errors
/// Says why the folder cannot be listed.
pub fn read(host: &Host) -> Result<Vec<Controller>, Lacking> {
    let names = host.list(FOLDER).if_there()?.unwrap_or_default();
    let names = names.into_iter().filter(|name| is_numbered(name, "mc")).take(64);
    Ok(names.map(|name| read_controller(host, name)).collect())
}

fn read_controller(host: &Host, name: String) -> Controller {
    let folder = format!("{FOLDER}/{name}");
    let parts = host.list(&folder).unwrap_or_default();
    let is_module = |part: &String| is_numbered(part, "dimm") || is_numbered(part, "rank");
    let modules = parts.into_iter().filter(is_module).take(64);
    let modules = modules.map(|part| read_module(host, &folder, part));
    Controller {
        modules: modules.filter(|module| module.corrected > 0 || module.uncorrected > 0).collect(),
        errors: Errors {
            corrected: count(host, &folder, "ce_count"),
            uncorrected: count(host, &folder, "ue_count"),
            folder,
            name,
        },
    }
}

fn read_module(host: &Host, controller: &str, part: String) -> Errors {
    let folder = format!("{controller}/{part}");
    let label = host.read(&format!("{folder}/dimm_label")).unwrap_or_default();
    Errors {
        name: match label.trim() {
            "" => part,
            label => shortened(label),
        },
        corrected: count(host, &folder, "dimm_ce_count"),
        uncorrected: count(host, &folder, "dimm_ue_count"),
        folder,
    }
}

fn count(host: &Host, folder: &str, file: &str) -> u64 {
    host.read(&format!("{folder}/{file}")).map_or(0, |text| parse_count(&text))
}

fn is_numbered(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix)
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn knows_controllers_by_their_numbers() {
        assert!(is_numbered("mc0", "mc") && is_numbered("dimm12", "dimm"));
        assert!(!is_numbered("mc", "mc") && !is_numbered("mc_count", "mc") && !is_numbered("power", "mc"));
        assert_eq!((parse_count("7\n"), parse_count("none")), (7, 0));
    }

    proptest! {
        #[test]
        fn any_text_is_a_count(text in "(\\PC*|[0-9]{0,25}\n?)") {
            parse_count(&text);
            is_numbered(&text, "mc");
        }
    }
}
