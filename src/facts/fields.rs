//! The commonest shape of a kernel file: a name and a number a line.
//!
//! `Name:   123 kB` in /proc/meminfo, `name 123` in /proc/vmstat, `Node 0 Name: 123 kB` in a node's meminfo.

use super::malformed::{MOST_ENTRIES, Malformed, numbered_lines};

/// Names with their numbers, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, u64)>);

impl Fields {
    /// The number that stands behind `name`, in the file's own unit.
    pub fn get(&self, name: &str) -> Option<u64> {
        self.0.iter().find(|(known, _)| known == name).map(|&(_, number)| number)
    }

    /// The sum of all whose name begins with `prefix`, and how many they are.
    pub fn sum_of_prefix(&self, prefix: &str) -> (u64, usize) {
        let numbers = self.0.iter().filter(|(name, _)| name.starts_with(prefix)).map(|&(_, number)| number);
        numbers.fold((0, 0), |(sum, count), number| (sum.saturating_add(number), count + 1))
    }
}

/// Reads `NAME[:] NUMBER [kB]` a line. A negative number, which some counters show for a moment, reads as 0.
///
/// # Errors
/// Names the first line that is not of this shape.
pub fn parse(text: &str) -> Result<Fields, Malformed> {
    let mut fields = Vec::new();
    for (number, line) in numbered_lines(text) {
        if fields.len() == MOST_ENTRIES {
            return Err(Malformed::new(number, format!("more than {MOST_ENTRIES} fields")));
        }
        let mut words = without_node(line).split_whitespace();
        let name = words.next().unwrap_or_default().trim_end_matches(':');
        let value = words.next().ok_or_else(|| Malformed::new(number, "expected a name and a number"))?;
        fields.push((
            name.to_owned(),
            parse_count(value).ok_or_else(|| Malformed::not_a_number(number, value))?,
        ));
    }
    Ok(Fields(fields))
}

fn without_node(line: &str) -> &str {
    match line.strip_prefix("Node ") {
        Some(rest) => rest.trim_start_matches(|character: char| character.is_ascii_digit()),
        None => line,
    }
}

fn parse_count(text: &str) -> Option<u64> {
    text.parse().ok().or_else(|| text.parse::<i64>().ok().map(|_| 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_three_spellings() {
        let fields =
            parse("MemTotal:  24684092 kB\nHugePages_Total:    0\npgscan_direct 17\nnr_dirty -3\n").unwrap();
        assert_eq!(fields.get("MemTotal"), Some(24_684_092));
        assert_eq!(fields.get("HugePages_Total"), Some(0));
        assert_eq!(fields.get("pgscan_direct"), Some(17));
        assert_eq!(fields.get("nr_dirty"), Some(0));
        assert_eq!(fields.get("none"), None);
        assert_eq!(parse("Node 12 MemFree:   5 kB").unwrap().get("MemFree"), Some(5));
    }

    #[test]
    fn names_the_line_that_is_wrong() {
        assert_eq!(parse("a 1\n\nb: x kB").unwrap_err(), Malformed::not_a_number(3, "x"));
        assert_eq!(parse("a 1\nb").unwrap_err().line, 2);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|[a-z:]+ +[0-9-]+)*") {
            let _ = parse(&text);
        }

        #[test]
        fn what_was_written_is_read_back(names in prop::collection::vec("[A-Za-z_()]{1,12}", 0..30), number: u64) {
            let text: String = names.iter().map(|name| format!("{name}: {number} kB\n")).collect();
            let fields = parse(&text).unwrap();
            prop_assert!(names.iter().all(|name| fields.get(name) == Some(number)));
        }
    }
}
