//! How to make swap that is compressed in memory.

use crate::doctor::finding::Fix;
use crate::facts::identity::assignment;
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::host::Host;
use crate::sys::bytes::Bytes;

use super::recipe::Recipe;

/// Compressed swap in memory, half as large as the memory, through zram-generator where the distribution is known to have it.
pub(super) fn in_memory(readings: &Readings) -> Recipe {
    let host = readings.host();
    if readings.swaps().is_ok_and(|areas| areas.iter().any(SwapArea::is_zram)) {
        return Recipe::none("there is compressed swap already");
    }
    let Ok(meminfo) = readings.meminfo() else {
        return Recipe::none("how much memory there is is not known");
    };
    let half = Bytes(meminfo.total().0 / 2);
    let workings = vec![format!("compressed swap for half of the memory: {} / 2 = {half}", meminfo.total())];
    let commands = match way(host) {
        Some(Way::Generator(install)) => {
            install.map(str::to_owned).into_iter().chain(with_generator()).collect()
        }
        Some(Way::ZramTools) => with_zram_tools(),
        None => by_hand(half),
    };
    Recipe { workings, fix: Some(Fix::commands(commands)) }
}

/// What makes the device at each boot.
enum Way {
    /// zram-generator, and how to get it where it is not there yet.
    Generator(Option<&'static str>),
    /// Debian's older program, of the time before zram-generator was packaged.
    ZramTools,
}

/// `None` where no program is known.
fn way(host: &Host) -> Option<Way> {
    let is_there = ["/usr/lib", "/lib"]
        .iter()
        .any(|folder| host.has(&format!("{folder}/systemd/system-generators/zram-generator")));
    if is_there {
        return Some(Way::Generator(None));
    }
    let release = host.read("/etc/os-release").ok()?;
    let names = [assignment(&release, "ID"), assignment(&release, "ID_LIKE")];
    let names: Vec<&str> = names.iter().flatten().flat_map(|names| names.split_whitespace()).collect();
    let command = [
        ("debian", "sudo apt install systemd-zram-generator"),
        ("fedora", "sudo dnf install zram-generator"),
        ("arch", "sudo pacman -S zram-generator"),
    ];
    let (_, command) = command.iter().find(|(name, _)| names.contains(name))?;
    Some(if is_too_old(&release) { Way::ZramTools } else { Way::Generator(Some(command)) })
}

/// Whether this is a Debian or Ubuntu of the time before they had zram-generator. Other distributions made of them count their
/// versions in their own way; testing and unstable have no number.
fn is_too_old(release: &str) -> bool {
    let first = match assignment(release, "ID").as_deref() {
        Some("debian" | "raspbian") => (12, 0),
        Some("ubuntu") => (22, 4),
        _ => return false,
    };
    let version = assignment(release, "VERSION_ID").unwrap_or_default();
    let mut numbers = version.split('.').map(str::parse::<u32>);
    let (major, minor) = (numbers.next(), numbers.next());
    let minor = minor.and_then(Result::ok).unwrap_or_default();
    matches!(major, Some(Ok(major)) if (major, minor) < first)
}

fn with_zram_tools() -> Vec<String> {
    vec![
        "sudo apt install zram-tools".to_owned(),
        // The second name is that of versions before 0.3.3, as in Debian 10 and Ubuntu 20.04; each ignores the other's.
        r"printf 'PERCENT=50\nPERCENTAGE=50\n' | sudo tee -a /etc/default/zramswap".to_owned(),
        "sudo systemctl restart zramswap.service".to_owned(),
    ]
}

fn with_generator() -> Vec<String> {
    const FOLDER: &str = "/etc/systemd/zram-generator.conf.d";
    vec![
        format!("sudo mkdir -p {FOLDER}"),
        format!("printf '[zram0]\\nzram-size = ram / 2\\n' | sudo tee {FOLDER}/50-memtune.conf"),
        "sudo systemctl daemon-reload".to_owned(),
        "sudo systemctl start dev-zram0.swap".to_owned(),
    ]
}

fn by_hand(size: Bytes) -> Vec<String> {
    vec![
        "sudo modprobe zram".to_owned(),
        format!("device=$(sudo zramctl --find --size {}M)   # until the next boot", size.0 >> 20),
        "sudo mkswap \"$device\" && sudo swapon --priority 100 \"$device\"".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use crate::doctor::on_tree::examine_tree;

    /// The commands for a machine whose swap lies on a card.
    fn commands(release: &str) -> Vec<String> {
        let files = [
            ("/proc/swaps", "/dev/mmcblk0 partition 1000 0 -2\n"),
            ("/sys/block/mmcblk0/size", "8\n"),
            ("/proc/meminfo", "MemTotal: 4000000 kB\n"),
            ("/etc/os-release", release),
        ];
        examine_tree("W10", &files).fix.unwrap().commands
    }

    #[test]
    fn old_debians_get_the_package_that_they_have() {
        for release in [
            "ID=debian\nVERSION_ID=\"11\"\n",
            "ID=raspbian\nID_LIKE=debian\nVERSION_ID=\"11\"\n",
            "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"20.04\"\n",
            "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"21.10\"\n",
        ] {
            assert_eq!(
                commands(release),
                [
                    "sudo apt install zram-tools",
                    r"printf 'PERCENT=50\nPERCENTAGE=50\n' | sudo tee -a /etc/default/zramswap",
                    "sudo systemctl restart zramswap.service"
                ],
                "{release}"
            );
        }
    }

    #[test]
    fn newer_ones_get_the_generator() {
        for release in [
            "ID=debian\nVERSION_ID=\"12\"\n",
            "ID=debian\n",
            "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"22.04\"\n",
            "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=\"22\"\n",
        ] {
            assert_eq!(commands(release)[0], "sudo apt install systemd-zram-generator", "{release}");
        }
        assert_eq!(commands("ID=fedora\nVERSION_ID=41\n")[0], "sudo dnf install zram-generator");
    }
}
