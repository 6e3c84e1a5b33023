//! The text of a drop-in, changed line by line: what its owner wrote into it besides stays as it is.

use crate::facts::unit_property;

/// A line that assigns a value.
struct Assignment<'t> {
    /// Its place among the lines, counted from 0.
    line: usize,
    section: &'t str,
    key: &'t str,
    value: &'t str,
}

impl Assignment<'_> {
    /// Whether it stands where systemd looks for it in a unit of `kind`.
    fn is_of(&self, kind: &str) -> bool {
        self.section == unit_property::section_of(self.key, kind)
    }
}

/// What a drop-in of memtune's own begins with.
pub fn header(unit: &str) -> String {
    format!(
        "# Written by memtune: `memtune limits set {unit}` changes it, `memtune limits unset {unit}` takes it away.\n\
         # A file of your own that sorts behind this one overrides it.\n"
    )
}

/// Whether memtune wrote a text like this.
pub fn is_ours(text: &str) -> bool {
    text.starts_with("# Written by memtune: `memtune limits set ")
}

/// `text` with the property set, in the place where it stands already, or else at the end of its section.
pub fn with(text: &str, section: &str, property: &str, value: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let known = assignments(text).into_iter().rfind(|one| one.section == section && one.key == property);
    let line = format!("{property}={value}\n");
    let parts = |from: usize, to: usize| (lines.get(..from), lines.get(to..));
    if let Some(place) = known.map(|known| known.line)
        && let (Some(before), Some(after)) = parts(place, end_of_value(&lines, place))
    {
        return before.concat() + &line + &after.concat();
    }
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    match end_of_section(text, section).map(|end| parts(end, end)) {
        Some((Some(before), Some([]))) => before.concat() + gap + &line,
        Some((Some(before), Some(after))) => before.concat() + &line + &after.concat() + gap,
        _ => {
            let between = if text.is_empty() { "" } else { "\n" };
            format!("{text}{gap}{between}[{section}]\n{line}")
        }
    }
}

/// `text` without the lines that set one of `properties` in the section that it belongs into in a unit of `kind`.
pub fn without(text: &str, properties: &[&str], kind: &str) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let goes = |one: &&Assignment<'_>| properties.contains(&one.key) && one.is_of(kind);
    for one in assignments(text).iter().rev().filter(goes) {
        let end = end_of_value(&lines, one.line);
        lines.drain(one.line.min(end)..end);
    }
    lines.concat()
}

/// The place behind the last line of the value that begins at `line`: one that ends with a backslash goes on, over comments, too.
fn end_of_value(lines: &[&str], line: usize) -> usize {
    let mut is_continued = true;
    let rest = lines.iter().skip(line);
    let belongs = |content: &&&str| {
        let belongs = is_continued;
        if !is_comment(content) {
            is_continued = is_continued && goes_on(content);
        }
        belongs
    };
    line.saturating_add(rest.take_while(belongs).count()).min(lines.len())
}

/// What it sets, in the order of its lines.
pub fn values(text: &str) -> Vec<(String, String)> {
    assignments(text).into_iter().map(|one| (one.key.to_owned(), one.value.to_owned())).collect()
}

/// Which properties that memtune sets it gives a unit of `kind`, in the order of their lines.
pub fn properties(text: &str, kind: &str) -> Vec<String> {
    let is_ours =
        |one: &Assignment<'_>| one.is_of(kind) && unit_property::names().any(|name| name == one.key);
    assignments(text).into_iter().filter(is_ours).map(|one| one.key.to_owned()).collect()
}

/// Whether nothing is in it but what memtune begins it with and the names of sections.
pub fn is_spent(text: &str) -> bool {
    let header = header("");
    let starts: Vec<&str> = header.lines().filter_map(|line| line.split("` changes").next()).collect();
    text.lines().map(str::trim).all(|line| {
        let is_header = starts.iter().any(|start| line.starts_with(start.trim_end()));
        line.is_empty() || is_header || (line.starts_with('[') && line.ends_with(']'))
    })
}

fn assignments(text: &str) -> Vec<Assignment<'_>> {
    let mut section = "";
    let mut is_continued = false;
    let mut found = Vec::new();
    for (line, content) in text.split_inclusive('\n').enumerate() {
        let trimmed = content.trim();
        if is_comment(content) {
            continue;
        }
        let is_part = std::mem::replace(&mut is_continued, goes_on(content));
        if is_part {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if let Some((key, value)) = trimmed.split_once('=') {
            found.push(Assignment { line, section, key: key.trim(), value: value.trim() });
        }
    }
    found
}

/// The place behind the last line of a section that holds something; `None` where there is none, or where its last line goes on.
fn end_of_section(text: &str, section: &str) -> Option<usize> {
    let mut end = None;
    let (mut is_inside, mut is_continued) = (false, false);
    for (line, content) in text.split_inclusive('\n').enumerate() {
        let trimmed = content.trim();
        let is_comment = is_comment(content);
        let is_part = is_continued;
        if !is_comment {
            is_continued = goes_on(content);
        }
        if !is_part && !is_comment && trimmed.starts_with('[') && trimmed.ends_with(']') {
            is_inside = trimmed.get(1..trimmed.len().saturating_sub(1)) == Some(section);
        }
        if is_inside && !trimmed.is_empty() {
            end = (!is_continued).then_some(line + 1);
        }
    }
    end
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', ';'])
}

fn goes_on(line: &str) -> bool {
    line.trim_end_matches(['\n', '\r']).ends_with('\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value_of(text: &str, section: &str, property: &str) -> Option<String> {
        assignments(text)
            .into_iter()
            .rfind(|one| one.section == section && one.key == property)
            .map(|one| one.value.to_owned())
    }

    #[test]
    fn one_more_property_keeps_the_others() {
        let first = with(&header("a.service"), "Service", "MemoryMax", "2G");
        assert!(first.ends_with("overrides it.\n\n[Service]\nMemoryMax=2G\n"), "{first}");
        assert!(is_ours(&first));
        let second = with(&first, "Service", "MemoryHigh", "1G");
        assert!(second.ends_with("[Service]\nMemoryMax=2G\nMemoryHigh=1G\n"), "{second}");
        let third = with(&second, "Unit", "StartLimitBurst", "3");
        assert!(third.ends_with("MemoryHigh=1G\n\n[Unit]\nStartLimitBurst=3\n"), "{third}");
        assert!(with(&third, "Service", "CPUWeight", "5").contains("MemoryHigh=1G\nCPUWeight=5\n\n[Unit]\n"));
        assert!(
            with(&third, "Service", "MemoryMax", "3G").contains("[Service]\nMemoryMax=3G\nMemoryHigh=1G\n")
        );
        assert_eq!(with("", "Slice", "MemoryMax", "1G"), "[Slice]\nMemoryMax=1G\n");
    }

    #[test]
    fn what_its_owner_wrote_stays() {
        let text = "# mine\n[Service]\n  Nice = 5\nEnvironment=A=1 \\\n   MemoryMax=9\n; more\n\n[Unit]\nDocumentation=x";
        let set = with(text, "Service", "MemoryMax", "1G");
        assert_eq!(set, format!("{text}\n").replace("; more\n", "; more\nMemoryMax=1G\n"));
        assert_eq!(without(&set, &["MemoryMax"], "service"), format!("{text}\n"));
        assert_eq!(
            without(text, &["Environment"], "service"),
            text.replace("Environment=A=1 \\\n   MemoryMax=9\n", "")
        );
        assert_eq!(with("[Service]\nA=1 \\\n# x\n 2\nB=3", "Service", "A", "4"), "[Service]\nA=4\nB=3");
        assert_eq!(without("[Service]\nA=1\nB=2\nA=3\n", &["A"], "service"), "[Service]\nB=2\n");
        assert_eq!(without("[Unit]\nA=1\n[Service]\nA=3\n", &["A"], "service"), "[Unit]\nA=1\n[Service]\n");
    }

    #[test]
    fn only_what_memtune_wrote_is_nothing_worth_keeping() {
        let own = header("a.service");
        for spent in ["", &own, &(own.clone() + "\n[Service]\n\n[Unit]\n"), "[Service]\n"] {
            assert!(is_spent(spent), "{spent}");
        }
        for kept in ["# mine\n", "Nice=5\n", "# A file\n"] {
            assert!(!is_spent(&(own.clone() + kept)), "{kept}");
        }
        let text = own + "[Service]\nMemoryMax=1G\nNice=5\n[Unit]\nMemoryHigh=1G\nStartLimitBurst=3\n";
        assert_eq!(properties(&text, "service"), ["MemoryMax", "StartLimitBurst"]);
    }

    proptest! {
        #[test]
        fn what_is_set_counts_and_goes_again(
            text in "(\\PC|\n|\\[(Service|Unit)\\]\n|(MemoryMax|Nice) ?= ?[0-9]*\\\\?\n|#\\PC{0,3}\n){0,12}",
            value in "[1-9][0-9]{0,3}[KMG]?",
        ) {
            let set = with(&text, "Service", "MemoryMax", &value);
            // A last line that goes on takes in whatever follows it, and then there is no telling.
            prop_assume!(!goes_on(&text));
            prop_assert_eq!(value_of(&set, "Service", "MemoryMax"), Some(value.clone()));
            prop_assert_eq!(with(&set, "Service", "MemoryMax", &value), set.clone());
            let gone = without(&set, &["MemoryMax"], "service");
            prop_assert_eq!(value_of(&gone, "Service", "MemoryMax"), None, "{}", gone);
        }
    }
}
