//! Where the machine is told to wake up from after hibernation.

use crate::facts::identity::assignment;
use crate::facts::kernel_arguments;
use crate::facts::readings::Readings;
use crate::host::{Host, IfThere, Lacking};

use super::devices::{self, Target, device_under};
use super::resume_place::place_of;

/// What the running kernel was told.
const RUNNING: &str = "/sys/power/resume";

/// What Debian builds into its initramfs; the first is the stronger.
pub const INITRAMFS: [&str; 2] =
    ["/etc/initramfs-tools/conf.d/resume", "/etc/initramfs-tools/initramfs.conf"];

/// Where the machine is told to wake up from.
pub struct Resume {
    /// The file that says so.
    pub origin: String,
    /// The device as it is written there.
    pub device: String,
    /// Where on it the swap file begins, in pages; 0 for a device that is swap as a whole.
    pub offset: u64,
}

/// The kernel's arguments first, then what Debian puts into its initramfs, then what was written to the running kernel.
///
/// # Errors
/// Says which of them cannot be read.
pub fn configured(host: &Host) -> Result<Option<Resume>, Lacking> {
    let arguments = kernel_arguments::read(host).if_there()?.unwrap_or_default();
    if arguments.has("noresume") {
        return Ok(None);
    }
    let offset = arguments.value("resume_offset").and_then(|text| text.parse().ok());
    if let Some(device) = arguments.value("resume").filter(|device| !device.is_empty()) {
        return Ok(Some(Resume {
            origin: kernel_arguments::PATH.to_owned(),
            device: device.trim_start_matches("swap:").to_owned(),
            offset: offset.unwrap_or_default(),
        }));
    }
    for path in INITRAMFS {
        let text = host.read(path).if_there()?.unwrap_or_default();
        match assignment(&text, "RESUME").as_deref() {
            None | Some("") => {}
            Some("none") => return Ok(None),
            // It takes the largest swap partition that there is, and tells the kernel which.
            Some("auto") => break,
            Some(device) => {
                return Ok(Some(Resume {
                    origin: path.to_owned(),
                    device: device.to_owned(),
                    offset: offset.unwrap_or_default(),
                }));
            }
        }
    }
    let text = host.read(RUNNING).if_there()?.unwrap_or_default();
    let device = text.trim();
    if device.is_empty() || device == "0:0" {
        return Ok(None);
    }
    if !is_number_of_device(device) {
        return Err(Lacking::malformed(RUNNING, 1, "expected the two numbers of a device"));
    }
    let offset = host.read("/sys/power/resume_offset").if_there()?.unwrap_or_default();
    Ok(Some(Resume {
        origin: RUNNING.to_owned(),
        device: device.to_owned(),
        offset: offset.trim().parse().unwrap_or_default(),
    }))
}

/// Whether it is of the shape `259:3`.
fn is_number_of_device(text: &str) -> bool {
    let is_number = |text: &str| text.parse::<u32>().is_ok();
    text.split_once(':').is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

/// As [`devices::target`], for numbers such as `259:3` too.
pub fn target_of(host: &Host, device: &str) -> Target {
    if !is_number_of_device(device) {
        return devices::target(host, device);
    }
    match host.link(&format!("/sys/dev/block/{device}")) {
        Ok(link) => Target::At(format!("/dev/{}", link.rsplit('/').next().unwrap_or_default())),
        Err(_) if host.has("/sys/dev/block") => Target::Gone,
        Err(_) => Target::Unknown,
    }
}

/// Whether the area at `path` is the one that the image of a hibernated machine is looked for in. Where no program tells where a
/// file lies, one on the right device is taken for it: to protect one too many does less harm.
pub fn holds_image(readings: &Readings, resume: &Resume, path: &str, is_file: bool) -> bool {
    let Target::At(device) = target_of(readings.host(), &resume.device) else { return false };
    let is_there = device_under(readings, path, is_file).is_some_and(|under| under == device);
    match (is_there, is_file) {
        (false, _) => false,
        (true, false) => resume.offset == 0,
        (true, true) => {
            resume.offset != 0 && place_of(readings, path).map_or(true, |place| place == resume.offset)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn whatever_auto_finds_the_kernel_tells() {
        let [strong, weak] = INITRAMFS;
        let running = (RUNNING, "8:2\n");
        let origin = |files: &[(&str, &str)]| {
            let (_folder, host) = made_tree(&[files, &[running]].concat());
            configured(&host).unwrap().map(|resume| resume.origin)
        };
        assert_eq!(origin(&[(strong, "RESUME=auto\n")]).as_deref(), Some(RUNNING));
        assert_eq!(
            origin(&[(strong, "RESUME=auto\n"), (weak, "RESUME=/dev/sda9\n")]).as_deref(),
            Some(RUNNING)
        );
        assert_eq!(origin(&[(weak, "RESUME=/dev/sda9\n")]).as_deref(), Some(weak));
        assert_eq!(origin(&[(strong, "RESUME=none\n")]), None);
    }

    #[test]
    fn the_area_of_the_image_is_known_by_its_device_and_place() {
        let printed = "  0:  0..  767:  34816..  35583:  768:  last,eof\n";
        let filefrag = ("/sos_commands/filesys/filefrag_-v_-b4096_.swapfile", printed);
        let mounts = ("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n");
        let file = "/swapfile";
        for (arguments, more, path, expected) in [
            ("resume=/dev/sda2", vec![], "/dev/sda2", true),
            ("resume=/dev/sda2", vec![], "/dev/sda3", false),
            ("resume=/dev/sda2 resume_offset=9", vec![], "/dev/sda2", false),
            ("resume=/dev/sda1", vec![], file, false),
            ("resume=/dev/sda1 resume_offset=34816", vec![filefrag], file, true),
            ("resume=/dev/sda1 resume_offset=34817", vec![filefrag], file, false),
            ("resume=/dev/sda1 resume_offset=34817", vec![], file, true),
            ("resume=/dev/sdb1 resume_offset=34816", vec![filefrag], file, false),
        ] {
            let files = [vec![("/proc/cmdline", arguments), mounts], more].concat();
            let (_folder, host) = made_tree(&files);
            let resume = configured(&host).unwrap().unwrap();
            let holds = holds_image(&Readings::new(&host, None), &resume, path, path == file);
            assert_eq!(holds, expected, "{arguments} {path}");
        }
    }
}
