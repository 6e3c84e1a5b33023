//! Which machine this is.

use crate::host::{Host, IfThere};

/// What the machine says about itself; `None` where it does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The name on the network.
    pub hostname: Option<String>,
    /// The kernel's release, such as `6.12.48-amd64`.
    pub kernel: Option<String>,
    /// The processor family, as `uname -m` prints it.
    pub architecture: Option<String>,
    /// The distribution's name and version.
    pub distribution: Option<String>,
    /// The board, as the device tree names it; PCs have none.
    pub board: Option<String>,
}

impl Identity {
    /// The first two numbers of the kernel's release.
    pub fn kernel_version(&self) -> Option<(u32, u32)> {
        self.kernel.as_deref().and_then(version)
    }
}

fn version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|character: char| !character.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// The value of `name` in a file of shell assignments such as /etc/os-release.
pub fn assignment(text: &str, name: &str) -> Option<String> {
    let value =
        |line: &str| Some(line.strip_prefix(name)?.strip_prefix('=')?.trim_matches(['"', '\'']).to_owned());
    text.lines().find_map(|line| value(line.trim()))
}

/// Reads it from a machine.
pub fn read(host: &Host) -> Identity {
    let line = |path: &str| host.read(path).if_there().ok().flatten().and_then(|text| first_word_line(&text));
    let release = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| host.read(path).ok());
    // Only of a capture: the running kernel tells it in files.
    let printed = (!host.is_live()).then(|| host.output("uname", &["-a"]).ok()).flatten();
    let name = release.and_then(|text| assignment(&text, "PRETTY_NAME"));
    Identity {
        hostname: line("/proc/sys/kernel/hostname").or_else(|| line("/etc/hostname")).and_then(sound),
        kernel: line("/proc/sys/kernel/osrelease")
            .or_else(|| printed.as_deref().and_then(kernel_of))
            .and_then(sound),
        architecture: line("/proc/sys/kernel/arch")
            .or_else(|| printed.as_deref().and_then(architecture_of))
            .and_then(sound),
        distribution: name.and_then(sound),
        board: line("/proc/device-tree/model").and_then(sound),
    }
}

/// A name that can be shown: the longest of a sound machine, a board's, has some 70 letters, and none holds garbage.
fn sound(name: String) -> Option<String> {
    let is_garbage = |letter: char| letter.is_control() || letter == char::REPLACEMENT_CHARACTER;
    (!name.contains(is_garbage)).then(|| name.chars().take(100).collect())
}

/// The first line, without the NUL that ends a device tree's strings.
fn first_word_line(text: &str) -> Option<String> {
    let line = text.lines().next()?.trim_matches(['\0', ' ']);
    (!line.is_empty()).then(|| line.to_owned())
}

/// `uname -a` prints `Linux HOST RELEASE VERSION.. MACHINE [PROCESSOR [PLATFORM]] GNU/Linux`.
fn kernel_of(printed: &str) -> Option<String> {
    printed.split_whitespace().nth(2).map(str::to_owned)
}

fn architecture_of(printed: &str) -> Option<String> {
    const KNOWN: [&str; 10] = [
        "x86_64",
        "aarch64",
        "armv7l",
        "armv6l",
        "i686",
        "riscv64",
        "ppc64le",
        "s390x",
        "loongarch64",
        "ppc64",
    ];
    printed.split_whitespace().find(|word| KNOWN.contains(word)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_releases() {
        assert_eq!(version("6.12.48-amd64"), Some((6, 12)));
        assert_eq!(version("4.9"), Some((4, 9)));
        assert_eq!((version("linux"), version("99999999999.1")), (None, None));
    }

    #[test]
    fn reads_what_was_printed() {
        let printed =
            "Linux web1 4.18.0-553.el8.x86_64 #1 SMP Mon May 20 2024 x86_64 x86_64 x86_64 GNU/Linux\n";
        assert_eq!(kernel_of(printed).unwrap(), "4.18.0-553.el8.x86_64");
        assert_eq!(architecture_of(printed).unwrap(), "x86_64");
        assert_eq!(assignment("ID=debian\nPRETTY_NAME=\"Debian 12\"\n", "PRETTY_NAME").unwrap(), "Debian 12");
    }
}
