//! Machines whose /etc is not the place: the text that holds the values, and where to put it instead.

use std::fmt::Write;

use crate::facts::readings::Readings;
use crate::facts::settings_home::{Home, home};
use crate::profile::{Sized, Target};

use super::files;

/// What to do where memtune cannot write the settings itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Why not here, and where to put the text instead.
    pub why: String,
    /// The text.
    pub text: String,
}

/// `None` on machines where a file of /etc holds.
pub fn find(sized: &Sized, readings: &Readings) -> Option<Elsewhere> {
    if let Some(container) = readings.container() {
        let why = format!(
            "this is a container ({}): kernel knobs belong to its host; put this there, into the file that is named",
            container.kind
        );
        return Some(Elsewhere { why, text: plain(sized) });
    }
    match home(readings).0 {
        Home::Etc | Home::Ostree | Home::SteamOs => None,
        Home::Nix => Some(Elsewhere {
            why: "this is NixOS: put this into its configuration and run `sudo nixos-rebuild switch`"
                .to_owned(),
            text: nix(sized),
        }),
        Home::Sealed => Some(Elsewhere {
            why: "/etc cannot be written here: build these files into the image that this system is made of"
                .to_owned(),
            text: plain(sized),
        }),
    }
}

/// The file by which SteamOS is told to keep ours through its updates; `None` on other systems.
pub(super) fn keep_list(readings: &Readings, paths: &[&str]) -> Option<(&'static str, String)> {
    (home(readings).0 == Home::SteamOs).then(|| {
        ("/etc/atomic-update.conf.d/memtune.conf", paths.iter().map(|path| format!("{path}\n")).collect())
    })
}

fn plain(sized: &Sized) -> String {
    let file = |path: &str, text: Option<String>| text.map(|text| format!("--- {path}\n{text}\n"));
    [file(files::SYSCTL, files::sysctl(sized)), file(files::TMPFILES, files::tmpfiles(sized))]
        .into_iter()
        .flatten()
        .collect()
}

/// As options of NixOS: boot.kernel.sysctl takes numbers and strings, systemd.tmpfiles.rules whole lines.
fn nix(sized: &Sized) -> String {
    let mut text = String::new();
    let mut rules = Vec::new();
    let mut knobs = Vec::new();
    for one in &sized.settings {
        match &one.target {
            Target::Sysctl(key) => {
                knobs.push(format!("  \"{key}\" = {}; # {}", nix_value(&one.value), one.reason))
            }
            Target::Sys(path) => {
                rules.push(format!(
                    "  \"w! {path} - - - - {}\" # {}",
                    one.value.replace('%', "%%"),
                    one.reason
                ));
            }
            Target::Unit(_) => {}
        }
    }
    // Writing to a String cannot fail.
    if !knobs.is_empty() {
        let _ = writeln!(text, "boot.kernel.sysctl = {{\n{}\n}};", knobs.join("\n"));
    }
    if !rules.is_empty() {
        let _ = writeln!(text, "systemd.tmpfiles.rules = [\n{}\n];", rules.join("\n"));
    }
    text
}

fn nix_value(value: &str) -> String {
    if value.parse::<i64>().is_ok() { value.to_owned() } else { format!("\"{value}\"") }
}
