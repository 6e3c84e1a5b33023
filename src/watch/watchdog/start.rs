//! Everything that is opened and made before the first look; from here on nothing is allocated.

use std::env;
use std::fmt;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use arrayvec::ArrayString;

use crate::sys::apart::apart;
use crate::sys::bytes::Bytes;
use crate::sys::heap;
use crate::sys::memory_lock::lock_memory;
use crate::sys::open_files::raise_open_files;
use crate::sys::unwritten;
use crate::watch::account::book::{Book, Readers};
use crate::watch::account::event::{Happened, Reason};
use crate::watch::account::hooks::starter::Hooks;
use crate::watch::census::{Capacities, Census, Places};
use crate::watch::controls::{Controls, Unavailable};
use crate::watch::execution::executioner::{Executioner, Powers, Room};
use crate::watch::execution::victim::{Moment, Reach, Target, Victim};
use crate::watch::level::Level;
use crate::watch::meter::{Meter, fill_rate};
use crate::watch::policy::Policy;
use crate::watch::policy::decision::Cause;
use crate::watch::ranking::{Ranking, Rules};
use crate::watch::sample::Sample;
use crate::watch::settings::Settings;

use super::hearing::Pending;
use super::notify::Notify;
use super::reasons::reason;
use super::signals::Signals;
use super::tenants::Tenant;
use super::tick::event;
use super::trigger::Trigger;
use super::wait::Woken;

/// So many processes are gone through for the rehearsal; more would need no other pages but those of the tables.
const REHEARSED: usize = 64;

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
    /// The present victim turns swap off: nothing comes back with it.
    pub(super) ends_swapoff: bool,
    /// When it was told last that nobody may be ended, and for which tenant.
    pub(super) nobody: Option<(u64, Option<usize>)>,
    /// When the last job was taken.
    pub(super) taken: Option<u64>,
    pub(super) controls: Option<Controls>,
    pub(super) signals: Signals,
    pub(super) trigger: Option<Trigger>,
    pub(super) woken: Woken,
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
    /// What is made is made on a stack of its own that is given back, the code of it is let go of, and the heap is tidied up behind it: what
    /// a start takes would else stay for good, and locked. The ways of a shortage are then gone once on the stack of the loop.
    ///
    /// # Errors
    /// What it cannot do without, and why that is not to be had; [`Unavailable`](crate::watch::controls::Unavailable) where that is the socket.
    pub fn start(options: Options) -> io::Result<Box<Self>> {
        let socket = options.socket.clone();
        let mut watchdog = apart(move || Self::make(options))??;
        unwritten::let_go();
        watchdog.rehearse(socket.as_deref());
        heap::trim();
        if let Err(unlocked) = lock_memory() {
            watchdog.lack(format_args!("{unlocked}"));
        }
        let lacks = watchdog.lacks;
        match lacks.is_empty() {
            true => watchdog.tell(Happened::Started(None)),
            false => watchdog.tell(Happened::Started(Some(format_args!("{lacks}")))),
        }
        watchdog.notify.ready();
        Ok(watchdog)
    }

    fn make(options: Options) -> io::Result<Box<Self>> {
        let Options { settings, reload, file, is_dry_run, prints, readers, socket, hooks } = options;
        let pid = std::process::id();
        // Of a victim with many processes as many are held at once as files may be open.
        raise_open_files();
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
        // Without controls it protects all the same; two of them on one machine would both kill for one shortage.
        let (controls, uncontrolled) = match socket.as_deref().map(Controls::new).transpose() {
            Ok(controls) => (controls, None),
            Err(Unavailable::Failed(why)) => (None, Some(why)),
            Err(taken @ Unavailable::RunsAlready { .. }) => return Err(io::Error::other(taken)),
        };
        let (book, unheard) = Book::open(readers, pid, SystemTime::now());
        book.begin(rate, SystemTime::now());
        let notify =
            Notify::of(env::var_os("NOTIFY_SOCKET").as_deref(), env::var("WATCHDOG_USEC").ok().as_deref());
        let mut watchdog = Box::new(Self {
            policy: Policy::new(&settings, rate),
            tenants: Tenant::all(&settings),
            rules: Rules::new(&settings.rules),
            ranking: Ranking::new(capacities.jobs),
            executioner: Executioner::new(settings.kill, powers, Room::default())?,
            notify,
            signals: Signals::catch()?,
            trigger: Trigger::set(),
            woken: Woken::PERHAPS_BY_ALL,
            started: sample.at,
            level: Level::Normal,
            lacks: ArrayString::new(),
            pending: None,
            why: None,
            ends_swapoff: false,
            nobody: None,
            taken: None,
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
            book,
            hooks,
            controls,
            sample,
        });
        unheard.iter().for_each(|lacking| watchdog.lack(format_args!("{lacking}")));
        if let Some(why) = uncontrolled {
            watchdog.lack(format_args!("it cannot be controlled: {why}"));
        }
        if !watchdog.meter.counts_waiting() {
            watchdog.lack(format_args!("the kernel does not count waiting (PSI): thrash is not seen"));
        }
        if watchdog.executioner.is_blind() {
            watchdog
                .lack(format_args!("/proc shows other processes than those around it: nobody can be ended"));
        }
        Ok(watchdog)
    }

    /// Adds to what it lacks, as far as that fits.
    fn lack(&mut self, what: fmt::Arguments<'_>) {
        let between = if self.lacks.is_empty() { "" } else { "; " };
        let _ = fmt::Write::write_fmt(&mut Cut(&mut self.lacks), format_args!("{between}{what}"));
    }

    /// Goes the ways of a shortage once, so that all pages they need are there when no more can be had: a count and a choice, the account
    /// of it in all forms, all of a kill but the signals, and an answer to a caller.
    fn rehearse(&mut self, socket: Option<&str>) {
        let sample = self.sample;
        let chosen = self.choose(&sample, None);
        self.set_scene();
        let why = reason(Cause::Memory, Level::Redline, &self.settings, &sample);
        let kill = Happened::Kill { reason: why, ignored_for: None };
        self.book.rehearse(&event(kill, &sample, Level::Redline, true));
        self.book.scene().clear();
        self.rehearse_the_end(chosen);
        if let Some(mut caller) = socket.and_then(|socket| UnixStream::connect(socket).ok()) {
            // Where it is not heard it is not answered, and that is all.
            let _ = caller.write_all(b"status\n");
            self.serve(sample.at);
        }
    }

    fn rehearse_the_end(&mut self, chosen: Option<usize>) {
        let census = &self.census;
        let group = chosen.and_then(|job| census.jobs().get(job)?.group.as_ref());
        // Whoever could have been started since the count is looked at, and is nobody's newcomer.
        let victim = Victim { group, reach: Reach::Listed, counted: u64::MAX, may_keep_memory: true };
        let now = Moment::from(&self.sample);
        match chosen {
            Some(job) => {
                let members = census.members(job).take(REHEARSED).map(Target::from);
                self.executioner.rehearse(&victim, members, now);
            }
            None => {
                let everybody = census.processes().iter().take(REHEARSED).map(Target::from);
                self.executioner.rehearse(&victim, everybody, now);
            }
        }
    }
}

/// Takes as much as fits, and drops the rest.
struct Cut<'t, const ROOM: usize>(&'t mut ArrayString<ROOM>);

impl<const ROOM: usize> fmt::Write for Cut<'_, ROOM> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|letter| self.0.try_push(letter)).map_err(|_| fmt::Error)
    }
}
