//! The plan that gives a unit limits.

use crate::change::undo::Drifted;
use crate::change::{Area, Plan, Why};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;

use super::super::unit_name::UnitName;
use super::agreement;
use super::current::Current;
use super::leftovers;
use super::manager::{Manager, Person};
use super::own_file::{self, ByHand};
use super::rivals;
use super::settings::{Planned, Settings};
use super::subject::Subject;
use super::{asked, drop_in, hidden, restart, steps, surroundings, weigh, witness};

/// What shall be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The unit, as it was typed.
    pub unit: String,
    /// Whose systemd it belongs to.
    pub manager: Manager,
    /// `PROPERTY=VALUE` each.
    pub values: Vec<String>,
    /// Whether the unit is started anew.
    pub restarts: bool,
    /// Whether files of `systemctl set-property` that contradict stay.
    pub keeps_leftovers: bool,
    /// What happens to a drop-in that somebody else has edited.
    pub by_hand: ByHand,
}

/// A plan, and the unit that it is about, in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planning {
    /// The plan.
    pub plan: Plan,
    /// What somebody else wrote into the drop-in, where that is why it is refused.
    pub edited: Option<Drifted>,
    /// The unit's name.
    pub unit: String,
    /// The unit as it is before the change.
    pub before: Current,
}

/// Plans it.
///
/// # Errors
/// Says what was typed wrongly, that there is no such unit, or what stands in the way.
pub fn plan(readings: &Readings, request: &Request) -> Result<Planning, Fault> {
    let unit = UnitName::parse(&request.unit)?;
    unit.refuse_unlimited()?;
    let values = asked::values(&unit, &request.values)?;
    let subject = Subject::find(readings, &request.manager, unit)?;
    if request.restarts {
        restart::refuse(&subject)?;
    }
    let own = own_file::read(subject.host(), &subject.path)?;
    let wanted = changed(&subject, &own.text, &values);
    let mut plan = Plan::new(title(&subject, &values), Area::Limits);
    own.judge(&mut plan, request.by_hand, "--force keeps what it says, and changes it along");
    let mut planned = Planned::from([(subject.path.clone(), Some(wanted.clone()))]);
    let found = leftovers::find(subject.host(), subject.manager, &subject.unit, &values);
    let going: &[_] = if request.keeps_leftovers { &[] } else { &found };
    let is_changed = wanted != own.text || going.iter().any(|one| one.is_spent);
    if is_changed && request.restarts {
        restart::before(&mut plan, &subject);
    }
    write(&mut plan, &subject, Some(&wanted))?;
    leftovers::remove(&mut plan, &mut planned, subject.host(), going)?;
    judge(&mut plan, &subject, &subject.settings(&planned)?, &values);
    hidden::judge(&mut plan, &subject, &own.text, &wanted);
    let notes = surroundings::notes(&subject, &values, request.restarts);
    notes.into_iter().chain(surroundings::shares(&subject, &values)).for_each(|note| plan.note(note));
    if is_changed {
        finish(&mut plan, &subject, &values, &planned)?;
    }
    if request.restarts {
        restart::after(&mut plan, &subject);
    }
    if is_changed && subject.manager.can_be_told(subject.host()) {
        steps::reload_afterwards(&mut plan, subject.manager);
    }
    let before = subject.current.first().cloned().unwrap_or_default();
    let edited = own.edited.filter(|_| request.by_hand == ByHand::Refused);
    Ok(Planning { plan, edited, unit: subject.unit.as_str().to_owned(), before })
}

fn title(subject: &Subject<'_, '_>, values: &[(String, String)]) -> String {
    let values: Vec<String> = values.iter().map(|(property, value)| format!("{property}={value}")).collect();
    format!("set {} for {}{}", values.join(", "), subject.unit.as_str(), of_whom(subject.manager))
}

/// Whose unit it is, where that is not the machine's own.
pub(super) fn of_whom(manager: &Manager) -> String {
    match manager {
        Manager::System => String::new(),
        Manager::AllUsers => " of every user".to_owned(),
        Manager::Of(Person { name, .. }) => format!(" of {name}"),
    }
}

fn changed(subject: &Subject<'_, '_>, text: &str, values: &[(String, String)]) -> String {
    let unit = &subject.unit;
    let start = if text.is_empty() { drop_in::header(unit.as_str()) } else { text.to_owned() };
    values.iter().fold(start, |text, (property, value)| {
        let section = crate::facts::unit_property::section_of(property, unit.kind());
        drop_in::with(&text, section, property, value)
    })
}

/// Plans the drop-in's text.
pub(super) fn write(plan: &mut Plan, subject: &Subject<'_, '_>, text: Option<&str>) -> Result<(), Fault> {
    let why = Why::new("the limits of the unit, now and at every start", "systemd.resource-control(5)");
    let (host, path) = (subject.host(), &subject.path);
    match (text, subject.manager) {
        // The folder of a user stays: it would come back as root's.
        (None, Manager::System | Manager::AllUsers) => {
            plan.file_with_folder_gone(host, path, Why::new("nothing is left in it", "memtune"))
        }
        (_, Manager::Of(person)) => {
            steps::make_folder(plan, host, subject.manager, path);
            plan.file_of(host, path, text, (person.user, person.group), why)
        }
        _ => plan.file(host, path, text, why),
    }
}

/// Refuses what would do harm or nothing, and says what is worth knowing.
fn judge(plan: &mut Plan, subject: &Subject<'_, '_>, settings: &Settings, values: &[(String, String)]) {
    if !settings.reads(&subject.path) {
        let other = settings.in_place_of(&subject.path).unwrap_or_default();
        plan.refuse(
            &subject.path,
            format!("systemd reads `{other}` in its place, which has the same name: move that away first"),
        );
        return;
    }
    let pairs = values.iter().map(|(property, value)| (property.as_str(), value.as_str()));
    for rival in rivals::find(settings, &subject.path, pairs) {
        plan.refuse(
            &rival.property,
            format!("{}, and wins over {}: take that line out first", rival.says(), subject.unit.drop_in()),
        );
    }
    let properties: Vec<&str> = values.iter().map(|(property, _)| property.as_str()).collect();
    judge_amounts(plan, subject, settings, &properties);
}

/// Judges the limits that are to be, by each other, by the machine, and by what each unit holds.
fn judge_amounts(plan: &mut Plan, subject: &Subject<'_, '_>, settings: &Settings, changed: &[&str]) {
    let judged = agreement::judge(settings, changed, subject.memory);
    let judged =
        judged.and(weigh::weigh_all(settings, changed, &subject.current, subject.readings, subject.manager));
    judged.refused.into_iter().for_each(|(property, why)| plan.refuse(property, why));
    judged.notes.into_iter().for_each(|note| plan.note(note));
}

fn finish(
    plan: &mut Plan,
    subject: &Subject<'_, '_>,
    values: &[(String, String)],
    planned: &Planned,
) -> Result<(), Fault> {
    let (host, Subject { manager, unit, path, memory, .. }) = (subject.host(), subject);
    if !manager.can_be_told(host) {
        match manager {
            Manager::Of(Person { name, .. }) => {
                plan.note(format!("{name} is not logged in: it counts from the next login on"))
            }
            _ => steps::note_managers(plan, host, manager),
        }
        return Ok(());
    }
    let fragment = subject.current.first().map(|one| one.fragment.as_str()).unwrap_or_default();
    steps::verify(plan, host, manager, fragment, unit, path);
    steps::reload(plan, manager);
    let properties: Vec<&str> = values.iter().map(|(property, _)| property.as_str()).collect();
    match witness::find(subject, planned, &properties)? {
        Some(witness) => steps::prove(plan, manager, &witness, values, *memory),
        None => plan.note(format!(
            "nothing that {} stands for is there for systemd to show it by: it counts once such a unit starts",
            unit.as_str()
        )),
    }
    Ok(())
}

/// Refuses what only a running machine can do.
pub(super) fn needs_machine(what: &str) -> Fault {
    Fault::new(Exit::Usage, format!("{what} needs a running machine, not a tree"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    pub(in crate::limits) const MACHINE: [(&str, &str); 3] = [
        ("/proc/meminfo", "MemTotal: 33554432 kB\nMemAvailable: 30000000 kB\n"),
        ("/etc/systemd/system/llama.service", "[Service]\nExecStart=/bin/x\nMemoryHigh=30G\n"),
        ("/etc/systemd/system/a@.service", "[Service]\nExecStart=/bin/x\n"),
    ];

    fn request(unit: &str, values: &str) -> Request {
        Request {
            unit: unit.to_owned(),
            manager: Manager::System,
            values: values.split(' ').map(str::to_owned).collect(),
            restarts: false,
            keeps_leftovers: false,
            by_hand: ByHand::Refused,
        }
    }

    fn planned(files: &[(&str, &str)], request: &Request) -> Result<Plan, Fault> {
        let (_folder, host) = made_tree(&[&MACHINE, files].concat());
        plan(&Readings::new(&host, None), request).map(|planning| planning.plan)
    }

    fn file(plan: &Plan, path: &str) -> Option<String> {
        let found = plan.files().find(|(name, _)| *name == path)?.1?;
        Some(String::from_utf8(found.to_vec()).unwrap())
    }

    #[test]
    fn one_drop_in_holds_all_that_was_set() {
        let plan = planned(&[], &request("llama", "MemoryMax=24G MemoryHigh=22G StartLimitBurst=3")).unwrap();
        let text = file(&plan, "/etc/systemd/system/llama.service.d/90-memtune.conf").unwrap();
        assert!(
            text.ends_with("[Service]\nMemoryMax=24G\nMemoryHigh=22G\n\n[Unit]\nStartLimitBurst=3\n"),
            "{text}"
        );
        assert!(plan.refused().is_empty());
        let path = "/etc/systemd/system/llama.service.d/90-memtune.conf";
        let more = planned(&[(path, &text)], &request("llama", "CPUQuota=600%")).unwrap();
        assert!(file(&more, path).unwrap().contains("MemoryHigh=22G\nCPUQuota=600%\n"));
        assert!(planned(&[(path, &text)], &request("llama", "MemoryMax=24G")).unwrap().is_empty());
    }

    #[test]
    fn each_kind_of_unit_has_its_own_file_and_section() {
        for (unit, path, section) in [
            ("a@1", "a@1.service.d/90-memtune.conf", "Service"),
            ("a@.service", "a@.service.d/89-memtune.conf", "Service"),
            ("ml.slice", "ml.slice.d/90-memtune.conf", "Slice"),
            ("user-.slice", "user-.slice.d/89-memtune.conf", "Slice"),
            ("session-2.scope", "session-2.scope.d/90-memtune.conf", "Scope"),
        ] {
            let plan = planned(&[], &request(unit, "MemoryMax=2G")).unwrap();
            let text = file(&plan, &format!("/etc/systemd/system/{path}")).unwrap();
            assert!(text.ends_with(&format!("\n[{section}]\nMemoryMax=2G\n")), "{unit}: {text}");
        }
        let of_users = Request { manager: Manager::AllUsers, ..request("x.slice", "MemoryMax=2G") };
        assert!(
            file(&planned(&[], &of_users).unwrap(), "/etc/systemd/user/x.slice.d/90-memtune.conf").is_some()
        );
    }

    #[test]
    fn what_the_unit_says_itself_has_to_agree() {
        let plan = planned(&[], &request("llama", "MemoryMax=24G")).unwrap();
        assert_eq!(plan.refused()[0].target, "MemoryHigh");
        assert!(plan.refused()[0].reason.contains("30G is above MemoryMax=24G"));
        let plan = planned(&[], &request("llama", "MemoryMax=50G MemoryHigh=22G")).unwrap();
        assert!(plan.refused()[0].reason.contains("32 GiB"));
    }

    #[test]
    fn what_wins_over_ours_is_named_and_nothing_is_written() {
        let rival = ("/etc/systemd/system/llama.service.d/99-own.conf", "[Service]\n\nMemoryMax=1G\n");
        let plan = planned(&[rival], &request("llama", "MemoryMax=2G MemoryHigh=1G")).unwrap();
        assert!(plan.refused()[0].reason.contains("99-own.conf:3 sets MemoryMax to 1G"));
        let agreeing = planned(
            &[(rival.0, "[Service]\nMemoryMax=2048M\n")],
            &request("llama", "MemoryMax=2G MemoryHigh=1G"),
        );
        assert!(agreeing.unwrap().refused().is_empty());
        let hiding = ("/etc/systemd/system.control/llama.service.d/90-memtune.conf", "");
        let plan = planned(&[hiding], &request("llama", "MemoryMax=2G MemoryHigh=1G")).unwrap();
        assert!(plan.refused()[0].reason.contains("system.control"));
    }

    #[test]
    fn leftovers_of_set_property_go_along() {
        let path = "/etc/systemd/system.control/llama.service.d/50-MemoryMax.conf";
        let leftover = (path, "[Service]\nMemoryMax=1073741824\n");
        let wanted = request("llama", "MemoryMax=2G MemoryHigh=1G");
        let plan = planned(&[leftover], &wanted).unwrap();
        assert!(plan.files().any(|(name, after)| name == path && after.is_none()));
        let kept = planned(&[leftover], &Request { keeps_leftovers: true, ..wanted }).unwrap();
        assert!(kept.files().all(|(name, _)| name != path));
    }

    #[test]
    fn limits_for_more_units_are_not_lost_without_a_word() {
        let wider =
            ("/etc/systemd/system/a-.slice.d/89-memtune.conf", "[Slice]\nMemoryMax=2G\nCPUWeight=50\n");
        let plan = planned(&[wider], &request("a-b-.slice", "CPUQuota=50%")).unwrap();
        let refused = plan.refused().first().unwrap();
        assert_eq!(refused.target, wider.0);
        assert!(refused.reason.contains("MemoryMax=2G CPUWeight=50 does not count"), "{}", refused.reason);
        let along = request("a-b-.slice", "CPUQuota=50% MemoryMax=1G CPUWeight=50");
        assert!(planned(&[wider], &along).unwrap().refused().is_empty());
        let known = (
            "/etc/systemd/system/a-b-.slice.d/89-memtune.conf",
            "# Written by memtune: `memtune limits set a-b-.slice`\n[Slice]\nCPUWeight=5\n",
        );
        let plan = planned(&[wider, known], &request("a-b-.slice", "CPUQuota=50%")).unwrap();
        assert!(plan.refused().is_empty(), "{:?}", plan.refused());
        assert!(
            plan.notes().iter().any(|note| note.contains("MemoryMax=2G does not count")),
            "{:?}",
            plan.notes()
        );
        let one = planned(&[wider], &request("a-b-c.slice", "CPUQuota=50%")).unwrap();
        assert!(one.refused().is_empty());
    }

    #[test]
    fn profiles_and_limits_lie_beside_each_other() {
        let path = "/etc/systemd/system/llama.service.d/90-memtune-profile.conf";
        let profiles =
            (path, "# Written by memtune 1 for the profile x\n[Service]\nMemoryMax=20G\nMemoryHigh=18G\n");
        let plan = planned(&[profiles], &request("llama", "MemoryMax=24G")).unwrap();
        assert!(plan.refused().is_empty() && plan.files().count() == 1, "{:?}", plan.refused());
    }

    #[test]
    fn what_holds_everything_gets_no_limits() {
        for (unit, said) in [("-.slice", "the memory of the machine"), ("init.scope", "the first process")] {
            let fault = planned(&[], &request(unit, "MemoryMax=8G")).unwrap_err();
            assert!(fault.exit == Exit::Refused && fault.to_string().contains(said), "{fault}");
        }
    }

    #[test]
    fn a_tree_is_not_restarted_and_nixos_not_written() {
        let restarting = Request { restarts: true, ..request("llama", "MemoryMax=2G MemoryHigh=1G") };
        assert_eq!(planned(&[], &restarting).unwrap_err().exit, Exit::Usage);
        let fault = planned(&[("/etc/NIXOS", "")], &request("llama", "MemoryMax=2G")).unwrap_err();
        assert_eq!(fault.exit, Exit::Refused);
    }
}
