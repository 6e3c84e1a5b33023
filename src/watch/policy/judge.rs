//! The policy as a whole: what a sample shows, what of it is told, and what is done.

use std::time::Duration;

use crate::sys::bytes::Bytes;
use crate::watch::level::Level;
use crate::watch::lines::{Lines, Thresholds};
use crate::watch::sample::Sample;
use crate::watch::settings::Settings;

use super::counting::Counting;
use super::decision::{Act, Cause, Decision, Forecast, Outstanding};
use super::gpu::Gpu;
use super::growth::Growth;
use super::ladder::Ladder;
use super::pace::{Pace, SHORTEST};
use super::sound::sound;
use super::thrash::Thrash;
use super::turn::Turn;

/// After so many milliseconds without a look, three of the longest sleeps, nothing follows from what was seen before.
const GAP: u64 = 30_000;
/// The sleep after a sample that says nothing.
const BLIND: Duration = Duration::from_secs(1);

/// Judges samples, one after the other.
#[derive(Clone, Debug)]
pub struct Policy {
    thresholds: Thresholds,
    thrash: Thrash,
    gpu: Gpu,
    growth: Growth,
    ladder: Ladder,
    turn: Turn,
    counting: Counting,
    last: Option<u64>,
    /// What memory and swap showed last, debounced.
    memory: Level,
    cause: Option<Cause>,
    simulated: Option<Level>,
    /// Swap was being turned off at the last look.
    lost_swap: bool,
}

/// A level, and the rule that makes it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reached {
    level: Level,
    cause: Cause,
}

/// What one sample shows.
struct Seen {
    sample: Sample,
    lines: Lines,
    outstanding: Outstanding,
    /// To the letter: what is done hangs on this.
    exactly: Reached,
    /// Debounced: what is told hangs on this.
    debounced: Reached,
    /// What can be filled before a job must go.
    room: Bytes,
    forecast: Forecast,
}

impl Policy {
    /// A policy that has seen nothing. `fill_rate`: what this machine fills in a second at most, as it was measured.
    pub fn new(settings: &Settings, fill_rate: Bytes) -> Self {
        Self {
            thresholds: Thresholds::of(settings),
            thrash: Thrash::new(settings.thrash),
            gpu: Gpu::new(settings.gpu_percent),
            growth: Growth::new(fill_rate),
            ladder: Ladder::new(settings.calm),
            turn: Turn::new(settings.kill.settle),
            counting: Counting::default(),
            last: None,
            memory: Level::Normal,
            cause: None,
            simulated: None,
            lost_swap: false,
        }
    }

    /// From here on other settings hold. The level that was told, and what is known of memory's falls, stay.
    pub fn set(&mut self, settings: &Settings) {
        self.thresholds = Thresholds::of(settings);
        self.thrash.set(settings.thrash);
        self.gpu = Gpu::new(settings.gpu_percent);
        self.ladder.set_calm(settings.calm);
        self.turn.set_settle(settings.kill.settle);
    }

    /// The next step sees this level, whatever the sample shows; once, and as soon as no victim is on its way out.
    pub fn simulate(&mut self, level: Level) {
        self.simulated = Some(level);
    }

    /// What the next step will see, where somebody asked for it.
    pub fn simulated(&self) -> Option<Level> {
        self.simulated
    }

    /// Nobody could be chosen when a step asked for it, or nothing was done on purpose: the next try waits longer.
    pub fn had_nobody(&mut self) {
        self.turn.had_nobody();
    }

    /// Who was chosen holds nothing that could come back: it is not the one victim that is tried where others' ends may not help either.
    pub fn took_nothing(&mut self) {
        self.turn.took_nothing();
    }

    /// The level that was told last.
    pub fn level(&self) -> Level {
        self.ladder.level()
    }

    /// The most that this machine may fill, in bytes a second.
    pub fn fastest(&self) -> Bytes {
        self.growth.fastest()
    }

    /// Judges a sample. `outstanding`: what has become of the job that was chosen last.
    pub fn step(&mut self, sample: &Sample, outstanding: Outstanding) -> Decision {
        let Some(sample) = sound(sample) else { return self.blind(outstanding) };
        self.follow_the_clock(sample.at);
        self.growth.see(&sample);
        self.follow_the_swap(sample.loses_swap);
        let seen = self.look(sample, outstanding);
        let before = self.tell(&seen);
        let act = self.act(&seen);
        Decision {
            level: self.ladder.level(),
            cause: self.cause,
            before,
            present: seen.debounced.level,
            act,
            sleep: self.sleep(&seen, act),
            forecast: seen.forecast,
        }
    }

    /// What follows from a sample that says nothing.
    fn blind(&self, outstanding: Outstanding) -> Decision {
        Decision {
            level: self.ladder.level(),
            cause: self.cause,
            before: None,
            present: self.memory,
            act: Act::Nothing,
            sleep: if outstanding == Outstanding::Nobody { BLIND } else { SHORTEST },
            forecast: Forecast::default(),
        }
    }

    /// The watchdog may have been stopped for a while, and a recording may go on after a boot.
    fn follow_the_clock(&mut self, at: u64) {
        let last = self.last.replace(at).unwrap_or(at);
        if at < last {
            self.thrash.clear();
            self.turn.restart(at);
            self.counting.restart();
        }
        if at < last || at - last > GAP {
            self.growth.clear();
            self.ladder.restart(at);
        }
    }

    /// Whoever was taken before swap began to be turned off says nothing of whether another one helps.
    fn follow_the_swap(&mut self, loses_swap: bool) {
        let lost_it = std::mem::replace(&mut self.lost_swap, loses_swap);
        if loses_swap && !lost_it {
            self.turn.took_nothing();
        }
    }

    fn look(&mut self, sample: Sample, outstanding: Outstanding) -> Seen {
        let lines = self.thresholds.lines(sample.total, sample.swap_total);
        let is_over = outstanding == Outstanding::Nobody;
        let thrash = self.thrash.step(&sample, &lines, !is_over);
        let simulated = if is_over { self.simulated.take() } else { None };
        let reached = |memory, gpu| {
            let critical = |holds| if holds { Level::Critical } else { Level::Normal };
            let others = [(Cause::Thrash, critical(thrash)), (Cause::Gpu, critical(gpu))];
            let simulated = simulated.map(|level| (Cause::Simulated, level));
            let worse = |worst: Reached, (cause, level)| {
                if level > worst.level { Reached { level, cause } } else { worst }
            };
            others.into_iter().chain(simulated).fold(Reached { level: memory, cause: Cause::Memory }, worse)
        };
        self.memory = lines.debounced(&sample, self.memory);
        let exactly = reached(lines.level(&sample), self.gpu.is_too_much(&sample));
        let debounced = reached(self.memory, self.gpu.debounced(&sample));
        let room = lines.critical.room(&sample);
        let room = self.gpu.room(&sample).map_or(room, |gpu| gpu.min(room));
        let forecast = Forecast {
            warning: self.growth.time_for(lines.warning.room(&sample)),
            critical: self.growth.time_for(room),
            redline: self.growth.time_for(lines.redline.room(&sample)),
        };
        Seen { sample, lines, outstanding, exactly, debounced, room, forecast }
    }

    /// Gives the level before, where another one is told now.
    fn tell(&mut self, seen: &Seen) -> Option<Level> {
        let before = self.ladder.step(seen.sample.at, seen.debounced.level);
        if self.ladder.level() == Level::Normal {
            self.cause = None;
        } else if self.ladder.level() == seen.debounced.level {
            self.cause = Some(seen.debounced.cause);
        }
        before
    }

    fn act(&mut self, seen: &Seen) -> Act {
        let Reached { level, cause } = seen.exactly;
        let at = seen.sample.at;
        if seen.is_well_over() || self.ladder.level() < Level::Critical {
            self.turn.is_over();
        }
        if seen.outstanding != Outstanding::Nobody {
            self.turn.had_somebody();
        }
        match seen.outstanding {
            Outstanding::Asked if seen.lines.redline.is_reached(&seen.sample) => return Act::Hasten,
            Outstanding::Asked | Outstanding::Leaving => return Act::Nothing,
            Outstanding::Nobody => {}
        }
        let is_asked_for = cause == Cause::Simulated;
        if level >= Level::Critical && (is_asked_for || self.turn.is_there(at, level, seen.is_hopeless())) {
            self.turn.take(at, level);
            self.counting.done(at);
            return if level == Level::Redline { Act::End(cause) } else { Act::Ask(cause) };
        }
        let is_low = seen.debounced.level > Level::Normal || seen.is_low();
        if self.counting.is_due(at, is_low, seen.forecast.critical) {
            self.counting.done(at);
            return Act::Count;
        }
        Act::Nothing
    }

    fn sleep(&self, seen: &Seen, act: Act) -> Duration {
        let Seen { sample, lines, .. } = seen;
        let room = match seen.exactly.level {
            Level::Normal | Level::Warning => seen.room,
            Level::Critical => lines.redline.room(sample),
            // It gets no worse.
            Level::Redline => Bytes(u64::MAX),
        };
        let must_take = seen.exactly.level >= Level::Critical
            && seen.exactly.cause != Cause::Simulated
            && self.turn.is_there(u64::MAX, seen.exactly.level, seen.is_hopeless());
        let pace = Pace {
            room,
            fastest: self.growth.fastest(),
            is_outstanding: act.takes_a_job() || seen.outstanding != Outstanding::Nobody,
            is_low: seen.is_low(),
            thrash: self.thrash.patience(sample, lines, self.growth.fastest()),
            calm: self.ladder.left(sample.at),
            turn: must_take.then(|| self.turn.left(sample.at)),
        };
        pace.sleep()
    }
}

impl Seen {
    /// Memory alone is where a job must go; only swap stands between.
    fn is_low(&self) -> bool {
        self.sample.available <= self.lines.critical.available
    }

    /// A job that went has helped: there is a fiftieth of all memory to the line.
    fn is_well_over(&self) -> bool {
        self.exactly.level < Level::Critical && self.room >= Bytes(self.sample.total.0 / 50)
    }

    /// More than half of what is used comes back by no kill, or none may: while swap is being turned off, who ends may not let go of his
    /// memory.
    fn is_hopeless(&self) -> bool {
        self.sample.loses_swap
            || self.sample.pinned > Bytes(self.sample.total.less(self.sample.available).0 / 2)
    }
}
