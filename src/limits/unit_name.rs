//! The name of a unit whose processes can be limited, and the folders that its drop-ins come from.

use crate::change;
use crate::exit::{Exit, Fault};
use crate::facts::process_unit;
use crate::facts::unit_drop_ins;
use crate::facts::unit_property::KINDS;

/// Kinds that hold no processes.
const WITHOUT_PROCESSES: [&str; 5] = ["timer", "target", "path", "automount", "device"];

/// Units whose limits would hold nothing, or the first process, with the reason.
const WITHOUT_LIMITS: [(&str, &str); 2] = [
    ("-.slice", "holds all there is, and its limit is the memory of the machine"),
    ("init.scope", "holds the first process, which no limit should stop"),
];

/// A unit, a template such as `a@.service`, or what stands for all units that begin alike, such as `user-.slice`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitName {
    name: String,
    kind: &'static str,
}

impl UnitName {
    /// Reads a name as it is typed: `.service` is what one without a kind means, as with systemctl.
    ///
    /// # Errors
    /// Says why it is no name, or that such units have no processes.
    pub fn parse(typed: &str) -> Result<Self, Fault> {
        let end = typed.rsplit_once('.').map_or("", |(_, end)| end);
        if WITHOUT_PROCESSES.contains(&end) {
            let message = format!("`{}` has no processes, and so nothing to limit", plain(typed));
            return Err(Fault::new(Exit::Usage, message)
                .hint("name the service that it starts, or the slice that holds it"));
        }
        let known = KINDS.into_iter().find(|&kind| kind == end);
        let name = if known.is_some() { typed.to_owned() } else { format!("{typed}.service") };
        let own = Self { name, kind: known.unwrap_or("service") };
        if own.is_sound() { Ok(own) } else { Err(no_name(typed)) }
    }

    /// In full.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Refuses what may never have limits.
    ///
    /// # Errors
    /// Says why.
    pub fn refuse_unlimited(&self) -> Result<(), Fault> {
        match WITHOUT_LIMITS.into_iter().find(|(name, _)| *name == self.name) {
            Some((name, why)) => Err(Fault::new(Exit::Refused, format!("`{name}` {why}"))
                .hint("`memtune limits show` lists the units and slices that may have limits")),
            None => Ok(()),
        }
    }

    /// What it is, such as `service`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Whether it stands for more than one unit.
    pub fn stands_for_many(&self) -> bool {
        // The root slice is called `-`.
        self.stem() != "-" && self.stem().ends_with(['@', '-'])
    }

    /// Whether `unit` is this one, or one of those that it stands for.
    pub fn includes(&self, unit: &str) -> bool {
        if !self.stands_for_many() {
            return unit == self.name;
        }
        let rest =
            unit.strip_prefix(self.stem()).and_then(|rest| rest.strip_suffix(self.kind)?.strip_suffix('.'));
        rest.is_some_and(|rest| !rest.is_empty())
    }

    /// What systemctl takes for all of them; a backslash means something else there.
    pub fn pattern(&self) -> String {
        match self.stands_for_many() {
            true => format!("{}*.{}", self.stem().replace('\\', "?"), self.kind),
            false => self.name.clone(),
        }
    }

    /// A unit that systemd can be asked about: of many, one that nobody has. Of what only begins alike there is none but for slices:
    /// systemd reads drop-ins of no other unit without a file.
    pub fn sample(&self) -> Option<String> {
        match self.stands_for_many() {
            true if self.stem().ends_with('-') && self.kind != "slice" => None,
            true => Some(format!("{}memtune.{}", self.stem(), self.kind)),
            false => Some(self.name.clone()),
        }
    }

    /// The template of an instance.
    pub fn template(&self) -> Option<String> {
        unit_drop_ins::template_of(&self.name)
    }

    /// The name of the drop-in of `memtune limits`. Of files with one name only the nearest to the unit is read: so a template's has
    /// another than those of its instances, and comes before them.
    pub fn drop_in(&self) -> &'static str {
        if self.stands_for_many() { "89-memtune.conf" } else { "90-memtune.conf" }
    }

    /// The name of a profile's drop-in, which comes before what is set by hand.
    pub fn drop_in_of_profiles(&self) -> &'static str {
        if self.stands_for_many() { "89-memtune-profile.conf" } else { "90-memtune-profile.conf" }
    }

    /// The folders of drop-ins that count for it, the nearest first; what counts for a whole kind comes last.
    pub fn folders(&self) -> Vec<String> {
        unit_drop_ins::names(&self.name)
    }

    fn stem(&self) -> &str {
        self.name.strip_suffix(self.kind).and_then(|stem| stem.strip_suffix('.')).unwrap_or(&self.name)
    }

    fn is_sound(&self) -> bool {
        let stem = self.stem();
        let is_root_slice = self.kind == "slice" && stem == "-";
        let has_prefix = !stem.starts_with(['.', '@']) && (!stem.starts_with('-') || is_root_slice);
        process_unit::is_name(&self.name) && has_prefix && !stem.is_empty()
    }
}

fn no_name(typed: &str) -> Fault {
    let fault = Fault::new(Exit::Usage, format!("`{}` is no name of a unit", plain(typed)));
    if typed.contains('/') {
        let path = change::typed(&[typed]);
        return fault
            .hint(format!("of a path, `systemd-escape --path --suffix=mount {path}` tells the unit's name"));
    }
    fault.hint(
        "letters, digits and :-_.\\@ make one, such as llama.service; `systemctl list-units` shows them",
    )
}

fn plain(typed: &str) -> String {
    typed.chars().map(|letter| if letter.is_control() { '?' } else { letter }).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(typed: &str) -> UnitName {
        UnitName::parse(typed).unwrap()
    }

    #[test]
    fn every_sound_name_is_taken_as_it_is() {
        for (typed, full, kind) in [
            ("llama", "llama.service", "service"),
            ("a@1", "a@1.service", "service"),
            ("a@.service", "a@.service", "service"),
            (r"dev\x2dbox.service", r"dev\x2dbox.service", "service"),
            ("dbus-:1.2-org.a@0.service", "dbus-:1.2-org.a@0.service", "service"),
            ("user-1000.slice", "user-1000.slice", "slice"),
            ("user-.slice", "user-.slice", "slice"),
            ("-.slice", "-.slice", "slice"),
            ("session-2.scope", "session-2.scope", "scope"),
            ("org.example", "org.example.service", "service"),
        ] {
            let name = name(typed);
            assert_eq!((name.as_str(), name.kind()), (full, kind), "{typed}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_the_way() {
        for wrong in [
            "",
            ".service",
            "@.service",
            "a b",
            "a'b",
            "a;b",
            "a\nb",
            "-x",
            "..",
            &"a".repeat(300),
            "ä",
            "a*",
        ] {
            let fault = UnitName::parse(wrong).unwrap_err();
            assert_eq!(fault.exit, Exit::Usage, "{wrong}");
            assert!(!fault.to_string().contains('\n'));
        }
        assert!(UnitName::parse("/mnt/a").unwrap_err().hint.unwrap().contains("systemd-escape"));
        assert!(UnitName::parse("a.timer").unwrap_err().to_string().contains("no processes"));
    }

    #[test]
    fn a_name_stands_for_one_or_for_many() {
        assert!(name("a@.service").includes("a@x.service") && !name("a@.service").includes("a@.service"));
        assert!(
            name("user-.slice").includes("user-1000.slice") && !name("user-.slice").includes("user.slice")
        );
        assert!(name("a.service").includes("a.service") && !name("a.service").includes("ab.service"));
        let odd = name(r"a\x2d@.service");
        assert_eq!(
            (odd.pattern(), odd.sample()),
            ("a?x2d@*.service".to_owned(), Some(r"a\x2d@memtune.service".to_owned()))
        );
        assert_eq!(name("user-.slice").sample().as_deref(), Some("user-memtune.slice"));
        assert_eq!((name("foo-.service").sample(), name("session-.scope").sample()), (None, None));
        assert!(!name("-.slice").stands_for_many());
        assert_eq!((odd.drop_in(), name("a").drop_in()), ("89-memtune.conf", "90-memtune.conf"));
        assert!(name("a").drop_in_of_profiles() < name("a").drop_in());
        assert!(odd.drop_in() < name("a").drop_in_of_profiles());
    }

    proptest! {
        #[test]
        fn a_name_never_leaves_its_folder(typed in "(\\PC|[a-z@.:\\\\/-]|\\.(service|slice)){0,12}") {
            if let Ok(name) = UnitName::parse(&typed) {
                prop_assert!(!name.as_str().contains(['/', '\n', '\'', ' ', '*']));
                prop_assert!(name.folders().iter().all(|folder| folder.ends_with(".d") && !folder.contains('/')));
                prop_assert!(name.sample().is_none_or(|sample| name.includes(&sample)));
            }
        }
    }
}
