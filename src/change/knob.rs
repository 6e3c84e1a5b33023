//! A knob of the running kernel that is set.

use serde::{Deserialize, Serialize};

use crate::exit::{Exit, Fault};
use crate::sysctl::{coupled, names};

use super::changes::{Change, Why, knob_name};
use super::fault;
use super::machine::Kernel;
use super::value;

/// Which the kernel computes anew when huge pages are switched, and raises on its own.
const RECOMPUTED: &str = "/proc/sys/vm/min_free_kbytes";

const HUGE_PAGES: &str = "/sys/kernel/mm/transparent_hugepage/";

/// More than the kernel moves along with any knob.
const MOST_COMPANIONS: usize = 8;

/// Sets a knob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Record")]
pub struct KnobChange {
    /// The path of its file.
    pub target: String,
    /// Its value before.
    pub before: String,
    /// The value that it shall have.
    pub after: String,
    /// The knobs that the kernel moves along with it.
    pub companions: Vec<Companion>,
    /// Why.
    #[serde(flatten)]
    pub why: Why,
}

/// A knob that the kernel moves when another one is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Companion {
    /// The path of its file.
    pub target: String,
    /// Its value before.
    pub before: String,
    /// The value that it shall have, or was left with; `None` where the kernel may choose.
    #[serde(default)]
    pub after: Option<String>,
}

impl KnobChange {
    /// What gives the knob at `path` the value `after`; `None` where it has it.
    pub(super) fn new(kernel: &dyn Kernel, path: &str, after: &str, why: Why) -> Result<Option<Self>, Fault> {
        let before = read(kernel, path)?;
        if value::same(path, &before, after) {
            return Ok(None);
        }
        let mut companions = Vec::new();
        for target in companions_of(path) {
            // A kernel that lacks the companion moves none.
            let value = kernel.read(&target).map_err(fault::on_reading)?;
            let before = value.map(|text| value::selected(&text).to_owned());
            companions.extend(before.map(|before| Companion { target, before, after: None }));
        }
        let (target, after) = (path.to_owned(), after.trim().to_owned());
        Ok(Some(Self { target, before, after, companions, why }))
    }

    /// Whether the knob, and the twin that it would unset, are what the plan found.
    pub(super) fn is_as_before(&self, kernel: &dyn Kernel) -> Result<bool, Fault> {
        let twins = self.companions.iter().filter(|companion| !Self::is_recomputed(&companion.target));
        let mut all = vec![(&self.target, &self.before)];
        all.extend(twins.map(|twin| (&twin.target, &twin.before)));
        for (target, before) in all {
            if has_drifted(target, before, &read(kernel, target)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Notes what the companions, and a knob that the kernel moves on its own, are right now.
    pub(super) fn refresh(&mut self, kernel: &dyn Kernel) -> Result<(), Fault> {
        if Self::is_recomputed(&self.target) {
            self.before = read(kernel, &self.target)?;
        }
        for companion in &mut self.companions {
            companion.before = read(kernel, &companion.target)?;
        }
        Ok(())
    }

    /// Notes where the kernel left the companions.
    pub(super) fn conclude(&mut self, kernel: &dyn Kernel) -> Result<(), Fault> {
        for companion in &mut self.companions {
            companion.after = Some(read(kernel, &companion.target)?);
        }
        Ok(())
    }

    /// Whether the kernel computes the companion `target` anew by itself, so that another value need not be somebody's.
    pub(super) fn is_recomputed(target: &str) -> bool {
        target == RECOMPUTED
    }
}

/// The value of a knob that must be there.
pub(super) fn read(kernel: &dyn Kernel, path: &str) -> Result<String, Fault> {
    let text = kernel.read(path).map_err(fault::on_reading)?;
    let absent = || {
        Fault::new(Exit::Failed, format!("this kernel has no `{}`", knob_name(path)))
            .hint(format!("`{path}` is not there"))
    };
    text.map(|text| value::selected(&text).to_owned()).ok_or_else(absent)
}

/// Whether a knob that should be `expected` was set by somebody else.
pub(super) fn has_drifted(path: &str, expected: &str, current: &str) -> bool {
    !value::same(path, expected, current)
}

/// Whether the kernel may have raised the knob beyond `expected`, as it does with its reserve when huge pages are switched. The
/// value alone does not tell that from an administrator's: who asks knows that they were switched.
pub(super) fn is_raised(path: &str, expected: &str, current: &str) -> bool {
    let amount = |text: &str| text.trim().parse::<u64>().ok();
    path == RECOMPUTED && amount(current) > amount(expected)
}

/// Whether one of `changes` makes the kernel compute its reserve anew.
pub(super) fn switches_huge_pages(changes: &[Change]) -> bool {
    changes.iter().any(|change| matches!(change, Change::Knob(knob) if is_huge_page_switch(&knob.target)))
}

fn is_huge_page_switch(path: &str) -> bool {
    path.starts_with(HUGE_PAGES) && !path.contains("/khugepaged/")
}

fn companions_of(path: &str) -> Vec<String> {
    let twin = names::key_of_path(path).and_then(|key| coupled::twin(&key)).map(names::path_of);
    twin.into_iter().chain(is_huge_page_switch(path).then(|| RECOMPUTED.to_owned())).collect()
}

fn is_knob(path: &str) -> bool {
    let is_below = path.starts_with("/proc/sys/") || path.starts_with("/sys/");
    is_below && path.split('/').all(|name| !matches!(name, "." | ".."))
}

#[derive(Deserialize)]
struct Record {
    target: String,
    before: String,
    after: String,
    #[serde(default)]
    companions: Vec<Companion>,
    #[serde(flatten)]
    why: Why,
}

impl TryFrom<Record> for KnobChange {
    type Error = String;

    fn try_from(record: Record) -> Result<Self, String> {
        let Record { target, before, after, companions, why } = record;
        if companions.len() > MOST_COMPANIONS {
            return Err(format!("`{target}` has more than {MOST_COMPANIONS} companions"));
        }
        let stray = companions.iter().map(|one| &one.target).chain([&target]).find(|one| !is_knob(one));
        if let Some(stray) = stray {
            return Err(format!("`{stray}` is no knob of the kernel"));
        }
        Ok(Self { target, before, after, companions, why })
    }
}
