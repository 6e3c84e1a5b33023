//! A plan, for people: what changes, why, and the exact difference.

use anstyle::{AnsiColor, Style};

use crate::change::journal::Entry;
use crate::change::undo::Drifted;
use crate::change::{
    Applied, Change, CommandChange, FileChange, KnobChange, Plan, Recovered, diff, knob_name,
};
use crate::change::{SwapAreaChange, SwapFile, SwapFileChange, SwapOn};
use crate::host::Filling;

use super::look::{FAINT, HEADING, Look, harmless, styled};
use super::paragraph;

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();
const REFUSED: Style = AnsiColor::Red.on_default().bold();

/// The column at which the reason of a change begins.
const INDENT: usize = 2;

/// Renders what `plan` does.
pub fn render(plan: &Plan, look: Look) -> String {
    let mut text = heading(look, &plan.title);
    if plan.is_empty() {
        text += &paragraph::indented(look, 0, "Nothing is to be changed.");
    } else {
        text.extend(plan.steps().iter().map(|change| format!("\n{}", step(change, look))));
    }
    text + &notes(plan.notes(), look) + &refusals(plan, look)
}

/// Renders what a run that was cut short was about to do.
pub fn cut_short(entry: &Entry, look: Look) -> String {
    let text = format!("Change {} was cut short. This is what it was about to do:", entry.id);
    paragraph::indented(look, 0, &text) + "\n" + &render(&entry.plan(), look)
}

/// Renders that there is nothing to do, and why.
pub fn nothing(why: &str, look: Look) -> String {
    paragraph::indented(look, 0, &format!("Nothing is to be changed: {why}."))
}

/// Renders what was taken back of a run that was cut short.
pub fn recovered(recovered: &Recovered, look: Look) -> String {
    let Recovered { id, title, undoes, left, notes } = recovered;
    let mut text = match left.as_slice() {
        [] => format!("Change {id} ({title}) had been cut short. It has been taken back."),
        _ => format!("Change {id} ({title}) had been cut short. It has been taken back, but for this:"),
    };
    text = paragraph::indented(look, 0, &text);
    text.extend(left.iter().chain(notes).map(|line| paragraph::hanging(look, "  - ", 4, line)));
    if !left.is_empty() {
        let next = format!(
            "`memtune history {id}` shows it, `memtune undo {id}` takes the rest back, and with --force also what somebody else changed."
        );
        text += &paragraph::indented(look, 0, &next);
    }
    for undone in undoes {
        let next = format!("Change {undone} is in force again; `memtune undo {undone}` takes it back.");
        text += &paragraph::indented(look, 0, &next);
    }
    text + "\n"
}

/// Renders that the plan was carried out, what failed of it, and how it is taken back; `memtune` is how the program is called.
pub fn applied(applied: &Applied, memtune: &str, look: Look) -> String {
    let Applied { id, notes: failed, .. } = applied;
    let text = paragraph::indented(look, 0, &format!("Done: this is change {id}. To take it back:"));
    notes(failed, look) + "\n" + &text + &paragraph::command(look, INDENT, &format!("{memtune} undo {id}"))
}

/// Renders what to type for the same plan with root's rights.
pub fn needs_root(command: &str, look: Look) -> String {
    let text = paragraph::indented(look, 0, "Nothing was changed: this needs root. To do it:");
    format!("\n{text}") + &paragraph::command(look, INDENT, command)
}

/// Renders what somebody else changed since memtune wrote it.
pub fn drift(drifted: &[Drifted], look: Look) -> String {
    let mut text = heading(look, "What memtune wrote, and what is there now");
    for one in drifted {
        text.push('\n');
        text.extend(one.difference.lines().map(|line| diff_line(line, 0)));
    }
    text
}

fn heading(look: Look, title: &str) -> String {
    paragraph::indented(look, 0, title).lines().map(|line| styled(HEADING, line) + "\n").collect()
}

fn step(change: &Change, look: Look) -> String {
    let first = match change {
        Change::File(file) => file_line(file),
        Change::Knob(knob) => knob_line(knob, look),
        Change::Command(command) => command_line(command),
        Change::SwapFile(file) => swap_file_line(file),
        Change::SwapArea(area) => swap_area_line(area, look),
    };
    let difference = match change {
        Change::File(file) => {
            let difference = diff::of(file);
            difference.lines().filter(|line| is_news(line)).map(|line| diff_line(line, INDENT)).collect()
        }
        _ => String::new(),
    };
    format!("{first}\n") + &reason(change, look) + &difference
}

fn file_line(file: &FileChange) -> String {
    let deed = match (&file.before, &file.after) {
        (None, None) => "its empty folders are removed",
        (None, _) => "new",
        (_, None) => "removed",
        _ => "changed",
    };
    format!("{} {}", styled(HEADING, &harmless(&file.target)), styled(FAINT, &format!("({deed})")))
}

fn knob_line(knob: &KnobChange, look: Look) -> String {
    let arrow = if look.has_unicode { "→" } else { "->" };
    let (before, after) = (harmless(&knob.before), harmless(&knob.after));
    let name = styled(HEADING, &harmless(&knob_name(&knob.target)));
    format!("{name} {} {arrow} {}", styled(REMOVED, &before), styled(ADDED, &after))
}

fn command_line(command: &CommandChange) -> String {
    let when = if command.afterwards { " once all is done" } else { "" };
    format!("run {}{when}", styled(HEADING, &harmless(&command.target)))
}

fn swap_file_line(change: &SwapFileChange) -> String {
    let what = match (&change.before, &change.after) {
        (_, Some(file)) => format!("new swap file of {}{}", file.size, details(file)),
        (Some(file), None) => format!("swap file of {}, deleted", file.size),
        (None, None) => "unchanged".to_owned(),
    };
    format!("{} {}", styled(HEADING, &harmless(&change.target)), styled(FAINT, &format!("({what})")))
}

fn details(file: &SwapFile) -> String {
    let parts = [
        (file.filling == Filling::Zeroes).then(|| "filled with zeroes".to_owned()),
        file.no_copy_on_write.then(|| "never copied on write".to_owned()),
        (!file.label.is_empty()).then(|| format!("with the label {}", harmless(&file.label))),
    ];
    parts.into_iter().flatten().map(|part| format!(", {part}")).collect()
}

fn swap_area_line(area: &SwapAreaChange, look: Look) -> String {
    let arrow = if look.has_unicode { "→" } else { "->" };
    let (before, after) = (in_words(area.before), in_words(area.after));
    let name = styled(HEADING, &format!("swap {}", harmless(&area.target)));
    format!("{name} {} {arrow} {}", styled(REMOVED, &before), styled(ADDED, &after))
}

fn in_words(state: Option<SwapOn>) -> String {
    match state {
        None => "off".to_owned(),
        Some(SwapOn { priority: None, .. }) => "on".to_owned(),
        Some(SwapOn { priority: Some(priority), .. }) => format!("on with priority {priority}"),
    }
}

fn reason(change: &Change, look: Look) -> String {
    let why = change.why();
    let source = if why.source.is_empty() { String::new() } else { format!(" ({})", why.source) };
    match format!("{}{source}", why.reason) {
        text if text.is_empty() => text,
        text => paragraph::indented(look, INDENT, &text),
    }
}

/// Whether a line of a diff says more than the line above it, which names the file and whether it is new.
fn is_news(line: &str) -> bool {
    !["diff --git ", "new file mode 100644", "deleted file mode "].iter().any(|known| line.starts_with(known))
}

/// Diffs are not wrapped: they can be given to patch.
fn diff_line(line: &str, indent: usize) -> String {
    let style = match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => HEADING,
        [b'+', ..] => ADDED,
        [b'-', ..] => REMOVED,
        [b'@', ..] => PLACE,
        [b' ', ..] => Style::new(),
        _ => FAINT,
    };
    // A tab is no danger, and unit files and fstab hold them.
    let parts: Vec<String> = line.split('\t').map(harmless).collect();
    format!("{}{}\n", " ".repeat(indent), styled(style, &parts.join("\t")))
}

fn notes(notes: &[String], look: Look) -> String {
    let text: String = notes.iter().map(|note| paragraph::hanging(look, "note: ", 6, note)).collect();
    if text.is_empty() { text } else { format!("\n{text}") }
}

fn refusals(plan: &Plan, look: Look) -> String {
    let label = styled(REFUSED, "refused:");
    let refusals = plan.refused().iter().map(|refused| {
        let text = format!("{}: {}", knob_name(&refused.target), refused.reason);
        paragraph::hanging(look, &format!("{label} "), 9, &text)
    });
    let text: String = refusals.collect();
    if text.is_empty() { text } else { format!("\n{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Area, Why};
    use crate::host::made_tree::made_tree;

    const LOOK: Look = Look { width: 40, has_unicode: false, is_root: false };

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn shows_what_changes_and_why() {
        let (_folder, host) = made_tree(&[("/etc/a.conf", "one\ntwo\t2\x1b[2J\n")]);
        let mut plan = Plan::new("try it", Area::Tune);
        plan.file(&host, "/etc/a.conf", Some("one\nthree\n"), Why::new("two is too few for this", "a(5)"))
            .unwrap();
        plan.afterwards(&["systemctl", "daemon-reload"], Why::default());
        plan.note("the next boot decides");
        plan.refuse("/proc/sys/vm/swappiness", "is not for this machine");
        let text = plain(&render(&plan, LOOK));
        assert_eq!(
            text,
            "try it\n\n/etc/a.conf (changed)\n  two is too few for this (a(5))\n  \
             --- a/etc/a.conf\n  +++ b/etc/a.conf\n  @@ -1,2 +1,2 @@\n   one\n  -two\t2\u{fffd}[2J\n  +three\n\n\
             run systemctl daemon-reload once all is done\n\nnote: the next boot decides\n\n\
             refused: vm.swappiness: is not for this\n         machine\n"
        );
    }

    #[test]
    fn swap_files_and_areas_are_shown() {
        let file = SwapFile {
            label: "x".to_owned(),
            filling: Filling::Zeroes,
            no_copy_on_write: true,
            ..SwapFile::new(
                crate::sys::bytes::Bytes::from_gib(16),
                "6c0f1f2e-9a53-4a2b-8a0c-0d6f3b7c2e11".parse().unwrap(),
            )
        };
        let target = "/swap\x1b[2J".to_owned();
        let shown = |before: Option<SwapFile>, after| {
            let change = SwapFileChange { target: target.clone(), before, after, why: Why::default() };
            plain(&step(&Change::SwapFile(change), LOOK))
        };
        let expected = "/swap\u{fffd}[2J (new swap file of 16 GiB, filled with zeroes, never copied on write, \
            with the label x)\n";
        assert_eq!(shown(None, Some(file.clone())), expected);
        assert_eq!(shown(Some(file), None), "/swap\u{fffd}[2J (swap file of 16 GiB, deleted)\n");
        let shown = |before, after| {
            let change =
                SwapAreaChange { target: target.clone(), uuid: None, before, after, why: Why::default() };
            plain(&step(&Change::SwapArea(change), LOOK))
        };
        let on = |priority| Some(SwapOn::with_priority(priority));
        assert_eq!(shown(None, on(Some(5))), "swap /swap\u{fffd}[2J off -> on with priority 5\n");
        assert_eq!(shown(on(None), None), "swap /swap\u{fffd}[2J on -> off\n");
    }

    #[test]
    fn an_empty_plan_says_so() {
        let text = plain(&render(&Plan::new("try it", Area::Tune), LOOK));
        assert_eq!(text, "try it\nNothing is to be changed.\n");
    }

    #[test]
    fn what_was_cut_short_is_told() {
        let title = "x".to_owned();
        let mut one = Recovered { id: 3, title, undoes: Vec::new(), left: Vec::new(), notes: Vec::new() };
        let flat = |one: &Recovered| recovered(one, LOOK).replace('\n', " ");
        assert!(flat(&one).ends_with("It has been taken back.  "), "{}", flat(&one));
        one.left.push("a file".to_owned());
        assert!(recovered(&one, LOOK).contains("  - a file\n"));
        assert!(
            flat(&one).contains("`memtune history 3` shows it, `memtune undo 3` takes"),
            "{}",
            flat(&one)
        );
        one.undoes.push(2);
        let text = flat(&one);
        assert!(text.ends_with("Change 2 is in force again; `memtune undo 2` takes it back.  "), "{text}");
    }
}
