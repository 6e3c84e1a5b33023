//! The line of a page that shows how its command is typed.

use clap::{Arg, Command};

use super::roff::{bold, italic};

/// The page with `line` as its synopsis: clap_mangen's leaves out what options take.
pub(super) fn with_synopsis(page: &str, line: &str) -> String {
    let lines = page.split_inclusive('\n').collect::<Vec<_>>();
    let is_title = |text: &&str| text.trim_end() == ".SH SYNOPSIS";
    let place = lines.iter().position(is_title);
    let with = |(at, text): (usize, &&str)| match place {
        Some(title) if at == title + 1 => format!("{line}\n"),
        _ => (*text).to_owned(),
    };
    lines.iter().enumerate().map(with).collect()
}

/// The command, its own options with what they take, and what else it takes; the options of every command stand below.
pub(super) fn synopsis(command: &Command) -> String {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let mut words = vec![bold(name)];
    let is_top = !name.contains(' ');
    let is_own = |argument: &&Arg| {
        let is_common = argument.is_global_set() && !is_top;
        !argument.is_positional() && !argument.is_hide_set() && !is_common && argument.get_id() != "help"
    };
    words.extend(command.get_arguments().filter(is_own).map(option));
    if !is_top {
        words.push(format!("[{}]", italic("OPTIONS")));
    }
    words.extend(command.get_positionals().map(positional));
    if command.has_subcommands() {
        let subcommand = italic("COMMAND");
        words.push(if command.is_subcommand_required_set() { subcommand } else { format!("[{subcommand}]") });
    }
    words.join(" ")
}

fn option(argument: &Arg) -> String {
    let short = argument.get_short().map(|short| bold(&format!("-{short}")));
    let long = argument.get_long().map(|long| bold(&format!("--{long}")));
    let names = short.into_iter().chain(long).collect::<Vec<_>>().join("|");
    let takes_value = argument.get_action().takes_values();
    let value = argument.get_value_names().and_then(|names| names.first()).filter(|_| takes_value);
    let text = value.map_or(names.clone(), |value| format!("{names} {}", italic(value)));
    if argument.is_required_set() { text } else { format!("[{text}]") }
}

fn positional(argument: &Arg) -> String {
    let names = argument.get_value_names().and_then(|names| names.first());
    let name = names.map_or(argument.get_id().as_str().to_uppercase(), ToString::to_string);
    let many = if argument.get_num_args().is_some_and(|count| count.max_values() > 1) { "..." } else { "" };
    // What stands behind `--` is not read as options of ours.
    let divider = if argument.is_last_set() { format!("{} ", bold("--")) } else { String::new() };
    let text = format!("{divider}{}{many}", italic(&name));
    if argument.is_required_set() { text } else { format!("[{text}]") }
}
