//! A limit of a single process, as it is typed, and as it is set.

use std::str::FromStr;

use rustix::io::Errno;
use rustix::process::{Rlimit as Pair, getrlimit, setrlimit};

use crate::exit::{Exit, Fault};
use crate::facts::malformed::shortened;
use crate::sys::size;

use super::resource::{Counts, RESOURCES, Resource, plain};

/// A resource and how much of it there shall be; `None` is no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rlimit {
    /// The resource.
    pub resource: &'static Resource,
    /// How much counts now (the soft limit).
    pub most: Option<u64>,
    /// How far the program may raise that itself (the hard limit).
    pub hard: Option<u64>,
}

impl Rlimit {
    /// Both limits at once: a program that could raise the soft one would be tried for nothing. Of processor time the hard one comes a
    /// second later, for that kills without saying why, and the soft one says so (SIGXCPU).
    pub fn of(resource: &'static Resource, most: Option<u64>) -> Self {
        let later = match resource.counts {
            Counts::Seconds => 1,
            Counts::Microseconds => 1_000_000,
            Counts::Bytes | Counts::Pieces => 0,
        };
        Self { resource, most, hard: most.map(|most| most.saturating_add(later)) }
    }

    /// The argument of prlimit(1).
    pub fn argument(&self) -> String {
        let number = |most: Option<u64>| most.map_or_else(|| "unlimited".to_owned(), |most| most.to_string());
        format!("--{}={}:{}", self.resource.name, number(self.most), number(self.hard))
    }

    /// The amount to the byte, as it could be typed.
    pub fn exact(&self) -> String {
        self.most.map_or_else(|| "unlimited".to_owned(), |most| self.resource.exact(most))
    }

    /// The amount, for people.
    pub fn amount(&self) -> String {
        self.most.map_or_else(|| "unlimited".to_owned(), |most| self.resource.amount(most))
    }

    /// Asks the kernel whether we may set it: prlimit(1) would be refused in the program's place, and end as if the program had. A hard
    /// limit that we may raise is raised for ourselves as well, which does no harm.
    ///
    /// # Errors
    /// Says which limit stands in the way.
    pub fn may_be_set(&self) -> Result<(), Fault> {
        let own = getrlimit(self.resource.number);
        if !is_more(self.hard, own.maximum) {
            return Ok(());
        }
        let wanted = Pair { current: own.current, maximum: self.hard };
        setrlimit(self.resource.number, wanted).map_err(|errno| self.refused(own.maximum, errno))
    }

    fn refused(&self, own: Option<u64>, errno: Errno) -> Fault {
        let name = self.resource.name;
        let amount = |most: Option<u64>| {
            most.map_or_else(|| "unlimited".to_owned(), |most| self.resource.amount(most))
        };
        let (wanted, own) = (amount(self.hard), amount(own));
        let message =
            format!("cannot set the limit of {name} to {wanted}, for the hard limit here is {own}: {errno}");
        match errno {
            Errno::PERM if name == "nofile" && rustix::process::geteuid().is_root() => {
                Fault::new(Exit::Refused, message).hint("the kernel allows no more than fs.nr_open")
            }
            Errno::PERM => Fault::new(Exit::Privilege, message)
                .hint("a hard limit is raised by root (CAP_SYS_RESOURCE), and for a login in /etc/security/limits.conf"),
            _ => Fault::new(Exit::Failed, message),
        }
    }
}

/// Whether one limit lets more through than the other.
fn is_more(one: Option<u64>, other: Option<u64>) -> bool {
    one.unwrap_or(u64::MAX) > other.unwrap_or(u64::MAX)
}

impl FromStr for Rlimit {
    type Err = String;

    /// Reads `NAME=VALUE` or `NAME=SOFT:HARD`, such as `as=512M`, `cpu=10`, `nofile=64:1024` or `memlock=unlimited`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("write NAME=VALUE, such as as=512M")?;
        let resource = Resource::named(name).ok_or_else(|| unknown(name))?;
        let Some((soft, hard)) = value.split_once(':') else {
            return Ok(Self::of(resource, number(resource, value)?));
        };
        let (most, hard) = (number(resource, soft)?, number(resource, hard)?);
        if is_more(most, hard) {
            return Err(format!("`{}` is more than what it may be raised to", shortened(value)));
        }
        Ok(Self { resource, most, hard })
    }
}

fn number(resource: &Resource, value: &str) -> Result<Option<u64>, String> {
    if ["unlimited", "infinity"].contains(&value) {
        return Ok(None);
    }
    let wrong = |what: &str| {
        format!("`{}` is no {what}, as {} wants it (or `unlimited`)", shortened(value), resource.name)
    };
    let read = match resource.counts {
        Counts::Bytes => size::parse(value).map(|size| size.0).map_err(|wrong| wrong.to_string()),
        Counts::Seconds => {
            time(value, 1_000_000).ok_or_else(|| wrong("time such as `90` (seconds) or `2min`"))
        }
        Counts::Microseconds => {
            time(value, 1).ok_or_else(|| wrong("time such as `200000` (microseconds) or `200ms`"))
        }
        Counts::Pieces => whole(value).ok_or_else(|| wrong("whole number")),
    }?;
    // The kernel takes the largest number for no limit, which somebody who types it does not mean.
    if read == u64::MAX { Err(wrong("number that the kernel knows")) } else { Ok(Some(read)) }
}

/// A number without a sign, and with a unit or in `default`, both in microseconds; the answer counts `default`s.
fn time(value: &str, default: u64) -> Option<u64> {
    const UNITS: [(&str, u64); 5] =
        [("us", 1), ("ms", 1_000), ("s", 1_000_000), ("min", 60_000_000), ("h", 3_600_000_000)];
    let end = value.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(value.len());
    let (number, unit) = value.split_at_checked(end)?;
    let unit = match unit {
        "" => default,
        unit => UNITS.iter().find(|(name, _)| *name == unit)?.1,
    };
    let microseconds = whole(number)?.checked_mul(unit)?;
    // Half a second would become none at all.
    microseconds.is_multiple_of(default).then(|| microseconds / default)
}

fn whole(value: &str) -> Option<u64> {
    value.parse().ok().filter(|_| value.bytes().all(|byte| byte.is_ascii_digit()))
}

fn unknown(name: &str) -> String {
    let plain = plain(name);
    if ["rss", "locks"].contains(&plain.as_str()) {
        return format!(
            "the kernel ignores limits of {plain}: take as or data, or `memtune limits try MemoryMax=..`"
        );
    }
    let names: Vec<&str> = RESOURCES.iter().map(|resource| resource.name).collect();
    format!("there is no resource `{}`: {}", shortened(name), names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn argument(text: &str) -> String {
        text.parse::<Rlimit>().unwrap().argument()
    }

    #[test]
    fn limits_are_read_as_they_are_written_elsewhere() {
        for (text, wanted) in [
            ("as=512M", "--as=536870912:536870912"),
            ("as=1G:2G", "--as=1073741824:2147483648"),
            ("LimitMEMLOCK=infinity", "--memlock=unlimited:unlimited"),
            ("stack=8M:unlimited", "--stack=8388608:unlimited"),
            ("RLIMIT_CPU=10", "--cpu=10:11"),
            ("cpu=2min", "--cpu=120:121"),
            ("cpu=1:1", "--cpu=1:1"),
            ("rttime=200ms", "--rttime=200000:1200000"),
            ("nofile=64", "--nofile=64:64"),
            ("nofile=0", "--nofile=0:0"),
            ("nice=40", "--nice=40:40"),
        ] {
            assert_eq!(argument(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_none_is_told() {
        for (text, told) in [
            ("as", "NAME=VALUE"),
            ("as=16X", "16X"),
            ("as=", "no size"),
            ("as=50%", "no size"),
            ("as=2G:1G", "more than what it may be raised to"),
            ("as=unlimited:1G", "more than what it may be raised to"),
            ("cpu=1.5", "`2min`"),
            ("cpu=500ms", "`2min`"),
            ("nofile=+5", "no whole number"),
            ("nofile=18446744073709551615", "the kernel knows"),
            ("nofile=18446744073709551616", "no whole number"),
            ("rss=1G", "ignores"),
            ("memory=1G", "as, data"),
        ] {
            let wrong = text.parse::<Rlimit>().unwrap_err();
            assert!(wrong.contains(told), "{text}: {wrong}");
        }
    }

    #[test]
    fn what_is_within_the_hard_limit_may_be_set() {
        let rlimit: Rlimit = "nofile=8".parse().unwrap();
        let before = getrlimit(rlimit.resource.number);
        assert!(rlimit.may_be_set().is_ok());
        assert_eq!(getrlimit(rlimit.resource.number), before, "ours stays");
        // More than the kernel has for anybody.
        let fault = "nofile=4611686018427387904".parse::<Rlimit>().unwrap().may_be_set().unwrap_err();
        assert!([Exit::Refused, Exit::Privilege].contains(&fault.exit), "{fault}");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(as|cpu|rttime|nofile|LimitDATA|\\PC)?=?(\\PC|[0-9]{0,22}|[kMGT]i?B?|:|ms|min|unlimited){0,4}") {
            if let Ok(rlimit) = text.parse::<Rlimit>() {
                prop_assert!(!is_more(rlimit.most, rlimit.hard));
                let argument = rlimit.argument();
                prop_assert!(argument.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-=:".contains(&byte)));
            }
        }
    }
}
