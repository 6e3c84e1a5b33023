//! What a run under limits has shown.

use crate::limits::trial::ladder::Ladder;
use crate::limits::trial::report::{Held, Report};
use crate::limits::trial::resource::Resource;
use crate::sys::bytes::Bytes;
use crate::ui::look::{HEADING, Look, styled};
use crate::ui::{paragraph, table};

/// Renders what is tried next.
pub fn rung(size: Bytes) -> String {
    format!("trying {size}\n")
}

/// Renders one run: the verdict, then the numbers.
pub fn report(report: &Report, look: Look) -> String {
    let mut text = format!("\n{}", styled(HEADING, "limits: "));
    text += &paragraph::indented(look, 0, &report.verdict);
    text + &table::columns(look, 2, numbers(report))
}

/// Renders all of them.
pub fn ladder(ladder: &Ladder, look: Look) -> String {
    let rows = ladder.rungs.iter().map(|rung| {
        let ending = if rung.report.survived() { "survived" } else { "did not" };
        let peak = rung.report.used.peak.map(|peak| format!("held {peak}")).unwrap_or_default();
        vec![rung.size.to_string(), ending.to_owned(), format!("{:.1} s", rung.report.seconds), peak]
    });
    let text = format!("\n{}", styled(HEADING, "ladder: "));
    text + &paragraph::indented(look, 0, &ladder.verdict()) + &table::columns(look, 2, rows)
}

fn numbers(report: &Report) -> Vec<Vec<String>> {
    let used = &report.used;
    let time = |seconds: f64| format!("{seconds:.1} s");
    let mut rows: Vec<Vec<String>> = report.limits.iter().map(|held| limit(held, report)).collect();
    let mut row = |name: &str, value: Option<String>| {
        rows.extend(value.map(|value| vec![name.to_owned(), value, String::new()]));
    };
    row("memory, at most", used.peak.map(|peak| peak.to_string()));
    row("swap, at most", used.swap_peak.filter(|swap| swap.0 > 0).map(|swap| swap.to_string()));
    row("killed for memory", used.oom_kills.filter(|&kills| kills > 0).map(|kills| kills.to_string()));
    row("waited for memory", used.some_pressure.filter(|&waited| waited > 0.0).map(time));
    row("all waited for memory", used.full_pressure.filter(|&waited| waited > 0.0).map(time));
    row("throttled", used.throttled.filter(|&throttled| throttled > 0.0).map(time));
    row("processor time", used.processor.map(time));
    row("time", Some(time(report.seconds)));
    rows
}

fn limit(held: &Held, report: &Report) -> Vec<String> {
    let amount = |most: u64| match Resource::named(&held.name) {
        Some(resource) => resource.amount(most),
        None => Bytes(most).to_string(),
    };
    let most = held.most.map_or_else(String::new, |most| format!("{} at most", amount(most)));
    let mark = if report.died_of.as_deref() == Some(held.name.as_str()) { "died of it" } else { "" };
    vec![format!("{}={}", held.name, held.limit), most, mark.to_owned()]
}
