//! The report of doctor, for people.

use crate::doctor::finding::{Evidence, Finding, Severity};
use crate::doctor::group::Group;
use crate::doctor::report::{Machine, Report};
use crate::host::Reason;

use super::look::{FAINT, HEADING, Look, harmless, style_of, styled};
use super::paragraph;

/// The column at which a finding's text begins, behind its mark and id.
const TEXT_COLUMN: usize = 9;

/// How much to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The verdict.
    Verdict,
    /// What shall be mended.
    Findings,
    /// Everything, with evidence.
    Everything,
}

/// Renders the report.
pub fn render(report: &Report, look: Look, detail: Detail) -> String {
    let verdict = styled_paragraph(look, &report.verdict);
    if detail == Detail::Verdict {
        return verdict;
    }
    let mut text = heading(&report.host, look);
    for group in Group::ALL {
        text.push_str(&group_section(report, group, look, detail));
    }
    text.push('\n');
    if detail == Detail::Findings {
        text.push_str(&fine(report, look));
        text.push_str(&not_examined(report, look));
        text.push_str(&ignored(report, look));
        text.push('\n');
    }
    text + &verdict + &next(report, look)
}

fn heading(host: &Machine, look: Look) -> String {
    let kernel = host.kernel.as_ref().map(|kernel| format!("Linux {kernel}"));
    let name = host.hostname.as_deref().unwrap_or("a machine without a name");
    let software: Vec<&str> = [&host.board, &host.distribution, &kernel, &host.architecture]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let mut memory = Vec::new();
    memory.extend(host.memory.map(|memory| format!("{memory} of memory")));
    memory.extend(
        host.swap.map(|swap| if swap.0 == 0 { "no swap".to_owned() } else { format!("{swap} of swap") }),
    );
    memory.extend(host.page_size.filter(|size| size.0 != 4096).map(|size| format!("pages of {size}")));
    memory.extend(host.cgroups.map(|cgroups| format!("control groups {}", cgroups.name())));
    let root = host.root.as_ref().map(|root| format!(" (as captured in {root})")).unwrap_or_default();
    let name = styled(HEADING, &harmless(name));
    let lines = [software.join(", "), memory.join(", ")];
    let lines = lines.iter().filter(|line| !line.is_empty()).map(|line| paragraph::indented(look, 0, line));
    format!("{name}{}\n", harmless(&root)) + &lines.collect::<String>()
}

fn group_section(report: &Report, group: Group, look: Look, detail: Detail) -> String {
    let is_shown = |finding: &&Finding| {
        finding.group == group && (detail == Detail::Everything || finding.counts_as(Severity::Info))
    };
    let findings: Vec<&Finding> = report.findings.iter().filter(is_shown).collect();
    if findings.is_empty() {
        return String::new();
    }
    let findings = findings.into_iter().map(|finding| render_finding(report, finding, look, detail));
    format!("\n{}\n", styled(HEADING, group.title())) + &findings.collect::<String>()
}

fn render_finding(report: &Report, finding: &Finding, look: Look, detail: Detail) -> String {
    let mark = styled(style_of(finding.severity), look.mark(finding.severity));
    let first = format!("  {mark} {}  ", finding.id);
    let mut text = paragraph::hanging(look, &first, TEXT_COLUMN, &finding.title);
    if let Some(reason) = &finding.ignored {
        return text + &paragraph::indented(look, TEXT_COLUMN, &format!("Ignored: {reason}"));
    }
    if detail == Detail::Everything && finding.severity > Severity::Skip {
        if finding.severity > Severity::Ok {
            text.push_str(&paragraph::indented(look, TEXT_COLUMN, finding.why));
        }
        text.push_str(&evidence(finding, look, TEXT_COLUMN));
    }
    match mended_before(report, finding) {
        Some(id) => text + &paragraph::indented(look, TEXT_COLUMN, &format!("mended as {id} is")),
        None => text + &fix(finding, look, TEXT_COLUMN),
    }
}

/// The finding before this one that the same commands mend.
fn mended_before(report: &Report, finding: &Finding) -> Option<&'static str> {
    let before = report.findings.iter().take_while(|other| other.id != finding.id);
    let mut same =
        before.filter(|other| other.fix.is_some() && other.fix == finding.fix && other.ignored.is_none());
    same.next().map(|other| other.id)
}

/// The evidence behind `indent` blanks, one fact a line.
pub(super) fn evidence(finding: &Finding, look: Look, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let fact = |fact: &Evidence| match fact.key.as_str() {
        "value" => format!("{} = {}", fact.source, fact.value),
        key => format!("{}: {key} = {}", fact.source, fact.value),
    };
    // Further lines of a long fact stand two columns deeper.
    finding.evidence.iter().map(|one| paragraph::hanging(look, &margin, indent + 2, &fact(one))).collect()
}

/// The commands of a fix, and when they take effect.
pub(super) fn fix(finding: &Finding, look: Look, indent: usize) -> String {
    let Some(fix) = &finding.fix else { return String::new() };
    let commands: String =
        fix.commands.iter().map(|command| paragraph::command(look, indent, command)).collect();
    let reboot =
        if fix.needs_reboot { " ".repeat(indent) + "takes effect at the next boot\n" } else { String::new() };
    commands + &reboot
}

/// A finding before its fix is offered; what memtune cannot take back is left to be typed.
pub fn offer(finding: &Finding, by_hand: bool, look: Look) -> String {
    let mark = styled(style_of(finding.severity), look.mark(finding.severity));
    let title = paragraph::hanging(look, &format!("\n{mark} {}  ", finding.id), 7, &finding.title);
    if !by_hand {
        return title;
    }
    title
        + &paragraph::indented(look, 7, "memtune cannot take this back, so it is left to you to type:")
        + &fix(finding, look, 7)
}

fn fine(report: &Report, look: Look) -> String {
    if report.summary.ok == 0 {
        return String::new();
    }
    let groups = Group::ALL.into_iter().filter_map(|group| {
        let is_fine = |finding: &&Finding| finding.group == group && finding.severity == Severity::Ok;
        let count = report.findings.iter().filter(is_fine).count();
        (count > 0).then(|| format!("{} {count}", group.title()))
    });
    let text = format!("{} fine: {}", report.summary.ok, groups.collect::<Vec<_>>().join(", "));
    marked(look, Severity::Ok, &text)
}

/// Skipped checks, one line for each reason that the reader can do something about.
fn not_examined(report: &Report, look: Look) -> String {
    let labels = ["without root", "without a second reading (--sample 5)", "here (-v says why)"];
    let label_of = |reason: &Reason| match reason {
        Reason::Denied => labels[0],
        Reason::NotAsked(_) => labels[1],
        _ => labels[2],
    };
    let mut text = String::new();
    for label in labels {
        let is_meant =
            |finding: &&Finding| finding.lacking.as_ref().is_some_and(|reason| label_of(reason) == label);
        let ids: Vec<&str> = report.findings.iter().filter(is_meant).map(|finding| finding.id).collect();
        if !ids.is_empty() {
            let line = format!("{} not examined {label}: {}", ids.len(), ids.join(", "));
            text.push_str(&marked(look, Severity::Skip, &line));
        }
    }
    text
}

fn ignored(report: &Report, look: Look) -> String {
    let is_ignored = |finding: &&Finding| finding.ignored.is_some() && finding.severity > Severity::Ok;
    let ids: Vec<&str> = report.findings.iter().filter(is_ignored).map(|finding| finding.id).collect();
    if ids.is_empty() {
        return String::new();
    }
    marked(look, Severity::Skip, &format!("{} ignored (-v says why): {}", ids.len(), ids.join(", ")))
}

fn marked(look: Look, severity: Severity, text: &str) -> String {
    let mark = styled(style_of(severity), look.mark(severity));
    paragraph::hanging(look, &format!("{mark} "), 2, text)
}

fn styled_paragraph(look: Look, text: &str) -> String {
    paragraph::indented(look, 0, text).lines().map(|line| styled(HEADING, line) + "\n").collect()
}

fn next(report: &Report, look: Look) -> String {
    if report.next.is_empty() {
        return String::new();
    }
    let commands: String = report.next.iter().map(|command| paragraph::command(look, 2, command)).collect();
    let caution = report.caution.map(|caution| paragraph::indented(look, 0, caution)).unwrap_or_default();
    format!("{}\n{commands}{caution}", styled(FAINT, "Next:"))
}
