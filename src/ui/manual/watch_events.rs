//! What the watchdog tells: the keys of its JSON lines, and the fields of its entries in the journal.

use crate::watch::account::kind::Kind;

use super::roff::{entry, line};

/// What stands in a line of JSON.
const KEYS: [(&str, &str); 18] = [
    ("event", "what happened: one of those above"),
    ("time", "when, in UTC"),
    (
        "available, change, total",
        "memory that can be had without swapping, by how much that differs from the line before, and all memory",
    ),
    (
        "swap_free, swap_total, swap_worth",
        "swap, and the memory that would come free if all free swap were used: of zram at the ratio that is measured",
    ),
    (
        "pinned, gpu",
        "memory that comes back by no kill, and what processes hold of the GPU's where that is the machine's own",
    ),
    (
        "psi_some10, psi_full10",
        "in which part of the last ten seconds at least one task, or all that were not idle, waited for memory, in per cent",
    ),
    ("level, from", "normal, warning, critical or redline; and the level before it, where it changed"),
    ("dry_run", "whether everything is done but the signals"),
    ("message", "what happened, in a sentence"),
    (
        "rule, reason",
        "which rule fits (memory-and-swap, thrash, gpu, group, simulated), and the same in words with its amounts",
    ),
    ("limits", "the bounds of that rule: `available`, `swap`, `group_memory`, `psi_full`, `gpu_percent`"),
    (
        "job",
        "the job that is ended: `name`, `kind` (unit, container, session), `bytes`, `swap`, `gpu`, `growth` (bytes a second), `group`, `process_count` and its largest `processes`",
    ),
    ("holders", "the processes that hold most: `pid`, `comm`, `bytes`"),
    (
        "ranked",
        "the walk through the jobs: `name`, `kind`, `bytes`, `verdict` (skip, kill, next), and `why` where it is passed over",
    ),
    ("ranked_left_out", "how many of the walk are not named"),
    (
        "recovery",
        "what became of the job: `end` (gone, does-not-end, rehearsed), `took_ms`, how many of its `processes` `ended` and how many were `not_allowed`",
    ),
    ("recovery.freed", "how much more is available than before the first signal"),
    ("recovery.freed_after_a_second", "the same one second after its end"),
];

/// What stands in an entry of the journal, beside what every entry has.
const FIELDS: [(&str, &str); 16] = [
    (
        "MEMTUNE_EVENT, MEMTUNE_LEVEL, MEMTUNE_DRY_RUN",
        "as `event`, `level` and `dry_run` above; the last one is 0 or 1",
    ),
    ("MEMTUNE_AVAILABLE, MEMTUNE_CHANGE, MEMTUNE_TOTAL", "bytes"),
    ("MEMTUNE_SWAP_FREE, MEMTUNE_SWAP_TOTAL, MEMTUNE_SWAP_WORTH", "bytes"),
    ("MEMTUNE_PINNED, MEMTUNE_GPU", "bytes"),
    ("MEMTUNE_PSI_SOME10, MEMTUNE_PSI_FULL10", "per cent"),
    ("MEMTUNE_RULE, MEMTUNE_REASON", "the rule, and the same in words"),
    ("MEMTUNE_LIMIT_AVAILABLE, MEMTUNE_LIMIT_SWAP, MEMTUNE_LIMIT_GROUP_MEMORY", "its bounds, in bytes"),
    ("MEMTUNE_LIMIT_PSI_FULL, MEMTUNE_LIMIT_GPU_PERCENT", "its bounds, in per cent"),
    ("MEMTUNE_JOB, MEMTUNE_JOB_KIND", "the job"),
    (
        "MEMTUNE_JOB_BYTES, MEMTUNE_JOB_SWAP, MEMTUNE_JOB_GPU, MEMTUNE_JOB_GROWTH",
        "what it holds in bytes, and how fast that grew in bytes a second",
    ),
    ("MEMTUNE_PROCESSES, MEMTUNE_PIDS", "how many processes it has, and the numbers of the largest"),
    ("MEMTUNE_CGROUP, MEMTUNE_UNIT", "its control group and its unit, where it has them"),
    ("MEMTUNE_END, MEMTUNE_TOOK_MS, MEMTUNE_ENDED, MEMTUNE_NOT_ALLOWED", "what became of it"),
    ("MEMTUNE_FREED, MEMTUNE_FREED_AFTER_A_SECOND", "what came back, in bytes"),
    ("MEMTUNE_STORY", "the whole account of the choice, as the terminal has it"),
    (
        "OBJECT_SYSTEMD_UNIT, OBJECT_SYSTEMD_USER_UNIT, OBJECT_PID",
        "the victim, so that `journalctl -u UNIT` shows what was done to it",
    ),
];

/// The events, as `--json` prints them.
pub(super) fn events() -> String {
    let kinds: String = Kind::ALL.iter().map(|kind| entry(kind.name(), kind.about())).collect();
    let keys: String = KEYS.iter().map(|(key, meaning)| entry(key, meaning)).collect();
    line("With --json each of these is an object on a line of its own:")
        + &kinds
        + ".PP\n"
        + &line(
            "All of them have the same keys; null is what is not known or does not apply, amounts are bytes:",
        )
        + &keys
}

/// The entries in the journal.
pub(super) fn journal() -> String {
    let ids: String = Kind::ALL.iter().map(|kind| entry(kind.name(), kind.message_id())).collect();
    let fields: String = FIELDS.iter().map(|(field, meaning)| entry(field, meaning)).collect();
    line(
        "The service writes each event into the journal. By MESSAGE_ID one kind of them is found, as in `journalctl MESSAGE_ID=5f825a1066674cd8b8d6cdf1b198cbc4`:",
    ) + &ids
        + ".PP\n"
        + &line("The fields, of which those are there that apply:")
        + &fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_the_id_of_a_kill() {
        assert!(journal().contains(&format!("MESSAGE_ID={}", Kind::Kill.message_id())));
    }
}
