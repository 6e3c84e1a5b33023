//! Z04: whether the zram devices are what zram-generator was told to make.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::swap::commands::affair_of_host;
use crate::facts::readings::Readings;
use crate::facts::zram::ZramDevice;
use crate::facts::zram_generator::{self, Device};
use crate::host::Lacking;
use crate::swap::generator::{self, Outcome};
use crate::swap::removal;
use crate::sys::bytes::Bytes;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "Z04",
    name: "zram-config",
    group: Group::CompressedSwap,
    question: "Are the zram devices what zram-generator.conf asks for?",
    thresholds: "warn where a device is missing, differs by more than 1 % in size, or uses another compressor; formulas with more than numbers, ram, + - * /, min and max are not compared",
    why: "A zram device keeps its size and compressor for as long as it is in use: a change of the file does nothing until the device is made anew. What was edited weeks ago then comes as a surprise with the next boot, or was never tried at all.",
    sources: &[
        "https://github.com/systemd/zram-generator/blob/main/man/zram-generator.conf.md",
        "https://github.com/systemd/zram-generator/issues/119",
        "https://github.com/systemd/zram-generator/issues/221",
    ],
    examine: zram_config,
}];

fn zram_config(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let host = readings.host();
    let wanted = zram_generator::read(host)?;
    if wanted.is_empty() {
        return Ok(Diagnosis::ok("zram-generator is not told to make anything"));
    }
    if generator::is_switched_off(host)? {
        return Ok(Diagnosis::ok("systemd.zram=0 of the kernel's arguments switches zram-generator off"));
    }
    if !host.has("/sys/block") {
        return Err(Lacking::absent("/sys/block"));
    }
    let mut differences = Vec::new();
    let mut notes = Vec::new();
    let mut workings = Vec::new();
    for device in &wanted {
        let comparison = compare(readings, device)?;
        differences.extend(comparison.difference.map(|difference| (device, difference)));
        notes.extend(comparison.note);
        workings.extend(comparison.working);
    }
    let diagnosis = match (differences.first(), notes.first()) {
        (Some((device, difference)), _) => Diagnosis::warn(format!("{} {difference}", device.name)),
        (None, Some(note)) => Diagnosis::ok(note),
        (None, None) => {
            Diagnosis::ok(format!("The zram devices are as zram-generator was told: {}", wanted.len()))
        }
    };
    let diagnosis = workings.into_iter().fold(diagnosis, Diagnosis::working);
    let diagnosis = wanted.iter().fold(diagnosis, |diagnosis, device| {
        diagnosis.evidence(&device.file, format!("zram-size of {}", device.name), generator::formula(device))
    });
    let diagnosis = readings.zram()?.iter().fold(diagnosis, |diagnosis, device| {
        diagnosis.evidence(format!("/sys/block/{}/disksize", device.name), "value", device.disk_size)
    });
    match differences.first() {
        Some((device, _)) => with_fix(readings, diagnosis, device),
        None => Ok(diagnosis),
    }
}

/// How one device compares with what was asked for.
#[derive(Default)]
struct Comparison {
    /// What differs, to be read behind the device's name.
    difference: Option<String>,
    /// Why something could not be compared.
    note: Option<String>,
    /// The reckoning.
    working: Option<String>,
}

fn compare(readings: &Readings, wanted: &Device) -> Result<Comparison, Lacking> {
    let name = &wanted.name;
    let ram = generator::memory(readings)?;
    let formula = generator::formula(wanted);
    let size = match generator::outcome(wanted, ram) {
        Outcome::TooMuchMemory(memory) => {
            return Ok(Comparison {
                working: Some(format!(
                    "{name}: {memory} MiB of memory are above its host-memory-limit, so it is not made"
                )),
                ..Comparison::default()
            });
        }
        Outcome::Made(size) => Some(size),
        Outcome::Unknown => None,
    };
    let made = readings.zram()?.iter().find(|device| device.name == *name);
    let difference = match (size, made) {
        (Some(Bytes(0)), _) => None,
        (_, None) => Some(format!("is asked for in {}, and is not there", wanted.file)),
        (Some(size), Some(made)) if !is_near(size, made.disk_size) => {
            Some(format!("holds {}, where {} asks for {size}", made.disk_size, wanted.file))
        }
        (_, Some(made)) => other_compressor(wanted, made),
    };
    Ok(Comparison {
        difference,
        note: size
            .is_none()
            .then(|| format!("The size of {name} cannot be compared: its formula is not simple")),
        working: size.map(|size| format!("{name}: {formula} with ram = {ram} MiB is {size}")),
    })
}

/// Sizes are rounded to pages, and memory varies a little from kernel to kernel.
fn is_near(wanted: Bytes, made: Bytes) -> bool {
    wanted.0.abs_diff(made.0) <= (wanted.0 / 100).max(1 << 20)
}

fn other_compressor(wanted: &Device, made: &ZramDevice) -> Option<String> {
    let (wanted_name, made_name) = (wanted.algorithm.as_deref()?, made.algorithm.as_deref()?);
    (wanted_name != made_name)
        .then(|| format!("compresses with {made_name}, where {} asks for {wanted_name}", wanted.file))
}

/// Makes the device anew, if what it holds fits elsewhere meanwhile; otherwise the next boot does.
fn with_fix(readings: &Readings, diagnosis: Diagnosis, wanted: &Device) -> Result<Diagnosis, Lacking> {
    let name = &wanted.name;
    let path = format!("/dev/{name}");
    let mut commands = Vec::new();
    let mut diagnosis = diagnosis;
    if let Some(area) = readings.swaps()?.iter().find(|area| area.path == path) {
        let removal = removal::of_area(readings, area)?;
        diagnosis = diagnosis.working(&removal.working);
        if !removal.is_safe {
            return Ok(
                diagnosis.working("what it holds fits nowhere else now: the next boot makes the device anew")
            );
        }
        commands.push(format!("sudo swapoff {path}"));
    } else if readings.zram()?.iter().any(|device| device.name == *name) {
        // It holds a file system: taking that away is for its owner to decide.
        return Ok(diagnosis
            .working("the device is in use as something else than swap: the next boot makes it anew"));
    }
    commands.extend([
        "sudo systemctl daemon-reload".to_owned(),
        format!("sudo systemctl restart systemd-zram-setup@{name}.service"),
        format!("sudo systemctl start dev-{name}.swap"),
    ]);
    Ok(diagnosis.fix(Fix::commands(commands)))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    /// A machine of 8000 MiB whose zram0 has `size` MiB and compresses with zstd.
    fn examine(configuration: &str, size: u64, more: &[(&str, &str)]) -> Finding {
        let size = (size << 20).to_string();
        let mut files = vec![
            ("/proc/meminfo", "MemTotal: 8192000 kB\nMemAvailable: 6000000 kB\n"),
            ("/sys/block/zram0/disksize", size.as_str()),
            ("/sys/block/zram0/comp_algorithm", "lzo [zstd]\n"),
            ("/etc/systemd/zram-generator.conf", configuration),
        ];
        files.extend(more);
        examine_tree("Z04", &files)
    }

    #[test]
    fn size_and_compressor_are_compared() {
        for (configuration, size, severity) in [
            ("[zram0]\n", 4000, Severity::Ok),
            ("[zram0]\n", 4040, Severity::Ok),
            ("[zram0]\n", 4041, Severity::Warn),
            ("[zram0]\nzram-size = ram\n", 4000, Severity::Warn),
            ("[zram0]\nzram-size = ram / 4\n", 2000, Severity::Ok),
            ("[zram0]\ncompression-algorithm = zstd(level=1)\n", 4000, Severity::Ok),
            ("[zram0]\ncompression-algorithm = lz4\n", 4000, Severity::Warn),
            ("[zram0]\n[zram1]\n", 4000, Severity::Warn),
            ("[zram0]\n[zram1]\nzram-size = 0\n", 4000, Severity::Ok),
            ("[zram0]\n[zram1]\nhost-memory-limit = 7999\n", 4000, Severity::Ok),
            ("[zram0]\n[zram1]\nhost-memory-limit = 8000\n", 4000, Severity::Warn),
            ("# nothing\n", 1, Severity::Ok),
        ] {
            let finding = examine(configuration, size, &[]);
            assert_eq!(finding.severity, severity, "{configuration} {size}: {}", finding.title);
        }
    }

    #[test]
    fn what_cannot_be_reckoned_is_said() {
        for configuration in ["[zram0]\nzram-size = log(ram) * 100\n", "[zram0]\nzram-fraction = 0.5\n"] {
            let finding = examine(configuration, 1, &[]);
            assert_eq!(finding.severity, Severity::Ok);
            assert!(finding.title.contains("cannot be compared"), "{}", finding.title);
        }
    }

    #[test]
    fn the_generator_may_be_switched_off() {
        let off = ("/proc/cmdline", "quiet systemd.zram=0\n");
        assert_eq!(examine("[zram0]\nzram-size = 1\n", 4000, &[off]).severity, Severity::Ok);
        assert_eq!(examine("[zram0]\nzram-size = 1\n", 4000, &[]).severity, Severity::Warn);
        let capture =
            [("/proc/meminfo", "MemTotal: 8192000 kB\n"), ("/etc/systemd/zram-generator.conf", "[zram0]\n")];
        assert_eq!(examine_tree("Z04", &capture).severity, Severity::Skip);
    }

    #[test]
    fn the_device_is_made_anew_only_where_its_pages_fit_elsewhere() {
        let wrong = "[zram0]\nzram-size = ram\n";
        let little = ("/proc/swaps", "/dev/zram0 partition 4096000 1000 100\n");
        let fix = examine(wrong, 4000, &[little]).fix.unwrap();
        assert_eq!(fix.commands[0], "sudo swapoff /dev/zram0");
        assert_eq!(fix.commands.len(), 4);
        let much = ("/proc/swaps", "/dev/zram0 partition 9096000 9000000 100\n");
        assert_eq!(examine(wrong, 4000, &[much]).fix, None);
        assert_eq!(examine(wrong, 4000, &[]).fix, None);
    }
}
