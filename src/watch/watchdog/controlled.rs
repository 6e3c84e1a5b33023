//! What callers ask for over the socket, and what SIGHUP asks for.

use std::fmt::Write;
use std::time::SystemTime;

use crate::watch::account::event::Happened;
use crate::watch::configuration::Bounds;
use crate::watch::controls::{self, Answer, Memory, Request, Status};
use crate::watch::level::Level;

use super::start::Watchdog;
use super::tenants::Tenant;

impl Watchdog {
    /// Hears and answers callers, as far as that goes without waiting.
    pub(super) fn serve(&mut self, now: u64) {
        let Some(mut controls) = self.controls.take_if(|_| self.woken.controls) else { return };
        controls.serve(now);
        while let Some((caller, request)) = controls.next_request() {
            let answer = self.answer(request, now);
            controls.answer(caller, &answer, now);
        }
        self.controls = Some(controls);
    }

    fn answer(&mut self, request: Request, now: u64) -> Answer {
        match request {
            Request::Status => Answer::Status(self.status(now)),
            Request::Start => {
                self.is_running = true;
                Answer::done("it acts again")
            }
            Request::Stop => {
                self.is_running = false;
                Answer::done("it looks on, and ends nobody until `memtune watch start`")
            }
            Request::Print(prints) => {
                self.prints = prints;
                Answer::done(if prints { "each look is told" } else { "looks are not told any more" })
            }
            Request::Lowmem { dry_run } => {
                self.shows_only = dry_run;
                self.policy.simulate(Level::Critical);
                self.tell(Happened::Simulate);
                Answer::done("memory is taken for short at the next look")
            }
            Request::Reload => match self.read_settings_anew() {
                Ok(()) => Answer::done("the settings were read anew"),
                Err(why) => Answer::refused(&why),
            },
        }
    }

    /// Reads the settings again; wrong ones are refused, and the old ones go on.
    pub(super) fn read_settings_anew(&mut self) -> Result<(), String> {
        match (self.reload)(&self.file) {
            Ok(settings) => {
                self.policy.set(&settings);
                self.executioner.configure(settings.kill);
                self.rules = crate::watch::ranking::Rules::new(&settings.rules);
                self.tenants = Tenant::all(&settings);
                self.settings = settings;
                self.tell(Happened::Reloaded(None));
                Ok(())
            }
            Err(why) => {
                self.tell(Happened::Reloaded(Some(format_args!("{why}"))));
                Err(why)
            }
        }
    }

    /// The last job that was taken, be it by an earlier watchdog.
    fn last(&self, now: u64) -> Option<controls::Decision> {
        let record = self.book.state().kills.last()?;
        let mut what = controls::Text::new();
        let verb = match (record.killed, record.dry_run) {
            (_, true) => "would have ended",
            (true, false) => "killed",
            (false, false) => "asked to end",
        };
        // A long name is cut.
        let _ = write!(
            what,
            "{verb} {}, which held {}, at {}: {}",
            record.job, record.bytes, record.time, record.reason
        );
        // What an earlier watchdog did, only the clock on the wall knows.
        let on_the_wall = || {
            let time = humantime::parse_rfc3339(&record.time).ok()?;
            SystemTime::now().duration_since(time).ok().map(|ago| ago.as_secs())
        };
        let ago = self.taken.map(|taken| now.saturating_sub(taken) / 1000).or_else(on_the_wall);
        Some(controls::Decision { ago: ago.unwrap_or_default(), what })
    }

    fn status(&self, now: u64) -> Status {
        let (sample, state) = (&self.sample, self.book.state());
        let bounds = Bounds::of(&self.settings, sample.total, sample.swap_total);
        let [_, warning, critical, redline] = state.counts.levels;
        Status {
            pid: std::process::id(),
            running: self.is_running,
            printing: self.prints,
            simulating: self.policy.simulated().is_some(),
            dry_run: self.is_dry_run,
            uptime: now.saturating_sub(self.started) / 1000,
            interval: self.interval,
            level: self.level,
            bounds: bounds.levels,
            reached: [warning, critical, redline],
            memory: Memory {
                total: sample.total,
                available: sample.available,
                swap_total: sample.swap_total,
                swap_free: sample.swap_free,
            },
            kills: state.counts.killed,
            last: self.last(now),
            lacks: self.lacks,
        }
    }
}
