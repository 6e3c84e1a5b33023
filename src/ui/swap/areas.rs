//! The areas: a table where it fits, blocks of two lines where not.

use textwrap::core::display_width;

use crate::facts::disks::DiskKind;
use crate::swap::areas::{Area, Kind};
use crate::swap::holders::Holder;
use crate::sys::bytes::Bytes;
use crate::ui::bar::bar;
use crate::ui::look::{FAINT, HEADING, Look, harmless, styled};
use crate::ui::paragraph;

const HEAD: [&str; 7] = ["area", "kind", "size", "used", "", "priority", "at boot"];

/// Numbers are read from their right end.
const IS_NUMBER: [bool; 7] = [false, false, true, true, false, true, false];

const NARROWEST_BAR: usize = 5;
const WIDEST_BAR: usize = 20;

/// Renders all areas.
pub(super) fn render(areas: &[Area], look: Look) -> String {
    let rows = |columns: usize| areas.iter().map(|area| row(area, columns, look)).collect::<Vec<_>>();
    let least = width_of(&rows(NARROWEST_BAR));
    if least > look.width {
        return areas.iter().map(|area| block(area, look)).collect();
    }
    let columns = (NARROWEST_BAR + look.width - least).min(WIDEST_BAR);
    table(&rows(columns))
}

fn row(area: &Area, columns: usize, look: Look) -> [String; 7] {
    [
        name(area),
        kind(area),
        size(area),
        if area.in_use { area.used.to_string() } else { "off".to_owned() },
        if area.in_use { bar(look, columns, share(area)) } else { String::new() },
        priority(area),
        at_boot(area),
    ]
}

fn width_of(rows: &[[String; 7]]) -> usize {
    widths(rows).iter().sum::<usize>() + 2 * HEAD.len()
}

fn widths(rows: &[[String; 7]]) -> [usize; 7] {
    let mut widths = HEAD.map(display_width);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(display_width(cell));
        }
    }
    widths
}

fn table(rows: &[[String; 7]]) -> String {
    let widths = widths(rows);
    let head = styled(HEADING, line(&HEAD.map(str::to_owned), &widths).trim_end());
    let rows = rows.iter().map(|row| line(row, &widths).trim_end().to_owned() + "\n");
    format!("{head}\n{}", rows.collect::<String>())
}

fn line(cells: &[String; 7], widths: &[usize; 7]) -> String {
    let mut text = String::new();
    for ((cell, width), is_number) in cells.iter().zip(widths).zip(IS_NUMBER) {
        let blanks = " ".repeat(width.saturating_sub(display_width(cell)));
        text.push_str("  ");
        text.push_str(&if is_number { blanks + cell } else { cell.clone() + &blanks });
    }
    text
}

fn block(area: &Area, look: Look) -> String {
    let facts = match area.in_use {
        true => format!("{} of {}, {:.0} %", area.used, size(area), share(area)),
        false => area.size.map_or("off".to_owned(), |size| format!("off, {size}")),
    };
    let priority = area.priority.map(|priority| format!(", priority {priority}")).unwrap_or_default();
    let columns = look.width.saturating_sub(4).clamp(NARROWEST_BAR, WIDEST_BAR);
    let bar = if area.in_use { format!("  {}\n", bar(look, columns, share(area))) } else { String::new() };
    paragraph::hanging(look, "", 2, &name(area))
        .lines()
        .map(|line| styled(HEADING, line) + "\n")
        .collect::<String>()
        + &bar
        + &paragraph::indented(look, 2, &format!("{facts}; {}{priority}", kind(area)))
        + &paragraph::hanging(look, &format!("  {}", styled(FAINT, "at boot: ")), 11, &at_boot(area))
}

fn name(area: &Area) -> String {
    harmless(&area.path) + if area.deleted { " (deleted)" } else { "" }
}

/// zram is in memory by its nature.
fn kind(area: &Area) -> String {
    let disk = area.disk.filter(|_| area.kind != Kind::Zram);
    let disk = disk.map(|disk| format!(" on {}", short(disk))).unwrap_or_default();
    format!("{}{disk}", area.kind.name())
}

fn short(disk: DiskKind) -> &'static str {
    match disk {
        DiskKind::Memory => "memory",
        DiskKind::Nvme => "NVMe",
        DiskKind::Solid => "SSD",
        DiskKind::Rotational => "hard disk",
        DiskKind::Card => "card",
        DiskKind::Usb => "USB",
    }
}

fn size(area: &Area) -> String {
    area.size.map_or("unknown".to_owned(), |size| size.to_string())
}

fn share(area: &Area) -> f64 {
    area.used.percent_of(area.size.unwrap_or(Bytes(0)))
}

fn priority(area: &Area) -> String {
    area.priority.map(|priority| priority.to_string()).unwrap_or_default()
}

fn at_boot(area: &Area) -> String {
    match &area.held_by {
        None => "unknown".to_owned(),
        Some(holders) if holders.is_empty() => "nothing known".to_owned(),
        Some(holders) => harmless(&holders.iter().map(holder).collect::<Vec<_>>().join(", ")),
    }
}

/// A unit or script is told by its file's name; `--json` has the whole path.
fn holder(holder: &Holder) -> String {
    let file = holder.file.rsplit('/').next().unwrap_or_default();
    match (holder.name.as_str(), holder.line) {
        (_, Some(line)) => format!("{file}:{line}"),
        ("unit" | "script", None) => file.to_owned(),
        (program, None) => program.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::readings::Readings;
    use crate::host::made_tree::made_tree;
    use crate::swap::survey;

    const SWAPS: &str = "/dev/zram0 partition 8388608 2097152 100\n/my\\040swap\\033[2J file 16777216 0 -2\n";

    fn rendered(width: usize) -> String {
        let files = [
            ("/proc/swaps", SWAPS),
            ("/etc/fstab", "/late none swap sw 0 0\n"),
            ("/etc/systemd/zram-generator.conf", "[zram0]\n"),
        ];
        let (_folder, host) = made_tree(&files);
        let areas = survey::areas(&Readings::new(&host, None)).unwrap();
        let text = render(&areas, Look { width, has_unicode: false, is_root: false });
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn a_wide_terminal_gets_a_table() {
        let text = rendered(110);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert!(lines[1].contains("8 GiB  2 GiB  #####...............       100  zram-generator"), "{text}");
        assert!(lines[2].contains("nothing known"), "{text}");
        assert!(lines[3].contains("unknown") && lines[3].ends_with("fstab:1"), "{text}");
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn nothing_is_wider_than_the_terminal() {
        for width in [40, 60, 68, 69, 80, 110] {
            let text = rendered(width);
            let widest = text.lines().map(display_width).max().unwrap();
            assert!(widest <= width, "{width}: {text}");
            assert_eq!(text.contains("at boot: zram-generator"), width < 69, "{width}: {text}");
        }
    }
}
