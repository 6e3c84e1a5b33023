//! tuned, when its daemon starts: the profile's knobs, and then some of sysctl's files once more.

use crate::facts::readings::Readings;
use crate::facts::sysctl_files::{Content, SysctlLine};
use crate::facts::tuned::{self, TunedSetting};
use crate::host::{Host, Lacking};
use crate::sysctl::forecast::{Assignment, Origin, Place};
use crate::sysctl::layers::Layers;
use crate::sysctl::names;
use crate::sysctl::write::{Target, Write};

/// The ranks of /run/sysctl.d and /etc/sysctl.d among sysctl's folders: tuned takes them in this order, and no others.
const FOLDERS: [usize; 2] = [1, 0];

const THP: &str = "/sys/kernel/mm/transparent_hugepage/";

/// What tuned will do at the next boot.
#[derive(Clone, Debug, Default)]
pub(in crate::sysctl) struct Tuned {
    settings: Vec<TunedSetting>,
    applies_sysctl_again: bool,
    swaps_separators: bool,
}

impl Tuned {
    /// Reads it from a machine; nothing where no profile is active or the daemon will not start.
    ///
    /// # Errors
    /// Says why the active profile cannot be read.
    pub(in crate::sysctl) fn read(readings: &Readings) -> Result<Self, Lacking> {
        let host = readings.host();
        let profiles = tuned::active(host)?;
        if profiles.is_empty() || !starts_at_boot(readings) {
            return Ok(Self::default());
        }
        let settings = tuned::settings(host, &profiles);
        // The part of tuned that reads these files again is that which sets a profile's sysctl lines.
        let has_sysctl = settings.iter().any(|one| one.plugin == "sysctl");
        let applies_sysctl_again = has_sysctl && tuned::applies_sysctl_again(host);
        let swaps_separators = applies_sysctl_again && tuned::swaps_separators(host);
        Ok(Self { settings, applies_sysctl_again, swaps_separators })
    }

    /// Whether sysctl's files are read once more.
    pub(in crate::sysctl) fn applies_sysctl_again(&self) -> bool {
        self.applies_sysctl_again
    }

    /// The profile's writes.
    pub(in crate::sysctl) fn writes(&self) -> impl Iterator<Item = Write> {
        self.settings.iter().filter_map(profile_write)
    }

    /// The writes of the files that are read once more; `last` holds the lines of /etc/sysctl.conf.
    pub(in crate::sysctl) fn writes_again(
        &self,
        layers: &Layers<SysctlLine>,
        last: &[SysctlLine],
    ) -> Vec<Write> {
        if !self.applies_sysctl_again {
            return Vec::new();
        }
        let folders = layers.effective_of(&FOLDERS);
        let folders = folders.flat_map(|file| file.lines.iter().map(|line| (file.real.as_str(), line)));
        let all = folders.chain(last.iter().map(|line| ("/etc/sysctl.conf", line)));
        all.filter_map(|(file, line)| self.line_write(file, line)).collect()
    }
    /// tuned knows no dash that forgives and no patterns: such lines name no knob to it.
    fn line_write(&self, file: &str, line: &SysctlLine) -> Option<Write> {
        let Content::Value { value, is_forgiving: false } = &line.content else { return None };
        let has_slash = line.key.contains('/');
        if names::is_glob(&line.key) || has_slash && self.swaps_separators {
            return None;
        }
        let place = Place { file: file.to_owned(), line: line.line };
        let words = line.key.split(['.', '/']).filter(|word| !word.is_empty());
        let key = words.collect::<Vec<_>>().join(".");
        let target = Target::Path(names::path_of(&key));
        let assignment = Assignment { place, key, value: value.clone(), origin: Origin::TunedAgain };
        Some(Write::new(assignment, target))
    }
}

/// A unit that is enabled has a link; a capture may have no units at all, and then the processes tell, or the profile alone.
fn starts_at_boot(readings: &Readings) -> bool {
    const WANTS: &str = "/etc/systemd/system/multi-user.target.wants";
    if let Ok(wanted) = readings.host().list(WANTS) {
        return wanted.iter().any(|unit| unit == "tuned.service");
    }
    let runs_tuned = |host: &Host, pid: u32, name: &str| {
        let is_interpreter = name.starts_with("python") || name == "platform-python";
        let words =
            if is_interpreter { host.read(&format!("/proc/{pid}/cmdline")) } else { Ok(String::new()) };
        name == "tuned" || words.is_ok_and(|words| words.split('\0').any(|word| word.ends_with("/tuned")))
    };
    match readings.processes() {
        Ok(all) => all.iter().any(|process| runs_tuned(readings.host(), process.pid, &process.name)),
        Err(_) => true,
    }
}

fn profile_write(setting: &TunedSetting) -> Option<Write> {
    let path = match setting.plugin.as_str() {
        "sysctl" => names::path_of(&setting.key),
        _ => vm_path(&setting.key)?,
    };
    let value = setting.value.trim().trim_matches(['"', '\'']).to_owned();
    let place = Place { file: setting.file.clone(), line: setting.line };
    let key = names::key_of_path(&path).unwrap_or_else(|| path.clone());
    // Variables, and values that are at least or at most something.
    let is_computed = value.contains(['$', '>', '<', '%']);
    let assignment = Assignment { place, key, value, origin: Origin::Tuned };
    Some(Write { is_computed, ..Write::new(assignment, Target::Path(path)) })
}

/// The plugin `vm` has names of its own.
fn vm_path(key: &str) -> Option<String> {
    match key {
        "transparent_hugepages" | "transparent_hugepage" => Some(format!("{THP}enabled")),
        "transparent_hugepage.defrag" => Some(format!("{THP}defrag")),
        _ => key.starts_with("dirty_").then(|| names::path_of(&format!("vm.{key}"))),
    }
}
