//! E02: machines whose settings live elsewhere than in /etc.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::readings::Readings;
use crate::facts::settings_home::{Home, home};
use crate::host::Lacking;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "E02",
    name: "immutable-etc",
    group: Group::Surroundings,
    question: "Do settings that are written to /etc stay there?",
    thresholds: "info on NixOS, SteamOS, systems that ostree deploys, and where /etc cannot be written",
    why: "Some systems make their files from a description or replace them as a whole at each update. A file that is written there by hand is refused, lost at the next update, or overruled by the description.",
    sources: &[
        "https://search.nixos.org/options?query=boot.kernel.sysctl",
        "https://ostreedev.github.io/ostree/adapting-existing/",
    ],
    examine: immutable,
}];

#[expect(clippy::unnecessary_wraps, reason = "the shape of a check")]
fn immutable(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let (home, source) = home(readings);
    let (diagnosis, found) = match home {
        Home::Etc => return Ok(Diagnosis::ok("Settings that are written to /etc stay there")),
        Home::Nix => (
            Diagnosis::info(
                "This is NixOS: settings belong in its configuration, kernel knobs in boot.kernel.sysctl",
            ),
            "there",
        ),
        Home::SteamOs => (
            Diagnosis::info(
                "This is SteamOS: an update keeps only the files of /etc that /etc/atomic-update.conf.d names",
            ),
            "ID=steamos",
        ),
        Home::Ostree => (
            Diagnosis::info("ostree replaces /usr at each update: settings belong in /etc, which it keeps"),
            "there",
        ),
        Home::Sealed => (
            Diagnosis::info(
                "/etc cannot be written here: settings belong in the image that this system is made of",
            ),
            "/etc is read-only",
        ),
    };
    Ok(diagnosis.evidence(source, "system", found))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    #[test]
    fn unusual_homes_are_told() {
        let sealed = "1 0 0:1 / / ro,relatime - ext4 /dev/vda rw\n";
        let overlaid = "1 0 0:1 / / ro - ext4 /dev/vda rw\n2 1 0:2 / /etc rw - overlay overlay rw\n";
        let cases = [
            ("/etc/NIXOS", "", "boot.kernel.sysctl"),
            ("/etc/os-release", "NAME=x\nID=steamos\n", "SteamOS"),
            ("/run/ostree-booted", "", "ostree"),
            ("/proc/self/mountinfo", sealed, "cannot be written"),
        ];
        for (path, text, told) in cases {
            let finding = examine_tree("E02", &[(path, text)]);
            assert_eq!(finding.severity, Severity::Info, "{path}");
            assert!(finding.title.contains(told), "{}", finding.title);
        }
        for (path, text) in
            [("/proc/self/mountinfo", overlaid), ("/etc/os-release", "ID=debian\n"), ("/ostree/a", "")]
        {
            assert_eq!(examine_tree("E02", &[(path, text)]).severity, Severity::Ok, "{path}");
        }
        let captured = [("/ostree/a", ""), ("/sysroot/a", "")];
        assert_eq!(examine_tree("E02", &captured).severity, Severity::Info);
    }
}
