//! Who is spared, and who goes first.

use toml::Spanned;

use crate::watch::settings::{Action, Rule};

use super::document::{RuleTable, WrittenAction};
use super::quantities::User;
use super::reader::Reader;
use super::wrong::Wrong;

/// Each job is held against all of them when memory is short.
const MOST: usize = 128;

/// No name of a unit is longer.
const LONGEST: usize = 255;

/// As the kernel cuts commands, in bytes.
const COMMAND: usize = 15;

pub(super) fn read(reader: Reader<'_>, tables: Vec<Spanned<RuleTable>>) -> Result<Vec<Rule>, Wrong> {
    if let Some(beyond) = tables.get(MOST) {
        return Err(reader.text.wrong(&beyond.span(), format!("more than {MOST} rules")));
    }
    tables.into_iter().map(|table| rule(reader, table)).collect()
}

fn rule(reader: Reader<'_>, table: Spanned<RuleTable>) -> Result<Rule, Wrong> {
    let place = table.span();
    let table = table.into_inner();
    let rule = Rule {
        action: action(table.action),
        unit: pattern(reader, table.unit)?,
        command: table.command.map(|written| command(reader, written)).transpose()?,
        user: table.user.map(|written| user(reader, &written)).transpose()?,
        group: table.group.map(|written| group(reader, written)).transpose()?,
    };
    let patterns = [&rule.unit, &rule.command, &rule.group];
    if patterns.iter().all(|pattern| pattern.is_none()) && rule.user.is_none() {
        let what = "a rule without `unit`, `command`, `user` or `group` would fit everything";
        return Err(reader.text.wrong(&place, what));
    }
    let is_any = |pattern: &&String| pattern.trim_start_matches('/').chars().all(|letter| letter == '*');
    if rule.user.is_none() && patterns.iter().filter_map(|pattern| pattern.as_ref()).all(|one| is_any(&one)) {
        let what = match rule.action {
            Action::Protect => "this rule fits everything, so that nothing could ever be ended",
            _ => "this rule fits everything, so that it prefers nothing to anything",
        };
        return Err(reader.text.wrong(&place, what));
    }
    Ok(rule)
}

fn action(written: WrittenAction) -> Action {
    match written {
        WrittenAction::Protect => Action::Protect,
        WrittenAction::Avoid => Action::Avoid,
        WrittenAction::Prefer => Action::Prefer,
        WrittenAction::Ignore => Action::Ignore,
    }
}

fn pattern(reader: Reader<'_>, written: Option<Spanned<String>>) -> Result<Option<String>, Wrong> {
    written.map(|written| text(reader, written)).transpose()
}

fn text(reader: Reader<'_>, written: Spanned<String>) -> Result<String, Wrong> {
    let place = written.span();
    let text = written.into_inner();
    let wrong = |what: &str| Err(reader.text.wrong(&place, what));
    if text.trim().is_empty() {
        return wrong("an empty pattern fits nothing");
    }
    if text.len() > LONGEST {
        return wrong("a pattern has 255 bytes at the most");
    }
    if text.chars().any(char::is_control) {
        return wrong("a pattern has no control characters");
    }
    Ok(text)
}

fn command(reader: Reader<'_>, written: Spanned<String>) -> Result<String, Wrong> {
    let place = written.span();
    let text = text(reader, written)?;
    if text.contains('/') {
        let what = "the kernel knows a command by its name alone, without folders";
        return Err(reader.text.wrong(&place, what));
    }
    // A `*` may stand for nothing, so only the others count.
    if text.bytes().filter(|&byte| byte != b'*').count() > COMMAND {
        let mut end = COMMAND;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let cut = text.get(..end).unwrap_or_default();
        let what =
            format!("it would fit nothing: the kernel cuts a command to {COMMAND} bytes; write `{cut}`");
        return Err(reader.text.wrong(&place, what));
    }
    Ok(text)
}

fn group(reader: Reader<'_>, written: Spanned<String>) -> Result<String, Wrong> {
    let place = written.span();
    let text = text(reader, written)?;
    if !text.starts_with('/') {
        let what = format!("the path of a control group begins with `/`: write `/{text}` or `/**/{text}`");
        return Err(reader.text.wrong(&place, what));
    }
    Ok(text)
}

fn user(reader: Reader<'_>, written: &Spanned<User>) -> Result<u32, Wrong> {
    match written.get_ref() {
        User::Number(number) => Ok(*number),
        User::Name(name) => reader.surroundings.user(name).ok_or_else(|| {
            let shown: String = name.chars().take(40).collect();
            let what = format!("there is no user `{shown}` in /etc/passwd; a number is taken as it is");
            reader.text.wrong(&written.span(), what)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader::parse;
    use super::super::reader::tests::wrong;
    use super::super::surroundings::tests::Made;
    use super::*;

    #[test]
    fn rules_keep_their_order_and_users_become_numbers() {
        let text = "[[rule]]\naction = \"protect\"\nunit = \"postgresql@*.service\"\n\
                    [[rule]]\naction = \"prefer\"\nuser = \"postgres\"\ncommand = \"chrom*\"\n\
                    [[rule]]\naction = \"avoid\"\nuser = 70000\n";
        let rules = parse("w", text, &Made).unwrap().rules;
        let actions: Vec<Action> = rules.iter().map(|rule| rule.action).collect();
        assert_eq!(actions, [Action::Protect, Action::Prefer, Action::Avoid]);
        assert_eq!((rules[1].user, rules[2].user), (Some(105), Some(70_000)));
    }

    #[test]
    fn rules_that_cannot_be_meant_are_refused() {
        let cases = [
            ("action = \"prefer\"", "would fit everything"),
            ("action = \"prefer\"\nunit = \"*\"", "prefers nothing"),
            ("action = \"protect\"\ngroup = \"/**\"\ncommand = \"*\"", "nothing could ever be ended"),
            ("action = \"kill\"\nunit = \"a\"", "unknown variant `kill`"),
            ("action = \"protct\"\nunit = \"a\"", "did you mean `protect`?"),
            ("unit = \"a\"", "missing field `action`"),
            ("action = \"protect\"\nunit = \" \"", "line 3, column 8: an empty pattern"),
            ("action = \"protect\"\ncommand = \"chromium-browser\"", "write `chromium-browse`"),
            ("action = \"protect\"\ncommand = \"/usr/bin/x\"", "without folders"),
            ("action = \"protect\"\ngroup = \"user.slice\"", "begins with `/`"),
            ("action = \"protect\"\nuser = \"nobody-here\"", "no user `nobody-here`"),
            ("action = \"protect\"\nuser = -1", "line 3"),
            ("action = \"protect\"\nunits = \"a\"", "did you mean `unit`?"),
        ];
        for (text, said) in cases {
            let wrong = wrong(&format!("[[rule]]\n{text}\n"));
            assert!(wrong.contains(said), "{text}: {wrong}");
        }
        let many = "[[rule]]\naction = \"avoid\"\nuser = 1\n".repeat(129);
        assert!(wrong(&many).contains("more than 128 rules"));
    }
}
