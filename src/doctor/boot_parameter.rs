//! How parameters are added to the kernel's command line, which each family of distributions does in its own way.

use crate::doctor::finding::Fix;
use crate::host::Host;

/// The commands that add `parameters` behind all others, where they win; `None` where no known way is installed.
pub(super) fn add(host: &Host, parameters: &str) -> Option<Fix> {
    let has = |paths: &[&str]| paths.iter().any(|path| host.has(path));
    if has(&["/usr/sbin/grubby", "/usr/bin/grubby", "/sbin/grubby"]) {
        let command = format!("sudo grubby --update-kernel=ALL --args='{parameters}'");
        return Some(Fix::commands([command]).after_reboot());
    }
    // A Raspberry Pi has no boot menu: its firmware reads one line. Newer systems leave a note at the old place.
    for path in ["/boot/firmware/cmdline.txt", "/boot/cmdline.txt"] {
        if host.has(path) {
            let command = format!("sudo sed -i '1s/$/ {parameters}/' {path}");
            return Some(Fix::commands([command]).after_reboot());
        }
    }
    // A Jetson's loader reads this file, one APPEND line for each kernel.
    const EXTLINUX: &str = "/boot/extlinux/extlinux.conf";
    if host.has(EXTLINUX) {
        let command = format!("sudo sed -i '/^[[:blank:]]*APPEND /s/$/ {parameters}/' {EXTLINUX}");
        return Some(Fix::commands([command]).after_reboot());
    }
    // Only Debian and its children read this folder; they alone have update-grub.
    let is_debian = has(&["/usr/sbin/update-grub", "/sbin/update-grub"]) && has(&["/etc/default/grub"]);
    is_debian.then(|| {
        let line = format!("GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT {parameters}\"");
        let commands = [
            "sudo mkdir -p /etc/default/grub.d".to_owned(),
            format!("echo '{line}' | sudo tee -a /etc/default/grub.d/99-memtune.cfg"),
            "sudo update-grub".to_owned(),
        ];
        Fix::commands(commands).after_reboot()
    })
}
