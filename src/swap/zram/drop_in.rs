//! The drop-in of zram-generator's configuration that holds what was asked for.

use crate::facts::zram_generator;
use crate::host::{Host, Lacking};
use crate::swap::generator;

use super::maker::DEVICE;
use super::request::Request;

/// It stands behind the files that people and packages usually bring.
pub(super) const PATH: &str = "/etc/systemd/zram-generator.conf.d/90-memtune.conf";

/// Above all that memtune writes for the generator.
pub(super) const HEADING: &str = "# Written by memtune for `memtune swap zram`. Do not edit it: memtune writes it anew, and `memtune undo` or\n\
                       # `memtune swap zram off` takes it back.\n";

/// The text that makes the device.
pub(super) fn text(request: &Request, algorithm: Option<&str>, priority: i32) -> String {
    let algorithm = algorithm.map(|name| format!("compression-algorithm = {name}\n")).unwrap_or_default();
    format!(
        "{HEADING}\n[{DEVICE}]\n\
         # What it may hold before compression, in MiB.\n\
         zram-size = {}\n\
         # However much memory there is.\n\
         host-memory-limit = none\n\
         {algorithm}\
         # Above every area on a disk.\n\
         swap-priority = {priority}\n",
        request.formula()
    )
}

/// The text that keeps the device from being made, whatever other files ask for; every version of the generator understands it.
pub(super) fn text_for_none() -> String {
    format!(
        "{HEADING}\n[{DEVICE}]\n\
         # Machines with more memory than this get no device: none has less.\n\
         host-memory-limit = 0\n"
    )
}

/// Why the generator would not do what `text` asks for: another file speaks after it.
///
/// # Errors
/// Says which file cannot be read.
pub(super) fn bar(host: &Host, text: &str, request: &Request) -> Result<Option<String>, Lacking> {
    let devices = zram_generator::read_with(host, PATH, Some(text))?;
    let Some(device) = devices.into_iter().find(|device| device.name == DEVICE) else { return Ok(None) };
    if device.has_old_keys {
        return Ok(Some(format!(
            "one of zram-generator's files sets `zram-fraction` or `max-zram-size` for {DEVICE}, and these count more than any zram-size: take the line out of it (`grep -rE 'zram-fraction|max-zram-size' /etc/systemd/zram-generator.conf* /usr/lib/systemd/zram-generator.conf*`)"
        )));
    }
    let is_ours =
        device.size.as_deref() == Some(request.formula().as_str()) && device.host_memory_limit.is_none();
    Ok((!is_ours).then(|| {
        format!(
            "`{}` comes after `{PATH}` and sets {DEVICE}, too: take its section [{DEVICE}] out",
            device.file
        )
    }))
}

/// Whether another file than ours, or an argument of the kernel's, asks for the device.
///
/// # Errors
/// Says which file cannot be read.
pub(super) fn is_asked_for_elsewhere(host: &Host, memory: u64) -> Result<bool, Lacking> {
    let devices = zram_generator::read_with(host, PATH, None)?;
    match devices.iter().find(|device| device.name == DEVICE) {
        Some(device) => Ok(generator::is_made(device, memory)),
        None => generator::is_switched_on(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::swap::generator::{Outcome, outcome};
    use crate::swap::zram::on;
    use crate::sys::bytes::Bytes;

    const MAIN: &str = "/etc/systemd/zram-generator.conf";

    fn request(size: &str) -> Request {
        on::tests::request(size, Bytes::from_gib(4))
    }

    fn bar_with(file: &str, content: &str) -> Option<String> {
        let (_folder, host) = made_tree(&[(file, content)]);
        let request = request("50%");
        bar(&host, &text(&request, Some("zstd"), 100), &request).unwrap()
    }

    #[test]
    fn the_generator_does_what_the_texts_ask_for() {
        let (_folder, host) = made_tree(&[(MAIN, "[zram0]\nhost-memory-limit = 1\nzram-size = 7\n")]);
        let made = |text: &str| {
            let devices = zram_generator::read_with(&host, PATH, Some(text)).unwrap();
            (outcome(&devices[0], 4096), devices[0].algorithm.clone())
        };
        assert_eq!(
            made(&text(&request("1G"), Some("zstd"), 100)),
            (Outcome::Made(Bytes::from_gib(1)), Some("zstd".to_owned()))
        );
        assert_eq!(made(&text(&request("50%"), None, 100)), (Outcome::Made(Bytes::from_gib(2)), None));
        assert_eq!(made(&text_for_none()).0, Outcome::TooMuchMemory(4096));
    }

    #[test]
    fn a_file_that_speaks_later_is_named() {
        assert_eq!(bar_with(MAIN, "[zram0]\nzram-size = 1\n[zram1]\n"), None);
        let later = "/etc/systemd/zram-generator.conf.d/99-own.conf";
        assert!(bar_with(later, "[zram0]\nzram-size = 1\n").unwrap().contains(later));
        assert!(bar_with(later, "[zram0]\nhost-memory-limit = 1\n").unwrap().contains(later));
        assert_eq!(bar_with(later, "[zram0]\nswap-priority = 7\n"), None);
        assert!(bar_with(MAIN, "[zram0]\nzram-fraction = 1.0\n").unwrap().contains("zram-fraction"));
    }

    #[test]
    fn who_else_asks_for_it_is_known() {
        for (file, content, expected) in [
            (MAIN, "[zram0]\n", true),
            (MAIN, "[zram1]\n", false),
            (MAIN, "[zram0]\nzram-size = 0\n", false),
            (MAIN, "[zram0]\nhost-memory-limit = 100\n", false),
            (PATH, "[zram0]\n", false),
        ] {
            let (_folder, host) = made_tree(&[(file, content)]);
            assert_eq!(is_asked_for_elsewhere(&host, 4096).unwrap(), expected, "{file} {content}");
        }
        let argument = ("/proc/cmdline", "quiet systemd.zram=1\n");
        for (files, expected) in [
            (vec![argument], true),
            (vec![("/proc/cmdline", "systemd.zram\n")], true),
            (vec![argument, (PATH, "[zram0]\n")], true),
            (vec![argument, (MAIN, "[zram1]\n")], true),
            (vec![argument, (MAIN, "[zram0]\nzram-size = 0\n")], false),
            (vec![("/proc/cmdline", "systemd.zram=1 systemd.zram=0\n")], false),
        ] {
            let (_folder, host) = made_tree(&files);
            assert_eq!(is_asked_for_elsewhere(&host, 4096).unwrap(), expected, "{files:?}");
        }
    }
}
