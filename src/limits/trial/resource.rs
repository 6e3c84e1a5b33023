//! The resources of which a single process may have so much (getrlimit(2)).

use rustix::process::Resource as Number;

use crate::sys::bytes::Bytes;
use crate::sys::size;

/// What the number of a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Bytes.
    Bytes,
    /// Seconds of processor time.
    Seconds,
    /// Microseconds of processor time.
    Microseconds,
    /// Pieces, such as open files, and what is only a number.
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
    /// As the kernel knows it.
    pub(super) number: Number,
}

const fn resource(name: &'static str, number: Number, counts: Counts, about: &'static str) -> Resource {
    Resource { name, counts, about, number }
}

/// All that prlimit(1) can set and that means something: the kernel ignores RLIMIT_RSS and RLIMIT_LOCKS.
pub const RESOURCES: [Resource; 14] = [
    resource("as", Number::As, Counts::Bytes, "address space"),
    resource("data", Number::Data, Counts::Bytes, "memory that belongs to no file"),
    resource("stack", Number::Stack, Counts::Bytes, "memory of its calls"),
    resource("memlock", Number::Memlock, Counts::Bytes, "locked memory"),
    resource("fsize", Number::Fsize, Counts::Bytes, "size of a file that it writes"),
    resource("core", Number::Core, Counts::Bytes, "size of a core dump"),
    resource("msgqueue", Number::Msgqueue, Counts::Bytes, "message queues of its user"),
    resource("cpu", Number::Cpu, Counts::Seconds, "processor time"),
    resource("rttime", Number::Rttime, Counts::Microseconds, "processor time in real time without a wait"),
    resource("nofile", Number::Nofile, Counts::Pieces, "open files"),
    resource("nproc", Number::Nproc, Counts::Pieces, "processes of its user"),
    resource("sigpending", Number::Sigpending, Counts::Pieces, "signals of its user that wait"),
    resource("nice", Number::Nice, Counts::Pieces, "20 less the lowest nice value"),
    resource("rtprio", Number::Rtprio, Counts::Pieces, "priority in real time"),
];

impl Resource {
    /// That of this name, also as `LimitAS` or `RLIMIT_AS`.
    pub fn named(name: &str) -> Option<&'static Self> {
        let plain = plain(name);
        RESOURCES.iter().find(|resource| resource.name == plain)
    }

    /// Whether a ladder can go down its sizes: memory, and not what is written.
    pub fn is_memory(&self) -> bool {
        ["as", "data", "stack", "memlock"].contains(&self.name)
    }

    /// An amount of it to the byte, as it could be typed.
    pub fn exact(&self, number: u64) -> String {
        match self.counts {
            Counts::Bytes => size::exact(Bytes(number)),
            Counts::Seconds => format!("{number}s"),
            Counts::Microseconds => format!("{number}us"),
            Counts::Pieces => number.to_string(),
        }
    }

    /// An amount of it, for people.
    pub fn amount(&self, number: u64) -> String {
        match self.counts {
            Counts::Bytes => Bytes(number).to_string(),
            Counts::Seconds => format!("{number} s"),
            Counts::Microseconds => format!("{number} us"),
            Counts::Pieces => number.to_string(),
        }
    }
}

/// The name without what systemd and C write before it.
pub(super) fn plain(name: &str) -> String {
    let plain = name.to_ascii_lowercase();
    let short = plain.strip_prefix("rlimit_").or_else(|| plain.strip_prefix("limit"));
    short.unwrap_or(&plain).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_has_its_name_in_every_spelling() {
        for name in ["as", "AS", "LimitAS", "RLIMIT_AS"] {
            assert_eq!(Resource::named(name).unwrap().name, "as", "{name}");
        }
        assert!(Resource::named("rss").is_none() && Resource::named("").is_none());
        assert_eq!(RESOURCES.iter().filter(|resource| resource.is_memory()).count(), 4);
    }

    #[test]
    fn amounts_have_their_units() {
        let amount = |name: &str, number| Resource::named(name).unwrap().amount(number);
        assert_eq!((amount("as", 1 << 20), amount("cpu", 2)), ("1 MiB".to_owned(), "2 s".to_owned()));
        assert_eq!((amount("rttime", 7), amount("nofile", 3)), ("7 us".to_owned(), "3".to_owned()));
    }
}
