//! Tables: columns without lines, the last one wrapped to the width.

use comfy_table::{ContentArrangement, Table, presets};

use super::look::{Look, harmless};

/// Lays `rows` out in columns behind `indent` blanks.
pub fn columns(look: Look, indent: usize, rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(look.width.saturating_sub(indent)).unwrap_or(u16::MAX));
    for row in rows {
        table.add_row(row.iter().map(|cell| harmless(cell)));
    }
    let margin = " ".repeat(indent);
    // The table pads its cells with a blank on each side.
    table
        .lines()
        .map(|line| format!("{margin}{}\n", line.strip_prefix(' ').unwrap_or(&line).trim_end()))
        .collect()
}
