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
    let commands = match install_generator(host) {
        Some(install) => install.into_iter().chain(with_generator()).collect(),
        None => by_hand(half),
    };
    Recipe { workings, fix: Some(Fix::commands(commands)) }
}

/// How to get zram-generator: nothing to do where it is there, `None` where that is not known.
fn install_generator(host: &Host) -> Option<Option<String>> {
    let is_there = ["/usr/lib", "/lib"]
        .iter()
        .any(|folder| host.has(&format!("{folder}/systemd/system-generators/zram-generator")));
    if is_there {
        return Some(None);
    }
    let release = host.read("/etc/os-release").ok()?;
    let names = [assignment(&release, "ID"), assignment(&release, "ID_LIKE")];
    let names: Vec<&str> = names.iter().flatten().flat_map(|names| names.split_whitespace()).collect();
    let command = [
        ("debian", "sudo apt install systemd-zram-generator"),
        ("fedora", "sudo dnf install zram-generator"),
        ("arch", "sudo pacman -S zram-generator"),
    ];
    let command = command.iter().find(|(name, _)| names.contains(name));
    command.map(|(_, command)| Some((*command).to_owned()))
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
