//! All pages: one for each command from the command line's own description, one for the checks from their registry.

use std::io;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::cli::Cli;
use crate::doctor::check::Check;
use crate::doctor::registry;
use crate::exit::Exit;

use super::roff::{entry, escaped, line};
use super::swap;
use super::synopsis::{synopsis, with_synopsis};
use super::{limits, limits_set, limits_trial, watch, watch_settings};

/// What every page begins with.
pub const MARK: &str = ".\\\" Written by memtune.\n";

/// The page that is written by hand: what a profile may hold is described nowhere else.
const PROFILE_PAGE: &str = include_str!("../../../man/memtune-profile.5");

/// All pages: file name and text.
///
/// # Errors
/// Fails only if clap cannot write into memory.
pub fn pages() -> io::Result<Vec<(String, String)>> {
    let mut command = Cli::command();
    command.build();
    let mut pages = Vec::new();
    add_command(command, &mut pages)?;
    pages.push(("memtune-checks.7".to_owned(), checks_page()));
    pages.push(("memtune-watch.toml.5".to_owned(), watch_settings::page()));
    pages.push(("memtune-profile.5".to_owned(), PROFILE_PAGE.to_owned()));
    Ok(pages)
}

fn add_command(command: Command, pages: &mut Vec<(String, String)>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let children: Vec<Command> = command.get_subcommands().cloned().collect();
    let mut roff = Vec::new();
    let command_line = synopsis(&command);
    let version = format!("memtune {}", env!("CARGO_PKG_VERSION"));
    Man::new(command).title(name.to_uppercase()).source(version).manual("memtune").render(&mut roff)?;
    let text = with_synopsis(&String::from_utf8_lossy(&roff), &command_line);
    let text = MARK.to_owned() + &text + &closing_sections(&name);
    pages.push((format!("{name}.1"), text));
    children.into_iter().try_for_each(|child| add_command(child, pages))
}

/// What clap does not know: how the two pages that matter end.
fn closing_sections(name: &str) -> String {
    let statuses: String =
        Exit::ALL.iter().map(|exit| entry(&exit.status().to_string(), exit.meaning())).collect();
    let files = entry(
        "/etc/memtune/ignore",
        "findings that the owner accepts: an id and a reason a line; a line without a reason is not heeded",
    );
    let tuned = entry("/etc/memtune/profiles", "profiles of the owner; see memtune-profile(5)")
        + &entry("/etc/memtune/active.json", "which profiles are applied, and what they came to here")
        + &entry(
            "/etc/sysctl.d/99-zz-memtune.conf, /etc/tmpfiles.d/00-memtune.conf",
            "what a profile sets at every boot; those with -doctor in their names hold what `doctor --fix` mended",
        )
        + &entry(
            "/var/lib/memtune/journal",
            "what was there before each change, so that it can be taken back",
        );
    let tune_examples = entry("memtune tune recommend", "which profiles fit this machine, and why")
        + &entry("memtune tune diff hydrus", "what the profile would change here")
        + &entry(
            "sudo memtune tune --profile jetson-llm --unit llama.service",
            "apply it, limiting that service",
        )
        + &entry("memtune tune verify", "whether it holds, now and at the next boot")
        + &entry(
            "memtune tune status vm.swappiness",
            "who decides about a knob: file and line, and the losers",
        )
        + &entry("sudo memtune tune off", "take everything back");
    let environment = entry("NO_COLOR", "if set, nothing is coloured unless --color=always")
        + &entry("COLUMNS", "the width to write for, instead of the terminal's own")
        + &entry("LC_ALL, LC_CTYPE, LANG", "marks beyond ASCII are used where the locale is one of UTF-8");
    let examples = entry("memtune doctor", "what is wrong here, and what to type")
        + &entry("memtune doctor explain S08", "one check, with the numbers of this machine and its sources")
        + &entry("memtune doctor --group swap,P --sample 5", "two groups, with two readings 5 s apart")
        + &entry("memtune --root sosreport-web1 doctor", "another machine, from what was captured of it")
        + &entry("memtune doctor --json | jq .verdict", "the same for programs");
    let sections = match name {
        "memtune" => vec![
            ("EXIT STATUS", statuses),
            ("FILES", files + &tuned),
            ("ENVIRONMENT", environment),
            (
                "SEE ALSO",
                line(
                    "memtune-doctor(1), memtune-tune(1), memtune-swap(1), memtune-limits(1), memtune-watch(1), memtune-checks(7), memtune-profile(5), sysctl(8), sysctl.d(5), swapon(8), proc(5)",
                ),
            ),
        ],
        "memtune-doctor" => vec![
            ("EXIT STATUS", statuses),
            ("FILES", files),
            ("EXAMPLES", examples),
            ("SEE ALSO", line("memtune(1), memtune-checks(7)")),
        ],
        "memtune-tune" => vec![
            ("EXIT STATUS", statuses),
            ("FILES", tuned),
            ("EXAMPLES", tune_examples),
            ("SEE ALSO", line("memtune(1), memtune-profile(5), memtune-undo(1), sysctl.d(5), tmpfiles.d(5)")),
        ],
        "memtune-limits-set" | "memtune-limits-unset" => limits_set::sections(name, statuses),
        "memtune-limits-try" | "memtune-limits-run" => limits_trial::sections(name, &statuses),
        name if name == "memtune-limits" || name.starts_with("memtune-limits-") => {
            limits::sections(name, statuses)
        }
        name if name == "memtune-swap" || name.starts_with("memtune-swap-") => swap::sections(name, statuses),
        name if name == "memtune-watch" || name.starts_with("memtune-watch-") => {
            watch::sections(name, statuses)
        }
        name if name.starts_with("memtune-tune-") => {
            vec![("SEE ALSO", line("memtune-tune(1), memtune-profile(5)"))]
        }
        _ => vec![("SEE ALSO", line("memtune(1), memtune-doctor(1), memtune-tune(1)"))],
    };
    sections.into_iter().map(|(title, body)| format!(".SH \"{title}\"\n{body}")).collect()
}

fn checks_page() -> String {
    let mut text = format!("{MARK}.TH memtune-checks 7 \"\" \"memtune {}\"\n", env!("CARGO_PKG_VERSION"));
    text += ".SH NAME\nmemtune\\-checks \\- what memtune doctor examines\n.SH DESCRIPTION\n";
    text += &line(
        "Each check has a stable id, a name, and a group whose letter begins the id. `memtune doctor explain ID` shows the same with the numbers of the machine at hand.",
    );
    let mut group = None;
    for check in registry::checks() {
        if group.replace(check.group) != Some(check.group) {
            text += &format!(".SH \"{}\"\n", escaped(check.group.title()));
        }
        text += &check_entry(check);
    }
    text + ".SH \"SEE ALSO\"\n" + &line("memtune(1), memtune-doctor(1)")
}

fn check_entry(check: &Check) -> String {
    let sources = format!("Sources: {}.", check.sources.join("; "));
    let body = [check.question, check.why, &sentence("Said as: ", check.thresholds), &sources]
        .map(escaped)
        .join("\n.IP\n");
    format!(".TP\n\\fB{} {}\\fR\n{body}\n", check.id, escaped(check.name))
}

fn sentence(label: &str, text: &str) -> String {
    format!("{label}{}.", text.trim_end_matches('.'))
}
