//! /proc/cmdline: what the boot loader told the kernel.

use crate::host::{Host, Lacking};

/// The file.
pub const PATH: &str = "/proc/cmdline";

/// No kernel takes a line in which as many fit.
const MOST_ARGUMENTS: usize = 4096;

/// The arguments, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments(Vec<String>);

impl Arguments {
    /// The value of the last `name=..`: where an argument is repeated, the kernel keeps the last.
    pub fn value(&self, name: &str) -> Option<&str> {
        let values = self.0.iter().rev().filter_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        values.map(|value| value.trim_matches('"')).next()
    }

    /// All that have a value, in order, up to the `--` behind which they are the first program's.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let words = self.0.iter().take_while(|word| *word != "--");
        words.filter_map(|word| word.split_once('=').map(|(name, value)| (name, value.trim_matches('"'))))
    }

    /// Whether the kernel was told to count no memory of control groups. A Raspberry Pi's firmware says so, and its owner may take it
    /// back behind that.
    pub fn switches_off_groups(&self) -> bool {
        let is_of_groups = |name: &str| ["cgroup_disable", "cgroup_enable"].contains(&name);
        let told = self
            .pairs()
            .filter(|(name, list)| is_of_groups(name) && list.split(',').any(|one| one == "memory"));
        told.last().is_some_and(|(name, _)| name == "cgroup_disable")
    }

    /// Whether `name` stands alone.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|word| word == name)
    }
}

/// Reads the text of /proc/cmdline; blanks inside double quotes part nothing.
pub fn parse(text: &str) -> Arguments {
    let mut is_quoted = false;
    let words = text.split(|character: char| {
        is_quoted ^= character == '"';
        character.is_whitespace() && !is_quoted
    });
    let words = words.filter(|word| !word.is_empty()).take(MOST_ARGUMENTS);
    Arguments(words.map(str::to_owned).collect())
}

/// Reads it from a machine.
///
/// # Errors
/// Says why there is none.
pub fn read(host: &Host) -> Result<Arguments, Lacking> {
    host.read(PATH).map(|text| parse(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_value_counts() {
        let arguments = parse("quiet resume=/dev/sda1 x=\"a b\" resume=UUID=1-2 noresume\n");
        assert_eq!(arguments.value("resume"), Some("UUID=1-2"));
        assert_eq!(arguments.value("x"), Some("a b"));
        assert_eq!(arguments.value("res"), None);
        assert!(arguments.has("quiet") && arguments.has("noresume") && !arguments.has("resume"));
    }

    #[test]
    fn what_is_for_the_first_program_is_none_of_the_kernel_s() {
        let arguments = parse("quiet a.b=1 c=\"x y\" -- d=2\n");
        assert_eq!(arguments.pairs().collect::<Vec<_>>(), [("a.b", "1"), ("c", "x y")]);
    }

    #[test]
    fn a_line_without_end_is_cut() {
        assert_eq!(parse(&"x ".repeat(1 << 20)).0.len(), MOST_ARGUMENTS);
    }

    #[test]
    fn of_two_words_on_groups_the_last_counts() {
        for (text, is_off) in [
            ("", false),
            ("cgroup_disable=memory", true),
            ("cgroup_disable=cpu,memory quiet", true),
            ("cgroup_disable=cpu", false),
            ("cgroup_disable=memory cgroup_enable=memory", false),
            ("cgroup_enable=memory cgroup_disable=memory", true),
            ("cgroup_disable=memory cgroup_enable=cpuset", true),
            ("init=/bin/a -- cgroup_disable=memory", false),
        ] {
            assert_eq!(parse(text).switches_off_groups(), is_off, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\"| |[a-z]+=)*") {
            parse(&text).value("a");
        }
    }
}
