//! The account as a whole: it is told what happened, and tells everybody who was asked for.

use std::fmt::Arguments;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::time::SystemTime;

use rustix::io::Errno;

use crate::sys::bounded_text::BoundedText;
use crate::sys::bytes::Bytes;
use crate::sys::refusal::Refusal;
use crate::watch::level::Level;
use crate::watch::replay::recorder::Recorder;
use crate::watch::sample::Sample;

use super::event::{Event, Happened};
use super::journal_socket::JournalSocket;
use super::kept_file::KeptFile;
use super::outlet::Outlet;
use super::scene::Scene;
use super::state::State;
use super::telling::Telling;
use super::waiting::Waiting;
use super::{journal_entry, json_line, metrics, state, story};

/// Metrics are written anew after so many milliseconds even where nothing happened.
const METRICS_EVERY: u64 = 15_000;

/// Who is told.
#[derive(Debug, Default)]
pub struct Readers {
    /// People, at a terminal of so many columns or in a file.
    pub people: Option<(OwnedFd, Option<usize>)>,
    /// Programs, by JSON lines.
    pub programs: Option<OwnedFd>,
    /// The journal, by the path of its socket.
    pub journal: Option<PathBuf>,
    /// A log that takes lines with priorities, for where the journal does not listen; usually standard error.
    pub log: Option<OwnedFd>,
    /// The state file.
    pub state: Option<PathBuf>,
    /// The metrics' file, which ends with `.prom`.
    pub metrics: Option<PathBuf>,
    /// A recording of all samples.
    pub recorder: Option<Recorder>,
}

/// Tells what happens, and remembers what was done.
#[derive(Debug)]
pub struct Book {
    people: Option<(Outlet, Option<usize>)>,
    programs: Option<Outlet>,
    journal: Option<JournalSocket>,
    log: Option<Outlet>,
    state_file: Option<KeptFile>,
    metrics_file: Option<KeptFile>,
    metrics_at: Option<u64>,
    recorder: Option<Recorder>,
    state: State,
    scene: Scene,
    waiting: Waiting,
    sample: Sample,
    told: Option<Bytes>,
    has_news: bool,
    is_failing: Failing,
    story: BoundedText,
    field: BoundedText,
    page: BoundedText,
}

/// Who could not be told the last time, so that it is said once and not each time.
#[derive(Clone, Copy, Debug, Default)]
struct Failing {
    people: bool,
    programs: bool,
    journal: bool,
    state: bool,
    metrics: bool,
    recorder: bool,
}

impl Book {
    /// Makes all room and opens what can be opened; who cannot be told is left out, which the second value says.
    pub fn open(readers: Readers, pid: u32, now: SystemTime) -> (Self, Vec<String>) {
        let mut lacking = Vec::new();
        let mut file = |path: Option<PathBuf>| {
            let path = path?;
            let opened = KeptFile::at(&path);
            opened
                .map_err(|error| {
                    lacking.push(format!("cannot write `{}`: {}", path.display(), Refusal(error)))
                })
                .ok()
        };
        let (state_file, metrics_file) = (file(readers.state), file(readers.metrics));
        let earlier = state_file.as_ref().and_then(|file| State::parse(&file.read(state::ROOM)?).ok());
        let journal = readers.journal.as_ref().and_then(|place| JournalSocket::open(place.to_str()?));
        if readers.journal.is_some() && journal.is_none() {
            lacking.push("there is no journal here: standard error is written to".to_owned());
        }
        let book = Self {
            people: readers.people.map(|(file, width)| (Outlet::new(file), width)),
            programs: readers.programs.map(Outlet::new),
            journal,
            log: readers.log.map(Outlet::new),
            state_file,
            metrics_file,
            metrics_at: None,
            recorder: readers.recorder,
            state: State::begin(pid, now, earlier),
            scene: Scene::default(),
            waiting: Waiting::default(),
            sample: Sample::default(),
            told: None,
            has_news: true,
            is_failing: Failing::default(),
            story: BoundedText::with_limit(story::ROOM),
            field: BoundedText::with_limit(journal_entry::FIELD_ROOM),
            page: BoundedText::with_limit(state::ROOM.max(json_line::ROOM)),
        };
        (book, lacking)
    }

    /// Says, before the first sample, what this machine fills at most in a second: a recording needs it to be judged by.
    pub fn begin(&self, fill_rate: Bytes, now: SystemTime) {
        if let Some(recorder) = &self.recorder {
            recorder.begin(fill_rate, now);
        }
    }

    /// The pipes or terminals at whose other end somebody reads along.
    pub fn read_along(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let people = self.people.as_ref().map(|(outlet, _)| outlet);
        people.into_iter().chain(&self.programs).map(Outlet::file)
    }

    /// Whether samples are kept.
    pub fn records(&self) -> bool {
        self.recorder.is_some()
    }

    /// Looks at each sample, told or not.
    pub fn see(&mut self, sample: &Sample) {
        self.waiting.see(sample);
        self.sample = *sample;
        let Some(recorder) = &self.recorder else { return };
        let now = SystemTime::now();
        recorder.take(sample, now);
        let failing = recorder.failing();
        self.state.counts.lost = self.state.counts.lost.saturating_add(recorder.take_lost());
        let was_failing = std::mem::replace(&mut self.is_failing.recorder, failing.is_some());
        if let Some(error) = failing.filter(|_| !was_failing) {
            self.cannot_write(now, "recording", error);
        }
    }

    /// Who is there: to be set when a victim is chosen, before the first event that is about it.
    pub fn scene(&mut self) -> &mut Scene {
        &mut self.scene
    }

    /// An event with what is known around it, for hooks.
    pub fn telling<'a>(&'a self, event: &'a Event<'a>) -> Telling<'a> {
        let waiting = self.waiting.until(&event.sample);
        Telling { event, scene: &self.scene, before: self.told, waiting }
    }

    /// What was done so far.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Writes an event in every form that somebody here reads, and tells nobody: what that needs of memory is there afterwards.
    pub fn rehearse(&mut self, event: &Event<'_>) {
        let waiting = self.waiting.until(&event.sample);
        let telling = Telling { event, scene: &self.scene, before: self.told, waiting };
        self.story.clear();
        story::write(&telling, None, &mut self.story);
        self.page.clear();
        if self.programs.is_some() {
            json_line::write(&telling, &mut self.page);
        }
        if self.journal.is_some() {
            self.page.clear();
            journal_entry::write(&telling, &self.story, &mut self.field, &mut self.page);
        }
        self.state.rehearse(&telling);
        if self.state_file.is_some() {
            self.state.write(&mut self.page);
        }
    }

    /// Tells an event to everybody. It waits for nobody, so that it can be told before a signal is sent; files are left to [`tend`](Self::tend).
    pub fn tell(&mut self, event: &Event<'_>) {
        self.tell_once(event);
        self.complain(event);
        self.told = Some(event.sample.available);
    }

    fn tell_once(&mut self, event: &Event<'_>) {
        let waiting = self.waiting.until(&event.sample);
        let telling = Telling { event, scene: &self.scene, before: self.told, waiting };
        self.has_news |= self.state.note(&telling);
        if let Some((outlet, width)) = &mut self.people {
            self.story.clear();
            story::write(&telling, *width, &mut self.story);
            outlet.write(self.story.as_bytes());
        }
        if let Some(outlet) = &mut self.programs {
            self.page.clear();
            json_line::write(&telling, &mut self.page);
            outlet.write(self.page.as_bytes());
        }
        if self.journal.is_some() || self.log.is_some() {
            self.story.clear();
            story::write(&telling, None, &mut self.story);
            self.tell_the_log(event);
        }
    }

    /// The journal, or, where that does not listen, the log. The story is written already.
    fn tell_the_log(&mut self, event: &Event<'_>) {
        let waiting = self.waiting.until(&event.sample);
        let telling = Telling { event, scene: &self.scene, before: self.told, waiting };
        self.page.clear();
        if let Some(journal) = &self.journal {
            journal_entry::write(&telling, &self.story, &mut self.field, &mut self.page);
            let sent = journal.send(self.page.as_bytes());
            self.is_failing.journal = sent.is_err();
            if sent.is_ok() {
                return;
            }
            self.state.counts.lost = self.state.counts.lost.saturating_add(1);
            self.page.clear();
        }
        if let Some(log) = &mut self.log {
            story::write_with_priority(&telling, &self.story, &mut self.page);
            log.write(self.page.as_bytes());
            // Nobody is left who could be told that it failed.
            if let Some((count, _)) = log.take_lost() {
                self.state.counts.lost = self.state.counts.lost.saturating_add(count);
            }
        }
    }

    /// Where somebody could not be told any more, that is said once, to the others.
    fn complain(&mut self, event: &Event<'_>) {
        let people = self.people.as_mut().and_then(|(outlet, _)| outlet.take_lost());
        let programs = self.programs.as_mut().and_then(Outlet::take_lost);
        let was = self.is_failing;
        self.is_failing.people = people.is_some();
        self.is_failing.programs = programs.is_some();
        let lost = [(people, was.people, "people"), (programs, was.programs, "programs")];
        for (lost, was_failing, who) in lost {
            let Some((count, error)) = lost else { continue };
            self.state.counts.lost = self.state.counts.lost.saturating_add(count);
            if !was_failing {
                self.error(
                    event,
                    format_args!("cannot write the lines for {who}: {}; it goes on", Refusal(error)),
                );
            }
        }
    }

    fn error(&mut self, event: &Event<'_>, what: Arguments<'_>) {
        let error = Event { happened: Happened::Error(what), ..*event };
        self.tell_once(&error);
    }

    /// Writes the files where there is news. To be called when nothing is more urgent: a file needs memory from the kernel, and its disk may
    /// be slow. Hence metrics wait until the level is better than critical.
    pub fn tend(&mut self, now: SystemTime) {
        let is_due = self.metrics_at.is_none_or(|at| self.sample.at.saturating_sub(at) >= METRICS_EVERY);
        let has_news = std::mem::take(&mut self.has_news);
        if has_news {
            let written = self.write_state(now);
            let was_failing = std::mem::replace(&mut self.is_failing.state, written.is_err());
            self.judge(now, "state", written, was_failing);
        }
        if self.state.level < Level::Critical && (has_news || is_due) {
            let written = self.write_metrics(now);
            let was_failing = std::mem::replace(&mut self.is_failing.metrics, written.is_err());
            self.judge(now, "metrics", written, was_failing);
        }
    }

    fn judge(&mut self, now: SystemTime, which: &str, written: Result<(), Errno>, was_failing: bool) {
        let Err(error) = written else { return };
        self.state.counts.lost = self.state.counts.lost.saturating_add(1);
        if !was_failing {
            self.cannot_write(now, which, error);
        }
    }

    fn cannot_write(&mut self, now: SystemTime, which: &str, error: Errno) {
        let what = format_args!("cannot write the file of the {which}: {}; it goes on", Refusal(error));
        let (sample, level, is_dry_run) = (self.sample, self.state.level, self.state.dry_run);
        self.tell_once(&Event { happened: Happened::Error(what), time: now, sample, level, is_dry_run });
    }

    fn write_state(&mut self, now: SystemTime) -> Result<(), Errno> {
        let Some(file) = &self.state_file else { return Ok(()) };
        self.state.time = super::record::moment(now);
        self.state.write(&mut self.page);
        file.write(self.page.as_bytes())
    }

    fn write_metrics(&mut self, now: SystemTime) -> Result<(), Errno> {
        let Some(file) = &self.metrics_file else { return Ok(()) };
        self.metrics_at = Some(self.sample.at);
        metrics::write(&self.state, &self.sample, self.waiting.until(&self.sample), now, &mut self.page);
        file.write(self.page.as_bytes())
    }
}
