//! Programs that are told.

use toml::Spanned;

use crate::watch::settings::Hooks;

use super::document::HooksTable;
use super::reader::{MINUTE, Reader, TENTH};
use super::wrong::Wrong;

/// The watchdog keeps room for so many words of one hook.
const MOST_WORDS: usize = 16;

/// And for so many bytes of them, their ends included.
const MOST_BYTES: usize = 2048;

pub(super) fn read(reader: Reader<'_>, base: &Hooks, table: Option<HooksTable>) -> Result<Hooks, Wrong> {
    let table = table.unwrap_or_default();
    let hook = |written: Option<Spanned<Vec<String>>>, base: &Option<Vec<String>>| match written {
        Some(written) => hook(reader, written),
        None => Ok(base.clone()),
    };
    Ok(Hooks {
        warning: hook(table.warning, &base.warning)?,
        critical: hook(table.critical, &base.critical)?,
        redline: hook(table.redline, &base.redline)?,
        before_kill: hook(table.before_kill, &base.before_kill)?,
        after_kill: hook(table.after_kill, &base.after_kill)?,
        limit: reader.time(table.limit, base.limit, TENTH..=MINUTE)?,
    })
}

/// The words of one hook; none at all takes back one that the file below had.
fn hook(reader: Reader<'_>, written: Spanned<Vec<String>>) -> Result<Option<Vec<String>>, Wrong> {
    let place = written.span();
    let words = written.into_inner();
    let wrong = |what: String| Err(reader.text.wrong(&place, what));
    let Some(program) = words.first() else { return Ok(None) };
    if !program.starts_with('/') {
        let shown: String = program.chars().take(40).collect();
        return wrong(format!("`{shown}` is no whole path: a hook is not looked for, and no shell reads it"));
    }
    if words.len() > MOST_WORDS {
        return wrong(format!("a hook has {MOST_WORDS} words at the most"));
    }
    if words.iter().map(|word| word.len() + 1).sum::<usize>() > MOST_BYTES {
        return wrong(format!("the words of a hook have {MOST_BYTES} bytes at the most"));
    }
    if words.iter().any(|word| word.contains('\0')) {
        return wrong("a word of a hook holds a zero byte".to_owned());
    }
    match reader.surroundings.program(program) {
        Ok(()) => Ok(Some(words)),
        Err(what) => wrong(format!("`{program}` {what}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader::tests::wrong;
    use super::super::reader::{parse, parse_over};
    use super::super::surroundings::tests::Made;

    #[test]
    fn a_hook_is_a_program_with_its_words() {
        let text = "[hooks]\nbefore-kill = [\"/usr/bin/logger\", \"a b\"]\nlimit = \"3s\"\n";
        let settings = parse("w", text, &Made).unwrap();
        assert_eq!(settings.hooks.before_kill.as_ref().unwrap(), &["/usr/bin/logger", "a b"]);
        let without = parse_over(&settings, "w", "[hooks]\nbefore-kill = []\n", &Made).unwrap();
        assert_eq!((without.hooks.before_kill, without.hooks.limit.as_secs()), (None, 3));
    }

    #[test]
    fn hooks_that_could_not_be_run_are_refused() {
        let many = format!("warning = [\"/usr/bin/a\"{}]", ", \"b\"".repeat(16));
        let long = format!("warning = [\"/usr/bin/a\", \"{}\"]", "b".repeat(2048));
        let cases = [
            ("warning = [\"logger\"]", "no whole path"),
            ("warning = \"/usr/bin/logger\"", "line 2, column 11"),
            ("warning = [\"/opt/none\"]", "`/opt/none` is not there"),
            ("warning = [\"/usr/bin/a\", \"\\u0000\"]", "zero byte"),
            (&many, "16 words"),
            (&long, "2048 bytes"),
            ("limit = \"2m\"", "between 100ms and 1m"),
            ("before_kill = []", "did you mean `before-kill`?"),
        ];
        for (text, said) in cases {
            let wrong = wrong(&format!("[hooks]\n{text}\n"));
            assert!(wrong.contains(said), "{text}: {wrong}");
        }
    }
}
