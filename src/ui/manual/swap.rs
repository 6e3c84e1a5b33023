//! How the pages of `memtune swap` end.

use super::roff::{entry, line};

/// The sections behind what the command line says of itself; `statuses` are those of every command.
pub(super) fn sections(name: &str, statuses: String) -> Vec<(&'static str, String)> {
    let mut sections = vec![("EXIT STATUS", statuses)];
    let examples: String = examples(name).iter().map(|(command, meaning)| entry(command, meaning)).collect();
    sections.push(("EXAMPLES", examples));
    if name == "memtune-swap" {
        sections.push(("FILES", files()));
    }
    sections.push(("SEE ALSO", line(see_also(name))));
    sections
}

/// What is typed most, and what it does.
fn examples(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        "memtune-swap-show" => &[
            ("memtune swap", "the areas, what turns them on at boot, and what is odd about them"),
            ("memtune swap -q", "one line"),
            ("memtune swap --json | jq '.areas[].path'", "the same for programs"),
        ],
        "memtune-swap-add" => &[
            ("sudo memtune swap add 16G", "a swap file at /swapfile, now and at every boot"),
            (
                "sudo memtune swap add 8G --file /data/swapfile --priority 5",
                "elsewhere, and filled before others",
            ),
            ("sudo memtune swap add --file /dev/sdb2", "a partition that holds nothing"),
            ("sudo memtune swap add --file /old.swap", "a file that is swap already"),
            ("memtune swap add 50% -n", "only the plan, for half as much as there is memory"),
        ],
        "memtune-swap-remove" => &[
            ("sudo memtune swap remove /swapfile", "off, out of fstab, and deleted"),
            ("sudo memtune swap remove UUID=0a1b2c3d-..", "a partition, by the name that fstab has for it"),
            ("sudo memtune undo", "have it back as it was"),
        ],
        "memtune-swap-resize" => &[
            ("sudo memtune swap resize /swapfile 16G", "a new file /swapfile2 of that size in its place"),
            (
                "sudo memtune swap resize /swapfile2 50%",
                "half as much as there is memory, at /swapfile again",
            ),
        ],
        "memtune-swap-zram" => &[
            ("sudo memtune swap zram 50%", "compressed swap for half of the memory, before compression"),
            ("sudo memtune swap zram off", "none any more"),
        ],
        "memtune-swap-zswap" => &[
            ("sudo memtune swap zswap on --compressor zstd --pool 25%", "in front of the swap on a disk"),
            ("sudo memtune swap zswap off", "not any more"),
        ],
        "memtune-swap-advise" => &[
            ("memtune swap advise", "how much this machine should have, and why"),
            ("memtune swap advise --profile redis", "what a profile would want"),
        ],
        _ => &[
            ("memtune swap", "what there is, and what is odd about it"),
            ("memtune swap advise", "how much there should be, and what to type"),
            ("sudo memtune swap add 16G", "add a swap file, now and at every boot"),
            ("sudo memtune swap resize /swapfile 8G", "another size"),
            ("sudo memtune swap remove /swapfile", "take it off and delete it"),
            ("sudo memtune swap zram 50%", "compressed swap in memory"),
            ("sudo memtune undo", "take the last change back"),
        ],
    }
}

fn files() -> String {
    entry("/etc/fstab", "what turns areas on at boot; only the lines of the area in question are changed")
        + &entry(
            "/etc/systemd/zram-generator.conf.d/, /etc/systemd/system/memtune-zram.service",
            "what makes compressed swap at boot, where zram-generator is installed and where not",
        )
        + &entry(
            "/etc/sysctl.d/99-zz-memtune-swap.conf, /etc/tmpfiles.d/00-memtune-swap.conf",
            "the kernel's settings that belong to it",
        )
        + &entry(
            "/var/lib/memtune/journal",
            "what was there before each change, so that it can be taken back",
        )
}

fn see_also(name: &str) -> &'static str {
    match name {
        "memtune-swap" => {
            "memtune(1), memtune-doctor(1), memtune-tune(1), memtune-undo(1), swapon(8), mkswap(8), fstab(5), systemd.swap(5), zramctl(8)"
        }
        "memtune-swap-zram" | "memtune-swap-zswap" => {
            "memtune-swap(1), memtune-undo(1), zramctl(8), swapon(8), zram-generator.conf(5), tmpfiles.d(5), sysctl.d(5)"
        }
        _ => "memtune-swap(1), memtune-undo(1), swapon(8), mkswap(8), fstab(5), systemd.swap(5)",
    }
}
