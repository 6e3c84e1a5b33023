//! The limits of a single process (setrlimit(2)) that can be tried.

use std::str::FromStr;

use crate::sys::bytes::Bytes;
use crate::sys::size;

/// What the number of a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Bytes.
    Bytes,
    /// Seconds of processor time.
    Seconds,
    /// Pieces, such as open files.
    Pieces,
}

/// A resource of which a process may have so much.
#[derive(Debug, PartialEq, Eq)]
pub struct Resource {
    /// As prlimit(1) calls it.
    pub name: &'static str,
    /// What its number counts.
    pub counts: Counts,
    /// What it is.
    pub about: &'static str,
}

/// All that prlimit(1) can set and that means something: the kernel ignores RLIMIT_RSS.
pub const RESOURCES: [Resource; 9] = [
    Resource { name: "as", counts: Counts::Bytes, about: "address space" },
    Resource { name: "data", counts: Counts::Bytes, about: "memory that belongs to no file" },
    Resource { name: "stack", counts: Counts::Bytes, about: "stack" },
    Resource { name: "memlock", counts: Counts::Bytes, about: "locked memory" },
    Resource { name: "fsize", counts: Counts::Bytes, about: "size of a file that it writes" },
    Resource { name: "core", counts: Counts::Bytes, about: "size of a core dump" },
    Resource { name: "cpu", counts: Counts::Seconds, about: "processor time" },
    Resource { name: "nofile", counts: Counts::Pieces, about: "open files" },
    Resource { name: "nproc", counts: Counts::Pieces, about: "processes of its user" },
];

impl Resource {
    /// That of this name, also as `LimitAS` or `RLIMIT_AS`.
    pub fn named(name: &str) -> Option<&'static Self> {
        let plain = name.to_ascii_lowercase();
        let plain = plain.strip_prefix("rlimit_").or_else(|| plain.strip_prefix("limit")).unwrap_or(&plain);
        RESOURCES.iter().find(|resource| resource.name == plain)
    }

    /// An amount of it, for people.
    pub fn amount(&self, number: u64) -> String {
        match self.counts {
            Counts::Bytes => Bytes(number).to_string(),
            Counts::Seconds => format!("{number} s"),
            Counts::Pieces => number.to_string(),
        }
    }
}

/// A resource and how much of it there shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rlimit {
    /// The resource.
    pub resource: &'static Resource,
    /// How much; `None` for no limit.
    pub most: Option<u64>,
}

impl Rlimit {
    /// The argument of prlimit(1). Both limits are set: a program that could raise the soft one would be tried for nothing. Of processor time
    /// the hard one comes a second later, for that kills without saying why, and the soft one says so (SIGXCPU).
    pub fn argument(&self) -> String {
        let name = self.resource.name;
        match self.most {
            None => format!("--{name}=unlimited:unlimited"),
            Some(most) if self.resource.counts == Counts::Seconds => {
                format!("--{name}={most}:{}", most.saturating_add(1))
            }
            Some(most) => format!("--{name}={most}:{most}"),
        }
    }

    /// The amount, for people.
    pub fn amount(&self) -> String {
        self.most.map_or_else(|| "unlimited".to_owned(), |most| self.resource.amount(most))
    }
}

impl FromStr for Rlimit {
    type Err = String;

    /// Reads `NAME=VALUE`, such as `as=512M`, `cpu=10` or `memlock=unlimited`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("write NAME=VALUE, such as as=512M")?;
        let resource = Resource::named(name).ok_or_else(|| unknown(name))?;
        if ["unlimited", "infinity"].contains(&value) {
            return Ok(Self { resource, most: None });
        }
        let most = match resource.counts {
            Counts::Bytes => size::parse(value).map_err(|wrong| wrong.to_string())?.0,
            Counts::Seconds | Counts::Pieces => value
                .parse()
                .map_err(|_| format!("`{value}` is no whole number, as {} wants it", resource.name))?,
        };
        Ok(Self { resource, most: Some(most) })
    }
}

fn unknown(name: &str) -> String {
    if ["rss", "limitrss", "rlimit_rss"].contains(&name.to_ascii_lowercase().as_str()) {
        return "the kernel ignores limits of rss: take as or data, or `memtune limits try MemoryMax=..`"
            .to_owned();
    }
    let names: Vec<&str> = RESOURCES.iter().map(|resource| resource.name).collect();
    format!("there is no resource `{name}`: {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argument(text: &str) -> String {
        text.parse::<Rlimit>().unwrap().argument()
    }

    #[test]
    fn limits_are_read_as_they_are_written_elsewhere() {
        assert_eq!(argument("as=512M"), "--as=536870912:536870912");
        assert_eq!(argument("LimitMEMLOCK=infinity"), "--memlock=unlimited:unlimited");
        assert_eq!(argument("RLIMIT_CPU=10"), "--cpu=10:11");
        assert_eq!(argument("nofile=64"), "--nofile=64:64");
    }

    #[test]
    fn what_is_none_is_told() {
        let wrong = |text: &str| text.parse::<Rlimit>().unwrap_err();
        assert!(wrong("as").contains("NAME=VALUE"));
        assert!(wrong("as=16X").contains("16X"));
        assert!(wrong("cpu=1.5").contains("no whole number"));
        assert!(wrong("rss=1G").contains("ignores"));
        assert!(wrong("memory=1G").contains("as, data"));
    }
}
