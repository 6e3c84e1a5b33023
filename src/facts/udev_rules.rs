//! The rules of udev that set kernel knobs: `SYSCTL{vm.swappiness}="150"`.

use super::malformed::MOST_ENTRIES;

/// A knob that a rule sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSetting {
    /// The line on which the rule begins, counted from 1.
    pub line: usize,
    /// The knob as it is written.
    pub key: String,
    /// The value as it is written.
    pub value: String,
    /// When the rule applies, as it is written; empty where it always does.
    pub condition: String,
    /// Whether udev fills a part of the value in.
    pub is_computed: bool,
}

/// Reads a file; rules that set no knob, and those that udev would refuse, are passed over.
pub fn parse(text: &str) -> Vec<RuleSetting> {
    // Few files have any: the others need no closer look.
    if !text.contains("SYSCTL") {
        return Vec::new();
    }
    let rules = rules(text).into_iter();
    rules.flat_map(|(line, rule)| settings(line, &rule)).take(MOST_ENTRIES).collect()
}

/// The rules with the lines that they begin on: a backslash at the end of a line goes on to the next.
fn rules(text: &str) -> Vec<(usize, String)> {
    let mut rules = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_start();
        if line.starts_with('#') {
            continue;
        }
        let (first, mut rule) = open.take().unwrap_or((number, String::new()));
        match line.trim_end().strip_suffix('\\') {
            Some(part) => {
                rule.push_str(part);
                open = Some((first, rule));
            }
            None => {
                rule.push_str(line);
                rules.push((first, rule));
            }
        }
    }
    rules.extend(open);
    rules
}

struct Token<'t> {
    key: &'t str,
    attribute: &'t str,
    operator: &'t str,
    value: String,
}

impl Token<'_> {
    fn is_condition(&self) -> bool {
        matches!(self.operator, "==" | "!=")
    }
}

fn settings(line: usize, rule: &str) -> Vec<RuleSetting> {
    let mut tokens = Vec::new();
    let mut left = rule;
    loop {
        left = left.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ',');
        if left.is_empty() {
            break;
        }
        // udev refuses a rule as a whole.
        let Some((token, rest)) = first_token(left) else { return Vec::new() };
        tokens.push(token);
        left = rest;
    }
    let conditions: Vec<String> =
        tokens.iter().filter(|token| token.is_condition()).map(|token| shown(token)).collect();
    let condition = conditions.join(", ");
    let sets = |token: &&Token| token.key == "SYSCTL" && !token.is_condition() && !token.attribute.is_empty();
    let setting = |token: &Token| RuleSetting {
        line,
        key: token.attribute.to_owned(),
        value: token.value.clone(),
        condition: condition.clone(),
        is_computed: token.value.contains(['$', '%']),
    };
    tokens.iter().filter(sets).map(setting).collect()
}

fn shown(token: &Token) -> String {
    let Token { key, attribute, operator, value } = token;
    match attribute.is_empty() {
        true => format!("{key}{operator}\"{value}\""),
        false => format!("{key}{{{attribute}}}{operator}\"{value}\""),
    }
}

fn first_token(text: &str) -> Option<(Token<'_>, &str)> {
    let (key, rest) =
        text.split_at(text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')?);
    let (attribute, rest) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?,
        None => ("", rest),
    };
    let rest = rest.trim_start();
    let operator = ["==", "!=", "+=", "-=", ":=", "="].into_iter().find(|sign| rest.starts_with(sign))?;
    let rest = rest.strip_prefix(operator)?.trim_start();
    // `i` asks for a comparison without regard to case, `e` for escapes.
    let rest = rest.strip_prefix(['e', 'i']).unwrap_or(rest).strip_prefix('"')?;
    let (value, rest) = quoted(rest)?;
    (!key.is_empty()).then_some((Token { key, attribute, operator, value }, rest))
}

/// The text up to the closing quote, and what follows; a quote behind a backslash closes nothing.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut is_escaped = false;
    let end = text.find(|letter| {
        let closes = letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        closes
    })?;
    let (value, rest) = text.split_at(end);
    Some((value.replace("\\\"", "\""), rest.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_the_knobs_and_when_they_are_set() {
        let text = "# SYSCTL{vm.x}=\"1\"\nACTION==\"change\", KERNEL==\"zram0\", ATTR{initstate}==\"1\", SYSCTL{vm.swappiness}=\"150\", \\\n  \
                    RUN+=\"/bin/sh -c 'echo \\\"N\\\" > x'\"\nSYSCTL{vm/page-cluster} = \"0\"\nSYSCTL{vm.y}==\"1\", ENV{a}=\"b\"\nSYSCTL{vm.z}=broken\n";
        let found = parse(text);
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].line, found[0].key.as_str(), found[0].value.as_str()),
            (2, "vm.swappiness", "150")
        );
        assert_eq!(found[0].condition, "ACTION==\"change\", KERNEL==\"zram0\", ATTR{initstate}==\"1\"");
        assert_eq!(
            (found[1].line, found[1].key.as_str(), found[1].condition.as_str()),
            (4, "vm/page-cluster", "")
        );
    }

    #[test]
    fn what_udev_fills_in_is_marked() {
        assert!(parse("SYSCTL{vm.x}=\"$attr{size}\"")[0].is_computed);
        assert!(!parse("SYSCTL{vm.x}=\"1\"")[0].is_computed);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|SYSCTL\\{[a-z.]*\\}=\"[a-z]*\"|\\\\\n?|,|==|\")*") {
            parse(&format!("{text}SYSCTL"));
        }
    }
}
