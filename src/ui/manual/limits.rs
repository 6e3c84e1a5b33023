//! How the pages of `memtune limits` end.

use super::roff::{behind_entries, entry, line};

/// The sections behind what the command line says of itself; `statuses` are those of every command.
pub(super) fn sections(name: &str, statuses: String) -> Vec<(&'static str, String)> {
    let examples: String = examples(name).iter().map(|(command, meaning)| entry(command, meaning)).collect();
    let mut sections = vec![("EXIT STATUS", statuses), ("EXAMPLES", examples)];
    if name == "memtune-limits-budget" {
        sections.insert(0, ("THE SUM", sum()));
        sections.insert(1, ("INSTANCES", instances()));
    }
    if name == "memtune-limits-suggest" {
        sections.insert(0, ("WHAT IS SUGGESTED", suggested()));
    }
    sections.push(("SEE ALSO", line(see_also(name))));
    sections
}

/// What is typed most, and what it does.
fn examples(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        "memtune-limits-show" => &[
            ("memtune limits show", "all units that run, whoever holds most first"),
            (
                "memtune limits show llama",
                "llama.service in full, with the file and line that set each limit",
            ),
            ("memtune limits show 'web@.service'", "all instances of a template"),
            ("memtune limits show --user", "the units of your own session"),
            (
                "memtune limits show --json | jq '.units[] | select(.oom_kills > 0) | .unit'",
                "those in which something was killed for want of memory",
            ),
        ],
        "memtune-limits-budget" => &[
            ("memtune limits budget", "whether all fits, who breaks it, and what would still fit"),
            ("memtune limits budget --add llama=24G", "the same if llama.service had MemoryMax=24G"),
            (
                "memtune limits budget --instance brain/subject=10G --instance brain/observer=15G",
                "with what the parts of a unit need",
            ),
            ("memtune limits budget -q || echo too much", "one line, for scripts"),
        ],
        "memtune-limits-suggest" => &[
            ("memtune limits suggest llama", "which limits llama.service should have, and why"),
            ("memtune limits suggest llama --observe 10m", "the same after watching it at work"),
            ("memtune limits suggest 'web@.service'", "for all instances of a template, by the largest"),
            ("memtune limits suggest --user app.service", "a unit of your own session"),
            ("sudo sh -c \"$(memtune limits suggest -q llama) -y\"", "take it as it is, in a script"),
        ],
        _ => &[
            ("memtune limits", "what units hold and may hold"),
            ("memtune limits show llama", "one unit in full"),
            ("memtune limits suggest llama", "which limits it should have, and why"),
            ("memtune limits budget", "whether all of them fit into the machine together"),
            (
                "memtune limits try MemoryMax=2G -- ./job",
                "whether a program lives with that, and what it needs",
            ),
        ],
    }
}

fn sum() -> String {
    entry(
        "reserve",
        "what stays free for the kernel and the system: 1.5 x vm.min_free_kbytes and 5 % of memory, 512 MiB at the least",
    ) + &entry("huge pages", "those that are set aside, used or not")
        + &entry("compressed swap", "what zram may take at most, or takes now where nothing limits it")
        + &entry(
            "file systems in memory",
            "those with a size that the owner chose, in /etc/fstab or at a place of his own, less what lies in them: that counts with the units that wrote it, as in all others",
        )
        + &entry(
            "GPU",
            "what a GPU without memory of its own takes now, where the kernel tells: NvMapMemUsed on a Jetson",
        )
        + &entry(
            "units without a limit",
            "what they hold now, without the cache of files that can go; the most that they have held, which may have been cache, is told beside it",
        )
        + &entry(
            "units with a limit",
            "their MemoryMax, used or not; a slice with its own limit where something in it has none or all in it could take more, and nothing in it twice",
        )
        + &behind_entries(
            "It fits where the sum is no more than memory. Swap on disks is told beside it: what fits only with that waits for the disk.",
        )
}

fn suggested() -> String {
    entry(
        "MemoryMax",
        "the most that the unit has held, less the cache of files that nobody has mapped, and a fifth more; half as much again where its most is not known, since it was killed, runs for less than ten minutes, or on kernels before 5.19; never more than fits by memtune-limits-budget(1)",
    ) + &entry(
        "MemoryHigh",
        "nine tenths of that, where all that the unit may grow by fits into free swap; otherwise it could stand still at it without end, and one that it has is taken away",
    ) + &entry(
        "MemorySwapMax",
        "what lies between what it needs and its MemoryMax; 0 for the servers of models",
    ) + &entry(
        "MemoryLow",
        "what databases, the servers of models, what keeps the machine reachable, and units that are squeezed need, where the slices above keep as much",
    ) + &entry(
        "OOMPolicy",
        "kill for what has several processes, continue for what starts the programs of others",
    ) + &entry(
        "OOMScoreAdjust",
        "500 for the servers of models, whose GPU the kernel does not count; -500 for what keeps the machine reachable, which gets no MemoryMax",
    ) + &behind_entries(
        "What a unit is for is told by its name, by the names of its programs, and by files of weights (.gguf, .safetensors) on their command lines. Status 4 says that it does not run and nothing remembers what it held, or with --quiet, that the command would be refused.",
    )
}

fn instances() -> String {
    line(
        "One unit may hold several programs, of which only their owner knows what each needs. They are declared by --instance, or in a file of TOML:",
    ) + ".PP\n.nf\n.RS\n[\"brain\\-in\\-jar.service\"]\nsubject = \"10G\"\nobserver = \"15G\"\n.RE\n.fi\n.PP\n"
        + &line(
            "Together they may want no more than their unit may take, and no more than there is. A unit without a limit counts with what they want.",
        )
}

fn see_also(name: &str) -> &'static str {
    match name {
        "memtune-limits" => {
            "memtune(1), memtune-limits-show(1), memtune-limits-budget(1), memtune-limits-suggest(1), memtune-limits-set(1), memtune-limits-try(1), memtune-limits-run(1), memtune-doctor(1), systemd.resource-control(5), systemctl(1)"
        }
        _ => {
            "memtune-limits(1), memtune-doctor(1), systemd.resource-control(5), systemctl(1), systemd-cgtop(1)"
        }
    }
}
