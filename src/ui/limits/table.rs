//! The units: a table with as many columns as fit, or blocks of lines where not even the narrowest table does.

use textwrap::core::display_width;

use crate::doctor::finding::Severity;
use crate::limits::shown::entry::Entry;
use crate::ui::look::{HEADING, Look, style_of, styled};
use crate::ui::paragraph;

use super::columns::{COLUMNS, Column, SET_BY, name};

/// The mark in front of each row takes so many columns.
const MARK: usize = 2;

/// Renders the units, and says which columns had no room.
pub(super) fn render(units: &[Entry], look: Look) -> (String, Vec<&'static str>) {
    let telling: Vec<&Column> =
        COLUMNS.iter().chain([&SET_BY]).filter(|column| column.rank == 0 || column.tells(units)).collect();
    let ranks = telling.iter().map(|column| column.rank).max().unwrap_or_default();
    let up_to =
        |rank: usize| telling.iter().copied().filter(move |column| column.rank <= rank).collect::<Vec<_>>();
    let fitting = (0..=ranks).rev().map(up_to).find(|columns| width(columns, units) <= look.width);
    let Some(columns) = fitting else {
        return (units.iter().map(|unit| block(unit, &telling, look)).collect(), Vec::new());
    };
    let left_out = telling.iter().filter(|one| !columns.iter().any(|column| column.head == one.head));
    (table(&columns, units, look), left_out.map(|column| column.head).collect())
}

fn widths(columns: &[&Column], units: &[Entry]) -> Vec<usize> {
    let of = |column: &&Column| {
        let cells = units.iter().map(|unit| display_width(&(column.cell)(unit)));
        cells.max().unwrap_or_default().max(display_width(column.head))
    };
    columns.iter().map(of).collect()
}

fn width(columns: &[&Column], units: &[Entry]) -> usize {
    let gaps = 2 * columns.len().saturating_sub(1);
    MARK + widths(columns, units).iter().sum::<usize>() + gaps
}

fn table(columns: &[&Column], units: &[Entry], look: Look) -> String {
    let widths = widths(columns, units);
    let heads: Vec<String> = columns.iter().map(|column| column.head.to_owned()).collect();
    let head = format!("{}{}", " ".repeat(MARK), line(columns, &heads, &widths));
    let rows = units.iter().map(|unit| {
        let cells: Vec<String> = columns.iter().map(|column| (column.cell)(unit)).collect();
        format!("{}{}\n", mark(unit, look), line(columns, &cells, &widths))
    });
    format!("{}\n{}", styled(HEADING, &head), rows.collect::<String>())
}

fn line(columns: &[&Column], cells: &[String], widths: &[usize]) -> String {
    let padded = columns.iter().zip(cells).zip(widths).map(|((column, cell), width)| {
        let blanks = " ".repeat(width.saturating_sub(display_width(cell)));
        if column.is_number { blanks + cell } else { cell.clone() + &blanks }
    });
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

fn mark(unit: &Entry, look: Look) -> String {
    match unit.remarks.is_empty() {
        true => " ".repeat(MARK),
        false => styled(style_of(Severity::Warn), look.mark(Severity::Warn)) + " ",
    }
}

fn block(unit: &Entry, columns: &[&Column], look: Look) -> String {
    let fact = |column: &&&Column| {
        let cell = (column.cell)(unit);
        (column.head != "unit" && !matches!(cell.as_str(), "" | "-" | "?" | "0"))
            .then(|| format!("{} {cell}", column.head))
    };
    let facts: Vec<String> = columns.iter().filter_map(|column| fact(&column)).collect();
    let heading: String = paragraph::hanging(look, "", MARK, &name(unit))
        .lines()
        .map(|line| format!("{}\n", styled(HEADING, line)))
        .collect();
    mark(unit, look) + &heading + &paragraph::indented(look, 2 * MARK, &facts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::readings::Readings;
    use crate::facts::unit_listing::{Manager, Wanted};
    use crate::host::made_tree::made_tree;
    use crate::limits::shown::overview::Overview;
    use crate::limits::shown::units::Request;

    const LONG: &str =
        "/sys/fs/cgroup/system.slice/a-service-with-a-rather-long-name\u{1b}[2J@instance.service";

    fn rendered(width: usize) -> (String, Vec<&'static str>) {
        let long = |file: &str| format!("{LONG}/{file}");
        let (current, max, events) = (long("memory.current"), long("memory.max"), long("memory.events"));
        let (_folder, host) = made_tree(&[
            ("/proc/meminfo", "MemTotal: 33554432 kB\n"),
            ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
            (&current, "3221225472\n"),
            (&max, "53687091200\n"),
            (&events, "oom_kill 12\n"),
            ("/sys/fs/cgroup/b.service/memory.current", "1048576\n"),
            ("/sys/fs/cgroup/b.service/memory.peak", "2097152\n"),
            ("/sys/fs/cgroup/b.service/memory.stat", "anon 4096\nfile 8192\n"),
        ]);
        let request = Request { manager: Manager::System, wanted: Wanted::Active };
        let overview = Overview::of(&Readings::new(&host, None), request).unwrap();
        let (text, left_out) = render(&overview.units, Look { width, has_unicode: false, is_root: false });
        (anstream::adapter::strip_str(&text).to_string(), left_out)
    }

    #[test]
    fn a_wide_terminal_gets_all_that_tells_something() {
        let (text, left_out) = rendered(110);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(left_out, Vec::<&str>::new());
        assert!(
            lines[0].ends_with("killed") && lines[0].contains("peak") && !lines[0].contains("restarts"),
            "{text}"
        );
        assert!(
            lines[1].starts_with("! a-service") && lines[1].ends_with("12") && lines[1].contains("50 GiB"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn columns_go_by_rank_and_no_number_breaks() {
        let (text, left_out) = rendered(80);
        assert!(left_out.contains(&"peak") && text.contains("50 GiB"), "{left_out:?} {text}");
        for width in [40, 60, 70, 80, 90, 100, 110] {
            let (text, left_out) = rendered(width);
            let widest = text.lines().map(display_width).max().unwrap();
            // A name that is longer than the terminal stays whole: a broken one could not be copied.
            assert!(widest <= width.max(62), "{width}: {text}");
            assert!(text.contains("3 GiB") && text.contains("@instance.service"), "{width}: {text}");
            assert!(left_out.is_empty() || !text.contains(left_out[0]), "{width}: {text}");
        }
        assert!(rendered(40).0.contains("max 50 GiB"), "{}", rendered(40).0);
    }
}
