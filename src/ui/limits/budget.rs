//! The whole answer of `memtune limits budget`.

use textwrap::core::display_width;

use crate::doctor::finding::Severity;
use crate::limits::budget::holder::Holder;
use crate::limits::budget::sum::Budget;
use crate::limits::shown::kind;
use crate::sys::bytes::Bytes;
use crate::sys::size;
use crate::ui::look::{HEADING, Look, harmless, style_of, styled};
use crate::ui::paragraph;

use super::overview::notes;
use super::spread;

/// Renders the headline alone.
pub fn verdict(budget: &Budget) -> String {
    headline(budget) + "\n"
}

/// Renders the sum: the headline, a bar of memory, a line for each holder, what breaks it, and what would still fit.
pub fn render(budget: &Budget, look: Look) -> String {
    let severity = if budget.fits { Severity::Ok } else { Severity::Error };
    let mut text: String = paragraph::indented(look, 0, &headline(budget))
        .lines()
        .map(|line| styled(style_of(severity), line) + "\n")
        .collect();
    text += &format!("\n  {}\n\n", spread::bar(budget, look));
    text += &lines(budget, look);
    if !budget.faults.is_empty() {
        text.push('\n');
        let mark = styled(style_of(Severity::Error), look.mark(Severity::Error));
        text.extend(
            budget.faults.iter().map(|fault| paragraph::hanging(look, &format!("{mark} "), 2, fault)),
        );
    }
    let room = room(budget);
    if !room.is_empty() {
        text.push('\n');
        text.extend(room.iter().map(|sentence| paragraph::indented(look, 0, sentence)));
    }
    text + &notes(&budget.remarks, look)
}

fn headline(budget: &Budget) -> String {
    let (committed, total) = (budget.committed, budget.total);
    let share = committed.percent_of(total);
    match (budget.fits, budget.missing.0 > 0) {
        (true, _) => {
            format!("PASS: {committed} of {total} are spoken for ({share:.0} %), {} are left", budget.left)
        }
        (false, true) => format!(
            "FAIL: {committed} are spoken for, and there are {total} ({share:.0} %): {} too much",
            budget.missing
        ),
        (false, false) => {
            format!("FAIL: {committed} of {total} are spoken for ({share:.0} %), but not every part fits")
        }
    }
}

fn room(budget: &Budget) -> Vec<String> {
    let swap = (!budget.fits && budget.fits_with_swap).then(|| {
        format!(
            "With {} of swap on disks it would fit, slowly: programs wait while it is brought back.",
            budget.swap
        )
    });
    let other = budget.would_fit().zip(budget.breaks.as_ref()).map(|(bytes, name)| {
        format!("{} would fit with MemoryMax={} ({bytes}).", kind::short(name), size::exact(bytes))
    });
    let left = (budget.fits && budget.left.0 >> 20 > 0).then(|| {
        let whole = Bytes(budget.left.0 >> 20 << 20);
        format!("One more unit would fit with MemoryMax={} ({whole}).", size::exact(whole))
    });
    swap.into_iter().chain(other).chain(left).collect()
}

fn lines(budget: &Budget, look: Look) -> String {
    let rows: Vec<[String; 3]> = budget.holders.iter().map(cells).collect();
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| display_width(cell)).max();
    let widths = [width(0).unwrap_or_default(), width(1).unwrap_or_default(), width(2).unwrap_or_default()];
    let indent = 4 + widths.iter().sum::<usize>() + 6;
    let is_narrow = indent + 24 > look.width;
    let head = ["", "bytes", "sum"].map(str::to_owned);
    let head = if is_narrow {
        String::new()
    } else {
        format!("    {}\n", styled(HEADING, joined(&head, &widths).trim_end()))
    };
    let line = |(number, (holder, row)): (usize, (&Holder, &[String; 3]))| {
        let first = format!("  {} ", spread::mark(number, holder));
        let how = harmless(&holder.how) + &breaks(budget, holder);
        match is_narrow {
            true => {
                let title = format!("{}: {}, sum {}", row[0], row[1].trim(), row[2].trim());
                paragraph::hanging(look, &first, 4, &title) + &paragraph::indented(look, 6, &how)
            }
            false => paragraph::hanging(look, &format!("{first}{}", joined(row, &widths)), indent, &how),
        }
    };
    head + &budget.holders.iter().zip(&rows).enumerate().map(line).collect::<String>()
}

fn cells(holder: &Holder) -> [String; 3] {
    [harmless(&kind::short(&holder.name)), holder.bytes.to_string(), holder.sum.to_string()]
}

fn joined(row: &[String; 3], widths: &[usize; 3]) -> String {
    let [name, bytes, sum] = row;
    let blanks = |cell: &str, width: usize| " ".repeat(width.saturating_sub(display_width(cell)));
    format!(
        "{name}{}  {}{bytes}  {}{sum}  ",
        blanks(name, widths[0]),
        blanks(bytes, widths[1]),
        blanks(sum, widths[2])
    )
}

fn breaks(budget: &Budget, holder: &Holder) -> String {
    if budget.is_broken_by(holder) { " <- here it no longer fits".to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::readings::Readings;
    use crate::host::made_tree::made_tree;
    use crate::limits::budget::sum::Request;
    use crate::sys::size::Size;

    fn shown(width: usize, max: u64) -> String {
        let max = (max << 30).to_string();
        let (_folder, host) = made_tree(&[
            ("/proc/meminfo", "MemTotal: 33554432 kB\n"),
            ("/proc/swaps", "/swapfile file 16777216 0 -2\n"),
            ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("/sys/fs/cgroup/system.slice/brain.service/memory.max", &max),
            ("/sys/fs/cgroup/system.slice/llama.service/memory.current", "2147483648\n"),
        ]);
        let reserve = Some(Size::Exact(Bytes::from_gib(2)));
        let request = Request { reserve, ..Request::default() };
        let budget = Budget::of(&Readings::new(&host, None), &request).unwrap();
        let text = render(&budget, Look { width, has_unicode: false, is_root: false });
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn what_breaks_it_is_marked_and_what_would_fit_is_said() {
        let text = shown(110, 50);
        assert!(
            text.starts_with("FAIL: 54 GiB are spoken for, and there are 32 GiB (169 %): 22 GiB too much"),
            "{text}"
        );
        let line = text.lines().find(|line| line.starts_with("  b ")).unwrap();
        assert!(line.contains("brain.service") && line.ends_with("<- here it no longer fits"), "{text}");
        assert!(text.contains("brain.service would fit with MemoryMax=28G"), "{text}");
        assert!(!text.contains("swap"), "{text}");
        assert!(shown(110, 40).contains("With 16 GiB of swap"), "{}", shown(110, 40));
    }

    #[test]
    fn the_bar_ends_where_memory_does() {
        let bar = |max| shown(84, max).lines().nth(2).unwrap().trim().to_owned();
        let fits = bar(12);
        assert_eq!(fits.len(), 81);
        assert!(fits.starts_with("=====aaaaabbbb") && fits.ends_with("..|"), "{fits}");
        assert_eq!(fits.matches('.').count(), 40, "{fits}");
        let over = bar(60);
        assert!(over.ends_with('b') && over.find('|') == Some(40), "{over}");
        assert!(shown(84, 12).contains("One more unit would fit with MemoryMax=16G"));
    }

    #[test]
    fn nothing_is_wider_than_the_terminal() {
        for width in [40, 60, 80, 110] {
            let text = shown(width, 50);
            let widest = text.lines().map(display_width).max().unwrap();
            assert!(widest <= width, "{width}: {text}");
        }
    }
}
