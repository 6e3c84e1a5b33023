//! Everything that is opened and made before the first look; from here on nothing is allocated.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use arrayvec::ArrayString;

use crate::sys::bytes::Bytes;
use crate::sys::memory_lock::lock_memory;
use crate::watch::account::book::{Book, Readers};
use crate::watch::account::event::{Happened, Reason};
use crate::watch::account::hooks::starter::Hooks;
use crate::watch::census::{Capacities, Census, Places};
use crate::watch::controls::Controls;
use crate::watch::execution::executioner::{Executioner, Powers, Room};
use crate::watch::level::Level;
use crate::watch::meter::{Meter, fill_rate};
use crate::watch::policy::Policy;
use crate::watch::ranking::{Ranking, Rules};
use crate::watch::sample::Sample;
use crate::watch::settings::Settings;

use super::hearing::Pending;
use super::notify::Notify;
use super::signals::Signals;
use super::tenants::Tenant;
use super::trigger::Trigger;

/// What the watchdog is told when it starts.
#[derive(Debug)]
pub struct Options {
    /// What it was told to do.
    pub settings: Settings,
    /// Reads the settings anew; the text says why they were refused.
    pub reload: fn(&Path) -> Result<Settings, String>,
    /// Where they are read from.
    pub file: PathBuf,
    /// Everything is done but the signals.
    pub is_dry_run: bool,
    /// Each look is told.
    pub prints: bool,
    /// Who is told.
    pub readers: Readers,
    /// Where the controls are; `None` for none.
    pub socket: Option<String>,
    /// Started before everything else; `None` for none.
    pub hooks: Option<Hooks>,
}

/// The watchdog.
pub struct Watchdog {
    pub(super) settings: Settings,
    pub(super) reload: fn(&Path) -> Result<Settings, String>,
    pub(super) file: PathBuf,
    pub(super) is_dry_run: bool,
    pub(super) prints: bool,
    /// After `stop` it only looks on.
    pub(super) is_running: bool,
    /// The next victim is chosen and shown only.
    pub(super) shows_only: bool,
    /// Groups with bounds of their own.
    pub(super) tenants: Vec<Tenant>,
    pub(super) meter: Meter,
    pub(super) policy: Policy,
    pub(super) census: Census,
    pub(super) ranking: Ranking,
    pub(super) rules: Rules,
    pub(super) executioner: Executioner,
    pub(super) book: Book,
    pub(super) hooks: Option<Hooks>,
    pub(super) pending: Option<Pending>,
    /// Why the present victim was chosen.
    pub(super) why: Option<Reason>,
    pub(super) controls: Option<Controls>,
    pub(super) signals: Signals,
    pub(super) trigger: Option<Trigger>,
    pub(super) notify: Notify,
    pub(super) sample: Sample,
    pub(super) level: Level,
    pub(super) started: u64,
    pub(super) interval: u64,
    pub(super) lacks: ArrayString<512>,
}

impl Watchdog {
    /// Opens and makes everything, and says that it runs.
    ///
    /// # Errors
    /// What it cannot do without, and why that is not to be had.
    pub fn start(options: Options) -> io::Result<Self> {
        let Options { settings, reload, file, is_dry_run, prints, readers, socket, hooks } = options;
        let pid = std::process::id();
        let mut lacking: Vec<String> = Vec::new();
        let rate: Bytes = fill_rate();
        let mut meter = Meter::open()?;
        let sample = meter.sample()?;
        let places = Places { processes: Path::new("/proc"), groups: Path::new("/sys/fs/cgroup") };
        let capacities = Capacities::default();
        let mut census = Census::new(places, capacities, pid).map_err(io::Error::other)?;
        if let Some(hooks) = &hooks {
            census.adopt(hooks.helper().as_raw_nonzero().get().unsigned_abs());
        }
        let powers = Powers { is_rehearsal: is_dry_run, ..Powers::default() };
        let controls = match socket.as_deref().map(Controls::new).transpose() {
            Ok(controls) => controls,
            Err(unavailable) => return Err(io::Error::other(unavailable.to_string())),
        };
        let (book, unheard) = Book::open(readers, pid, SystemTime::now());
        lacking.extend(unheard);
        let trigger = Trigger::set();
        if !meter.counts_waiting() {
            lacking.push("the kernel does not count waiting (PSI): thrash is not seen".to_owned());
        }
        let executioner = Executioner::new(settings.kill, powers, Room::default())?;
        if executioner.is_blind() {
            lacking.push("/proc shows other processes than those around it: nobody can be ended".to_owned());
        }
        let mut watchdog = Self {
            policy: Policy::new(&settings, rate),
            tenants: Tenant::all(&settings),
            rules: Rules::new(&settings.rules),
            ranking: Ranking::new(capacities.jobs),
            notify: Notify::of(
                env::var_os("NOTIFY_SOCKET").as_deref(),
                env::var("WATCHDOG_USEC").ok().as_deref(),
            ),
            signals: Signals::catch()?,
            started: sample.at,
            level: Level::Normal,
            lacks: cut(&lacking.join("; ")),
            pending: None,
            why: None,
            interval: 0,
            is_running: true,
            shows_only: false,
            settings,
            reload,
            file,
            is_dry_run,
            prints,
            meter,
            census,
            executioner,
            book,
            hooks,
            controls,
            trigger,
            sample,
        };
        watchdog.rehearse();
        if let Err(unlocked) = lock_memory() {
            lacking.push(unlocked.to_string());
            watchdog.lacks = cut(&lacking.join("; "));
        }
        let lacks = watchdog.lacks;
        match lacks.is_empty() {
            true => watchdog.tell(Happened::Started(None)),
            false => watchdog.tell(Happened::Started(Some(format_args!("{lacks}")))),
        }
        watchdog.notify.ready();
        Ok(watchdog)
    }

    /// Goes the way of a choice once, so that all pages it needs are there when no more can be had.
    fn rehearse(&mut self) {
        let sample = self.sample;
        self.choose(&sample, None);
    }
}

fn cut(text: &str) -> ArrayString<512> {
    let mut cut = ArrayString::new();
    for letter in text.chars() {
        if cut.try_push(letter).is_err() {
            break;
        }
    }
    cut
}
