//! Which block devices are encrypted.

use std::collections::BTreeSet;

use crate::facts::readings::Readings;
use crate::host::Host;

/// What is known of the encrypted devices of a machine.
pub(in crate::doctor) struct Encryption<'h> {
    host: &'h Host,
    /// The names in /etc/crypttab, for captures that hold no more.
    names: BTreeSet<String>,
}

impl<'h> Encryption<'h> {
    /// Reads what of it costs little; the devices are looked at one by one.
    pub(in crate::doctor) fn read(readings: &Readings<'h>) -> Self {
        const MOST_NAMES: usize = 1000;
        let host = readings.host();
        let text = host.read("/etc/crypttab").unwrap_or_default();
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let names = lines.filter_map(|line| line.split_whitespace().next());
        Self { host, names: names.take(MOST_NAMES).map(str::to_owned).collect() }
    }

    /// Whether anything can be said of a device: a capture may lack what the live machine shows.
    pub(in crate::doctor) fn knows(&self, device: &str) -> bool {
        let name = device.rsplit('/').next().unwrap_or_default();
        let is_mapped = device.starts_with("/dev/mapper/") || name.starts_with("dm-");
        self.host.is_live() || !is_mapped || self.host.has(&format!("/sys/class/block/{name}"))
    }

    /// Whether a device is encrypted, or all the devices that it lies on are.
    pub(in crate::doctor) fn covers(&self, device: &str) -> bool {
        /// A hostile tree shall not send us round for ever.
        const MOST_DEVICES: usize = 256;
        let name = device.rsplit('/').next().unwrap_or_default();
        if device.starts_with("/dev/mapper/") && self.names.contains(name) {
            return true;
        }
        let mut seen = BTreeSet::new();
        let mut open = vec![name.to_owned()];
        while let Some(name) = open.pop() {
            if self.is_crypt(&name) || !seen.insert(name.clone()) {
                continue;
            }
            let below = self.host.list(&format!("/sys/class/block/{name}/slaves")).unwrap_or_default();
            if below.is_empty() || seen.len() == MOST_DEVICES {
                return false;
            }
            open.extend(below.into_iter().take(MOST_DEVICES));
        }
        true
    }

    fn is_crypt(&self, name: &str) -> bool {
        let uuid = self.host.read(&format!("/sys/class/block/{name}/dm/uuid"));
        uuid.is_ok_and(|uuid| uuid.starts_with("CRYPT-"))
    }
}
