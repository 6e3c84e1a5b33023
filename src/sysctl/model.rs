//! All that sets knobs on the way from the boot loader to the last daemon.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::facts::kernel_arguments::{self, Arguments};
use crate::facts::readings::Readings;
use crate::facts::sysctl_files::{self, Content, SysctlLine};
use crate::facts::tmpfiles::WriteLine;
use crate::facts::udev_rules::RuleSetting;
use crate::host::{IfThere, Lacking, Reason};

use super::first_process;
use super::forecast::{Assignment, Forecast, Origin, Place};
use super::layers::Layers;
use super::look::Look;
use super::names::{dotted, path_of};
use super::play::Play;
use super::remarks;
use super::write::{Target, Write};
use super::writers::{SYSCTL_FOLDERS, command_line, procps, systemd, tmpfiles, tuned, udev};

/// The file that systemd reads only where a link in sysctl.d leads to it, and `sysctl --system` always.
const SYSCTL_CONF: &str = "/etc/sysctl.conf";

/// Patterns may stand for very many knobs.
const MOST_KEYS: usize = 20_000;

/// What sets knobs at the next boot.
#[derive(Clone)]
pub struct Model {
    sources: Sources,
    writes: Vec<Write>,
    /// The knobs that the machine's patterns stand for.
    patterned: Arc<BTreeSet<String>>,
}

/// What was read.
#[derive(Clone)]
struct Sources {
    is_systemd: bool,
    applies_sysctl: bool,
    arguments: Arguments,
    sysctl: Layers<SysctlLine>,
    sysctl_conf: Arc<[SysctlLine]>,
    is_sysctl_conf_denied: bool,
    udev: Layers<RuleSetting>,
    tmpfiles: Option<Layers<WriteLine>>,
    tuned: tuned::Tuned,
    container: Option<String>,
}

impl Model {
    /// Reads it from a machine.
    ///
    /// # Errors
    /// Says which folder cannot be read.
    pub fn read(readings: &Readings) -> Result<Self, Lacking> {
        let sources = Sources::read(readings)?;
        let writes = sources.writes();
        let patterned = Arc::new(Look::new(readings).names_of_patterns(&writes, MOST_KEYS));
        Ok(Self { sources, writes, patterned })
    }

    /// The model of this machine, read on the first call.
    ///
    /// # Errors
    /// Says which folder cannot be read.
    pub fn of(readings: &Readings) -> Result<Rc<Self>, Lacking> {
        let model = readings.concluded(|readings| Self::read(readings).map(Rc::new));
        model.as_ref().clone()
    }

    /// The same machine, as if the file at `path` had this text, or were not there: one of sysctl.d, /etc/sysctl.conf, of tmpfiles.d
    /// or of udev's rules. Any other file changes nothing, but those that links in sysctl.d lead to.
    pub fn with_file(&self, path: &str, text: Option<&str>) -> Self {
        let sources = self.sources.with_file(path, text);
        let writes = sources.writes();
        Self { sources, writes, patterned: Arc::clone(&self.patterned) }
    }

    /// Every knob that anything sets, sorted; those of /sys are paths. Of patterns, those knobs that were there when the model was
    /// read.
    pub fn keys(&self) -> Vec<String> {
        let named = self.writes.iter().filter(|write| matches!(write.target, Target::Path(_)));
        let named: BTreeSet<&String> = named.map(|write| &write.assignment.key).collect();
        let all: BTreeSet<&String> = named.into_iter().chain(self.patterned.iter()).collect();
        all.into_iter().take(MOST_KEYS).cloned().collect()
    }

    /// Every line that sets a knob, in the order of the boot, whether anything comes of it or not; a line that is read twice comes
    /// twice.
    pub fn assignments(&self) -> impl Iterator<Item = &Assignment> {
        self.writes.iter().map(|write| &write.assignment)
    }

    /// The lines of sysctl's files that say nothing, with their texts.
    pub fn nonsense(&self) -> Vec<(Place, String)> {
        let files = self.sources.sysctl.effective();
        let lines = files.flat_map(|file| file.lines.iter().map(|line| (file.real.as_str(), line)));
        let nonsense = lines.filter(|(_, line)| line.content == Content::Nonsense);
        nonsense
            .map(|(file, line)| (Place { file: file.to_owned(), line: line.line }, line.key.clone()))
            .collect()
    }

    /// The lines of /etc/sysctl.conf that set a knob.
    pub fn sysctl_conf(&self) -> Vec<Assignment> {
        let assignment = |line: &SysctlLine| match &line.content {
            Content::Value { value, .. } => Some(Assignment {
                place: Place { file: SYSCTL_CONF.to_owned(), line: line.line },
                key: dotted(&line.key),
                value: value.clone(),
                origin: Origin::SysctlFile,
            }),
            Content::Exclusion | Content::Nonsense => None,
        };
        self.sources.sysctl_conf.iter().filter_map(assignment).collect()
    }

    /// Whether the kernel has no such knob. Where none of its knobs can be seen, as in an image, that is not known.
    pub fn is_missing(&self, readings: &Readings, key: &str) -> bool {
        Look::new(readings).is_missing(&path_of(key))
    }

    /// Whether /etc/sysctl.conf has any say at the next boot.
    pub fn reads_sysctl_conf(&self) -> bool {
        let sources = &self.sources;
        let is_linked = || sources.sysctl.effective().any(|file| file.real == SYSCTL_CONF);
        !sources.is_systemd || is_linked() || sources.tuned.applies_sysctl_again()
    }

    /// What the next boot makes of a knob, such as `vm.swappiness`.
    pub fn forecast(&self, readings: &Readings, key: &str) -> Forecast {
        self.forecast_path(readings, &path_of(key))
    }

    /// What the next boot makes of the knob at a path below /sys.
    pub fn forecast_path(&self, readings: &Readings, path: &str) -> Forecast {
        let look = Look::new(readings);
        let shown = look.shown(path);
        let mut play = Play::new(path, shown.clone(), readings.identity().kernel_version());
        self.writes.iter().for_each(|write| play.take(write));
        let mut forecast = play.forecast(shown.map(|text| look.short(path, &text)));
        if look.is_missing(path) {
            remarks::no_such_knob(&mut forecast);
        } else if let Some(container) = &self.sources.container {
            remarks::knob_of_the_host(&mut forecast, container);
        }
        remarks::nature(&mut forecast);
        if self.sources.is_systemd {
            remarks::sysctl_system_differs(&mut forecast, &self.sources.sysctl_conf);
        }
        remarks::unread_files(&mut forecast, self.sources.denied());
        forecast
    }
}

impl Sources {
    fn read(readings: &Readings) -> Result<Self, Lacking> {
        let host = readings.host();
        let is_systemd = first_process::is_systemd(host);
        let has_tmpfiles = is_systemd || first_process::has_tmpfiles(host);
        let sysctl_conf = host.read(SYSCTL_CONF);
        let is_denied = |reason: &Reason| matches!(reason, Reason::Denied | Reason::TooLarge(_));
        Ok(Self {
            is_systemd,
            applies_sysctl: !is_systemd || !first_process::is_masked(host, "systemd-sysctl.service"),
            arguments: kernel_arguments::read(host).if_there()?.unwrap_or_default(),
            sysctl: Layers::read(host, &SYSCTL_FOLDERS)?,
            is_sysctl_conf_denied: sysctl_conf.as_ref().is_err_and(|lacking| is_denied(&lacking.reason)),
            sysctl_conf: sysctl_conf.map(|text| sysctl_files::parse(&text)).unwrap_or_default().into(),
            udev: Layers::read(host, &udev::UDEV_FOLDERS)?,
            tmpfiles: has_tmpfiles.then(|| Layers::read(host, &tmpfiles::TMPFILES_FOLDERS)).transpose()?,
            tuned: tuned::Tuned::read(readings)?,
            container: readings.container().map(|container| container.kind.clone()),
        })
    }

    fn with_file(&self, path: &str, text: Option<&str>) -> Self {
        let mut changed = self.clone();
        if path == SYSCTL_CONF {
            changed.sysctl_conf = text.map(sysctl_files::parse).unwrap_or_default().into();
            changed.is_sysctl_conf_denied = false;
        }
        changed.sysctl = changed.sysctl.with_file(path, text);
        changed.udev = changed.udev.with_file(path, text);
        changed.tmpfiles = changed.tmpfiles.map(|layers| layers.with_file(path, text));
        changed
    }

    /// All writes in the order of a boot.
    fn writes(&self) -> Vec<Write> {
        let mut writes = command_line::writes(&self.arguments);
        match (self.applies_sysctl, self.is_systemd) {
            (false, _) => {}
            (true, true) => writes.extend(systemd::writes(&self.sysctl)),
            (true, false) => writes.extend(procps::writes(&self.sysctl, &self.sysctl_conf)),
        }
        writes.extend(udev::writes(&self.udev));
        writes.extend(self.tmpfiles.as_ref().map(tmpfiles::writes).unwrap_or_default());
        writes.extend(self.tuned.writes());
        writes.extend(self.tuned.writes_again(&self.sysctl, &self.sysctl_conf));
        writes
    }

    /// The files that count and could not be read.
    fn denied(&self) -> impl Iterator<Item = &str> {
        let conf = self.is_sysctl_conf_denied.then_some(SYSCTL_CONF);
        let tmpfiles = self.tmpfiles.iter().flat_map(Layers::denied);
        self.sysctl.denied().chain(conf).chain(self.udev.denied()).chain(tmpfiles)
    }
}
