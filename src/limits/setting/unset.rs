//! The plan that takes limits of memtune's own away.

use crate::change::{Area, Plan};
use crate::exit::Fault;
use crate::facts::readings::Readings;

use super::super::unit_name::UnitName;
use super::current::Current;
use super::manager::Manager;
use super::own_file::{self, ByHand};
use super::set::{Planning, of_whom, write};
use super::settings::{Planned, Settings};
use super::subject::Subject;
use super::{agreement, asked, drop_in, steps, surroundings, weigh, witness};

/// What shall be taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The unit, as it was typed.
    pub unit: String,
    /// Whose systemd it belongs to.
    pub manager: Manager,
    /// The properties; all of them if none is named.
    pub properties: Vec<String>,
    /// What happens to a drop-in that somebody else has edited.
    pub by_hand: ByHand,
}

/// Plans it.
///
/// # Errors
/// Says what was typed wrongly, that there is no such unit, or what stands in the way.
pub fn plan(readings: &Readings, request: &Request) -> Result<Planning, Fault> {
    let unit = UnitName::parse(&request.unit)?;
    request.properties.iter().try_for_each(|property| asked::property(&unit, property))?;
    let subject = Subject::find(readings, &request.manager, unit)?;
    let own = own_file::read(subject.host(), &subject.path)?;
    let mut plan = Plan::new(title(&subject, &request.properties), Area::Limits);
    own.judge(
        &mut plan,
        request.by_hand,
        "--force takes the limits among that along, and keeps all other lines",
    );
    take_away(&mut plan, &subject, &own.text, &request.properties)?;
    let edited = own.edited.filter(|_| request.by_hand == ByHand::Refused);
    Ok(Planning { plan, edited, unit: subject.unit.as_str().to_owned(), before: Current::default() })
}

fn take_away(plan: &mut Plan, subject: &Subject<'_, '_>, text: &str, named: &[String]) -> Result<(), Fault> {
    let kind = subject.unit.kind();
    let set = drop_in::properties(text, kind);
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let all: Vec<&str> = set.iter().map(String::as_str).collect();
    let going: Vec<&str> = if named.is_empty() { all } else { named };
    let left = drop_in::without(text, &going, kind);
    let after = if drop_in::is_spent(&left) { None } else { Some(left) };
    let planned = Planned::from([(subject.path.clone(), after.clone())]);
    let settings = subject.settings(&planned)?;
    // What goes is either ours or its last line; what somebody else wrote into it is no reason to take the file away.
    if text.is_empty() || after.as_deref() == Some(text) {
        explain_nothing(plan, subject, &going, &settings);
        return Ok(());
    }
    write(plan, subject, after.as_deref())?;
    judge(plan, subject, &settings, &going);
    going.iter().for_each(|property| plan.note(what_counts(property, &settings)));
    surroundings::waiting(subject, &going).into_iter().for_each(|note| plan.note(note));
    if subject.manager.can_be_told(subject.host()) {
        steps::reload(plan, subject.manager);
        if let Some(witness) = witness::any(subject).filter(|_| after.is_none()) {
            steps::prove_gone(plan, subject.manager, &witness, &subject.path);
        }
        steps::reload_afterwards(plan, subject.manager);
    } else {
        steps::note_managers(plan, subject.host(), subject.manager);
    }
    Ok(())
}

/// What counts without ours may be less than what the unit holds; that it is odd in itself is its owner's affair.
fn judge(plan: &mut Plan, subject: &Subject<'_, '_>, settings: &Settings, changed: &[&str]) {
    let Subject { current, readings, manager, .. } = subject;
    let weighed = weigh::weigh_all(settings, changed, current, readings, manager);
    weighed.refused.into_iter().for_each(|(property, why)| plan.refuse(property, why));
    let judged = agreement::judge(settings, changed, subject.memory);
    let odd = judged.refused.into_iter().map(|(property, why)| format!("{property}: {why}"));
    odd.chain(weighed.notes).for_each(|note| plan.note(note));
}

fn title(subject: &Subject<'_, '_>, properties: &[String]) -> String {
    let (unit, whom) = (subject.unit.as_str(), of_whom(subject.manager));
    match properties {
        [] => format!("take away what memtune set for {unit}{whom}"),
        some => format!("take away {} of {unit}{whom}", some.join(", ")),
    }
}

fn explain_nothing(plan: &mut Plan, subject: &Subject<'_, '_>, properties: &[&str], settings: &Settings) {
    let unit = subject.unit.as_str();
    match properties {
        [] => {
            let found = if subject.host().has(&subject.path) { "nothing of it is in" } else { "there is no" };
            plan.note(format!("`memtune limits set` has set nothing for {unit}: {found} `{}`", subject.path));
        }
        some => some.iter().for_each(|property| {
            let who = settings
                .deciding(property)
                .map(|one| format!("; {}:{} says {}", one.file, one.line, one.value));
            plan.note(format!("`{}` does not set {property}{}", subject.path, who.unwrap_or_default()));
        }),
    }
}

fn what_counts(property: &str, settings: &Settings) -> String {
    match settings.deciding(property) {
        Some(one) => format!("{property}={} counts again, as {}:{} says", one.value, one.file, one.line),
        None => format!("nothing else sets {property}: systemd's default counts"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    const OURS: &str = "/etc/systemd/system/llama.service.d/90-memtune.conf";

    fn planned(text: &str, properties: &[&str]) -> Plan {
        let unit = "[Service]\nExecStart=/bin/x\nMemoryMax=20G\n";
        let files = [
            ("/proc/meminfo", "MemTotal: 33554432 kB\nMemAvailable: 30000000 kB\n"),
            ("/etc/systemd/system/llama.service", unit),
            (OURS, text),
        ];
        let (_folder, host) = made_tree(if text.is_empty() { &files[..2] } else { &files });
        let request = Request {
            unit: "llama".to_owned(),
            manager: Manager::System,
            properties: properties.iter().map(|&one| one.to_owned()).collect(),
            by_hand: ByHand::Refused,
        };
        plan(&Readings::new(&host, None), &request).unwrap().plan
    }

    fn ours() -> String {
        drop_in::header("llama.service") + "\n[Service]\nMemoryMax=24G\nCPUQuota=200%\n"
    }

    #[test]
    fn one_property_goes_and_the_others_stay() {
        let plan = planned(&ours(), &["MemoryMax"]);
        let (path, after) = plan.files().next().unwrap();
        assert_eq!((path, after.unwrap()), (OURS, ours().replace("MemoryMax=24G\n", "").as_bytes()));
        assert!(plan.notes()[0].contains("MemoryMax=20G counts again"), "{:?}", plan.notes());
    }

    #[test]
    fn the_last_one_takes_the_file_along() {
        for properties in [&[] as &[&str], &["MemoryMax", "CPUQuota"]] {
            assert_eq!(planned(&ours(), properties).files().next().unwrap(), (OURS, None));
        }
    }

    #[test]
    fn what_somebody_else_wrote_into_it_stays() {
        let hands = "ExecStartPre=/x\n# why\nEnvironment=A=b\n";
        let plan = planned(&(ours() + hands), &[]);
        let (_, after) = plan.files().next().unwrap();
        let left = drop_in::header("llama.service") + "\n[Service]\n" + hands;
        assert_eq!(after.map(String::from_utf8_lossy).unwrap(), left);
        assert!(plan.notes().iter().all(|note| !note.contains("ExecStartPre")), "{:?}", plan.notes());
        let plan = planned(&left, &[]);
        assert!(plan.is_empty() && plan.notes()[0].contains("nothing of it is in"), "{:?}", plan.notes());
    }

    #[test]
    fn where_nothing_was_set_nothing_goes() {
        let plan = planned("", &[]);
        assert!(plan.is_empty() && plan.notes()[0].contains("has set nothing"));
        let plan = planned(&ours(), &["OOMPolicy"]);
        assert!(plan.is_empty() && plan.notes()[0].contains("does not set OOMPolicy"));
        assert!(planned("", &["MemoryMax"]).notes()[0].contains("llama.service:3 says 20G"));
    }
}
