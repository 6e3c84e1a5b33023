//! One look without a watchdog: who would be ended now, and why. It may allocate.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::sys::bounded_text::BoundedText;
use crate::sys::bytes::Bytes;
use crate::sys::kernel_file::KernelFile;
use crate::watch::account::event::{Event, Happened, Reason};
use crate::watch::account::scene::Scene;
use crate::watch::account::telling::Telling;
use crate::watch::account::{json_line, story};
use crate::watch::census::{Capacities, Census, Counted, Places};
use crate::watch::level::Level;
use crate::watch::meter::Meter;
use crate::watch::policy::Policy;
use crate::watch::policy::decision::{Cause, Outstanding};
use crate::watch::ranking::{self, Ranking, Rules};
use crate::watch::sample::Sample;
use crate::watch::settings::Settings;

use super::reasons::reason;

/// It is needed for how long a watchdog may sleep, which nobody asks here.
const ANY_RATE: Bytes = Bytes(1 << 30);

/// The first process, which is spared whoever watches.
const FIRST_PROCESS: u32 = 1;

/// How memory stands, and who would be ended if that were too little.
#[derive(Debug)]
pub struct Explanation {
    time: SystemTime,
    sample: Sample,
    level: Level,
    reason: Reason,
    grace: Duration,
    scene: Scene,
    unseen: Vec<String>,
}

/// Looks at the machine. `watchdog`: the one that runs, whose own processes are spared.
///
/// # Errors
/// Says what it cannot do without, and why that is not to be had.
pub fn explain(settings: &Settings, watchdog: Option<u32>) -> io::Result<Explanation> {
    let sample = Meter::open()?.sample()?;
    let decision = Policy::new(settings, ANY_RATE).step(&sample, Outstanding::Nobody);
    // Where nobody would be ended yet, what is told is the bound from which on somebody would be.
    let level = decision.level.max(Level::Critical);
    let cause = decision.cause.filter(|_| decision.level == level).unwrap_or(Cause::Memory);
    let places = Places { processes: Path::new("/proc"), groups: Path::new("/sys/fs/cgroup") };
    let capacities = Capacities::default();
    let watchdog = watchdog.unwrap_or(FIRST_PROCESS);
    let mut census = Census::new(places, capacities, watchdog).map_err(io::Error::other)?;
    let mut ranking = Ranking::new(capacities.jobs);
    let rules = Rules::new(&settings.rules);
    let counted = ranking::choose(&mut census, &mut ranking, &rules, &sample, &[], None);
    let counted = counted.map_err(io::Error::other)?;
    Ok(Explanation {
        time: SystemTime::now(),
        sample,
        level: decision.level,
        reason: reason(cause, level, settings, &sample),
        grace: settings.kill.grace,
        scene: scene(&census, &ranking),
        unseen: unseen(&census, &counted),
    })
}

/// Who was there when the last choice was made.
pub(super) fn take_down(census: &Census, ranking: &Ranking, scene: &mut Scene) {
    let jobs = census.jobs();
    let walk = ranking.ranked().iter().filter_map(|one| Some((jobs.get(one.job as usize)?, one.verdict)));
    let members = ranking.chosen().into_iter().flat_map(|job| census.members(job));
    scene.set(walk, members, census.processes().iter());
}

fn scene(census: &Census, ranking: &Ranking) -> Scene {
    let mut scene = Scene::default();
    take_down(census, ranking, &mut scene);
    scene
}

fn unseen(census: &Census, counted: &Counted) -> Vec<String> {
    let mut unseen = Vec::new();
    if KernelFile::open("/proc/1/stat").is_err() {
        unseen.push("/proc hides the processes of others: only root sees all".to_owned());
    }
    if census.version().is_none() {
        unseen.push(
            "control groups tell nothing here: jobs are made of processes and what they started".to_owned(),
        );
    }
    let counts = [
        (counted.unread, "processes had gone or could not be read"),
        (counted.left_out_processes, "processes did not fit into the tables"),
        (counted.left_out_jobs, "jobs did not fit into the tables, all smaller than those that did"),
        (counted.left_out_groups, "control groups did not fit into the tables"),
        (counted.unseen_swap, "processes may hold something in swap and were not looked at"),
    ];
    unseen
        .extend(counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    unseen
}

impl Explanation {
    /// The level that holds; below critical nobody is ended.
    pub fn level(&self) -> Level {
        self.level
    }

    /// What could not be seen, in fragments.
    pub fn unseen(&self) -> &[String] {
        &self.unseen
    }

    /// The account for people, in lines of at most `width` columns where one is given.
    pub fn story(&self, width: Option<usize>) -> String {
        self.told(story::ROOM, |telling, text| story::write(telling, width, text))
    }

    /// The account for programs: one line, which is JSON.
    pub fn line(&self) -> String {
        self.told(json_line::ROOM, json_line::write)
    }

    fn told(&self, room: usize, write: impl FnOnce(&Telling<'_>, &mut BoundedText)) -> String {
        let (reason, grace) = (self.reason, self.grace);
        let happened = match self.level {
            Level::Redline => Happened::Kill { reason, ignored_for: None },
            _ => Happened::Term { reason, grace },
        };
        let (time, sample, level) = (self.time, self.sample, self.level);
        let event = Event { happened, time, sample, level, is_dry_run: true };
        let telling = Telling { event: &event, scene: &self.scene, before: None, waiting: None };
        let mut text = BoundedText::with_limit(room);
        write(&telling, &mut text);
        text.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_explained() {
        let explanation = explain(&Settings::default(), None).unwrap();
        let story = explanation.story(Some(80));
        assert!(story.contains("looking for a job to end:"), "{story}");
        assert!(story.contains("(skip)") || story.contains("*KILL*"), "{story}");
        assert!(
            story.contains("would ask") || story.contains("would kill") || story.contains("there is no job"),
            "{story}"
        );
        let line = explanation.line();
        assert_eq!(line.matches('\n').count(), 1);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["dry_run"], &line["level"]), (&true.into(), &explanation.level().name().into()));
        assert!(line["limits"]["available"].as_u64().is_some_and(|bound| bound > 0), "{line}");
    }

    #[test]
    fn what_a_rule_protects_is_passed_over() {
        let protect = crate::watch::settings::Rule {
            action: crate::watch::settings::Action::Protect,
            unit: None,
            command: Some("*".to_owned()),
            user: None,
            group: None,
        };
        let settings = Settings { rules: vec![protect], ..Settings::default() };
        let explanation = explain(&settings, Some(std::process::id())).unwrap();
        let story = explanation.story(None);
        assert!(
            !story.contains("*KILL*") && story.ends_with("there is no job that may be ended\n"),
            "{story}"
        );
    }
}
