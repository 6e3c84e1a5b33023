//! What the machine makes of limits: control groups of version 1, fewer processors, units that are not there yet.

use crate::facts::cgroups::Arrangement;
use crate::facts::processors;
use crate::facts::unit_property;

use super::restart;
use super::shown_value::amount;
use super::subject::Subject;

/// What is worth knowing about `values` here, in sentences.
pub(super) fn notes(subject: &Subject<'_, '_>, values: &[(String, String)], restarts: bool) -> Vec<String> {
    let mut notes: Vec<String> = [
        old_groups(subject, values),
        processors(subject, values),
        tasks(subject, values),
        nobody_there(subject),
    ]
    .into_iter()
    .flatten()
    .collect();
    let properties: Vec<&str> = values.iter().map(|(property, _)| property.as_str()).collect();
    notes.extend(waiting(subject, &properties).filter(|_| !restarts));
    notes
}

fn old_groups(subject: &Subject<'_, '_>, values: &[(String, String)]) -> Option<String> {
    let arrangement = subject.readings.cgroups().ok()?;
    let is_old = matches!(arrangement, Arrangement::V1 | Arrangement::Hybrid);
    let lost: Vec<&str> = values
        .iter()
        .map(|(property, _)| property.as_str())
        .filter(|one| unit_property::OF_VERSION_2.contains(one))
        .collect();
    (is_old && !lost.is_empty()).then(|| {
        format!(
            "the control groups here are {}: systemd takes {} and does nothing with it; only MemoryMax counts. \
             systemd.unified_cgroup_hierarchy=1 on the kernel's command line changes that",
            arrangement.name(),
            lost.join(", ")
        )
    })
}

fn processors(subject: &Subject<'_, '_>, values: &[(String, String)]) -> Option<String> {
    let quota = value(values, "CPUQuota")?.strip_suffix('%')?.parse::<f64>().ok()?;
    let count = processors::read(subject.host()).ok().filter(|&count| count > 0)?;
    (quota >= count as f64 * 100.0).then(|| {
        format!(
            "CPUQuota={quota}% is no limit on {count} processors, which are {}%",
            count.saturating_mul(100)
        )
    })
}

fn tasks(subject: &Subject<'_, '_>, values: &[(String, String)]) -> Option<String> {
    let most = value(values, "TasksMax")?.parse::<u64>().ok()?;
    let full =
        subject.current.iter().find(|one| one.is_active() && one.tasks.is_some_and(|tasks| tasks >= most))?;
    let tasks = full.tasks.unwrap_or_default();
    Some(format!("{} has {tasks} threads: with TasksMax={most} it can start no more", full.name))
}

fn nobody_there(subject: &Subject<'_, '_>) -> Option<String> {
    let unit = subject.unit.as_str();
    let is_told = subject.manager.can_be_told(subject.host());
    let is_idle = is_told && subject.current.iter().all(|one| !one.is_active());
    match subject.unit.kind() {
        "scope" => Some(format!(
            "a scope ends with its last process: this counts for {unit} now and for whatever has its name later"
        )),
        "slice" if is_idle => Some(format!(
            "nothing is in {unit} now: it counts for units that say Slice={unit}, once they run"
        )),
        _ => None,
    }
}

/// What a running unit gets only when it is started again.
pub(super) fn waiting(subject: &Subject<'_, '_>, properties: &[&str]) -> Option<String> {
    let waiting: Vec<&str> =
        properties.iter().copied().filter(|one| unit_property::waits_for_start(one)).collect();
    let running: Vec<&str> =
        subject.current.iter().filter(|one| one.is_active()).map(|one| one.name.as_str()).collect();
    (!waiting.is_empty() && !running.is_empty()).then(|| {
        let command = restart::typed(subject.manager, &running);
        format!("what runs keeps its {} until it is started again: `{command}`", waiting.join(", "))
    })
}

/// A share of memory in a file follows the machine; said once, with what it is here.
pub(super) fn shares(subject: &Subject<'_, '_>, values: &[(String, String)]) -> Vec<String> {
    let share = |(property, value): &(String, String)| {
        let is_share = property.starts_with("Memory") && value.ends_with('%');
        let here = amount(value, subject.memory).filter(|_| is_share)?;
        Some(format!("{property}={value} is {here} of this machine's memory"))
    };
    values.iter().filter_map(share).collect()
}

fn value<'v>(values: &'v [(String, String)], property: &str) -> Option<&'v str> {
    values.iter().find(|(name, _)| name == property).map(|(_, value)| value.as_str())
}
