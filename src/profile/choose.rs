//! Which of a profile's settings apply to this machine, and to what values they come.

use crate::facts::readings::Readings;
use crate::host::Lacking;

use super::agree::{Candidate, subject};
use super::condition::first_missing;
use super::formula::{self, Scaled};
use super::model::{Amount, Setting};
use super::running;
use super::sized::{LeftOut, Numbers};

/// What came of the settings of all profiles.
#[derive(Default)]
pub(super) struct Choice<'p> {
    /// The candidates of each subject, in the order in which the profiles first name it; one a profile.
    pub(super) subjects: Vec<Vec<Candidate<'p>>>,
    pub(super) left_out: Vec<LeftOut>,
}

/// Chooses among `settings`: of those of one profile for one subject the first whose conditions hold.
pub(super) fn choose<'p>(
    settings: &'p [Setting],
    readings: &Readings<'_>,
    numbers: Numbers,
) -> Result<Choice<'p>, Failure<'p>> {
    let mut choice = Choice::default();
    let mut passed: Vec<(&Setting, String)> = Vec::new();
    for setting in settings {
        let failed = |lacking| Failure { setting, lacking };
        if choice.has_one_of(setting) {
            continue;
        }
        if let Some(why) = why_not(setting, readings, numbers).map_err(failed)? {
            passed.push((setting, why));
            continue;
        }
        if numbers == Numbers::Literal
            && setting.literal.is_none()
            && has_literal_sibling(settings, setting, readings)
        {
            continue;
        }
        choice.add(candidate(setting, readings, numbers).map_err(failed)?);
    }
    for (setting, why) in passed {
        if !choice.speaks_for(setting) {
            choice.left_out.push(LeftOut {
                target: setting.target.to_string(),
                why,
                profile: setting.profile.clone(),
            });
        }
    }
    choice.left_out.dedup();
    Ok(choice)
}

/// A fact that is lacking, and the setting that asked for it.
pub(super) struct Failure<'p> {
    pub(super) setting: &'p Setting,
    pub(super) lacking: Lacking,
}

impl<'p> Choice<'p> {
    fn candidates(&self) -> impl Iterator<Item = &Candidate<'p>> {
        self.subjects.iter().flatten()
    }

    fn has_one_of(&self, setting: &Setting) -> bool {
        let is_sibling = |one: &Candidate<'_>| is_sibling(one.setting, setting);
        self.candidates().any(is_sibling)
    }

    /// Whether a candidate takes the place of a setting that was passed over. What only the source document says is told even
    /// where the knob's twin is set.
    fn speaks_for(&self, setting: &Setting) -> bool {
        let is_same = |one: &Candidate<'_>| {
            one.setting.target == setting.target || setting.amount != Amount::LiteralOnly
        };
        self.candidates().any(|one| is_sibling(one.setting, setting) && is_same(one))
    }

    fn add(&mut self, candidate: Candidate<'p>) {
        let name = subject(&candidate.setting.target);
        let is_known = |known: &&mut Vec<Candidate<'_>>| {
            known.first().is_some_and(|first| subject(&first.setting.target) == name)
        };
        match self.subjects.iter_mut().find(is_known) {
            Some(known) => known.push(candidate),
            None => self.subjects.push(vec![candidate]),
        }
    }
}

fn is_sibling(one: &Setting, other: &Setting) -> bool {
    one.profile == other.profile && subject(&one.target) == subject(&other.target)
}

/// The source document may count in the knob's twin: then its own number is the one that was asked for.
fn has_literal_sibling(settings: &[Setting], setting: &Setting, readings: &Readings<'_>) -> bool {
    let is_wanted = |one: &&Setting| is_sibling(one, setting) && one.literal.is_some();
    settings.iter().filter(is_wanted).any(|one| matches!(why_not(one, readings, Numbers::Literal), Ok(None)))
}

/// Why a setting is not written here; `None` where it is.
fn why_not(setting: &Setting, readings: &Readings<'_>, numbers: Numbers) -> Result<Option<String>, Lacking> {
    if let Some(why) = first_missing(&setting.when, readings)? {
        return Ok(Some(why));
    }
    if running::is_unknown_to_kernel(&setting.target, readings) {
        return Ok(Some("this kernel has no such knob".to_owned()));
    }
    let is_document_only = setting.amount == Amount::LiteralOnly && numbers == Numbers::Scaled;
    Ok(is_document_only.then(|| {
        let (literal, effect) =
            (setting.literal.as_deref().unwrap_or_default(), setting.effect.as_deref().unwrap_or_default());
        format!("{literal}, as documented: {effect} `--literal` writes it")
    }))
}

fn candidate<'p>(
    setting: &'p Setting,
    readings: &Readings<'_>,
    numbers: Numbers,
) -> Result<Candidate<'p>, Lacking> {
    let literal = setting.literal.as_ref().filter(|_| numbers == Numbers::Literal);
    let (Scaled { value, workings }, is_literal) = match (literal, &setting.amount) {
        (Some(literal), _) => (fixed(literal), true),
        (None, Amount::Fixed(value)) => (fixed(value), false),
        (None, Amount::Scaled(scale)) => (formula::value(scale, &setting.target, readings)?, false),
        // Was left out before: without a literal there is none such, and with scaled numbers it is not asked for.
        (None, Amount::LiteralOnly) => (fixed(""), false),
    };
    Ok(Candidate { setting, value, workings, is_literal })
}

fn fixed(value: &str) -> Scaled {
    Scaled { value: value.to_owned(), workings: Vec::new() }
}
