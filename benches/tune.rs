//! What `memtune tune` costs beside procps: `tune diff` next to `sysctl --system --dry-run`, and `tune status` of all knobs.
//!
//! `cargo bench --bench tune` prints a table; nothing here fails because of a clock.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "runs programs and prints what they cost"
)]

mod measure;

use measure::{compare, heading, ratio, show};

const MEMTUNE: &str = env!("CARGO_BIN_EXE_memtune");

fn main() {
    heading();
    let commands: [&[&str]; 4] = [
        &["sysctl", "--system", "--dry-run"],
        &[MEMTUNE, "tune", "diff", "hydrus"],
        &[MEMTUNE, "tune", "status"],
        &[MEMTUNE, "tune", "verify", "hydrus"],
    ];
    let costs = compare(&commands);
    for (command, cost) in commands.iter().zip(&costs) {
        show(&command.join(" ").replace(MEMTUNE, "memtune"), cost);
    }
    println!(
        "tune diff: {:.2} x the processor time of `sysctl --system --dry-run`; the bound is 3",
        ratio(costs[1].processor, costs[0].processor)
    );
}
