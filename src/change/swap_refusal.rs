//! What the kernel means when it does not take or give back a swap area.
//!
//! To the program it says little more than `Invalid argument`; the reason stands in its log.

use crate::exit::{Exit, Fault};

/// What the log says, what that means, and what helps.
struct Known {
    line: &'static str,
    meaning: &'static str,
    help: &'static str,
}

const KNOWN: &[Known] = &[
    Known {
        line: "must not be copy-on-write",
        meaning: "btrfs swaps only into files that are never copied on write",
        help: "the file needs `chattr +C` while it is empty; `memtune swap add` does that",
    },
    Known {
        line: "must not be compressed",
        meaning: "the file is compressed",
        help: "make it anew in a folder without compression; on btrfs, with `chattr +C` while it is empty",
    },
    Known {
        line: "must not be checksummed",
        meaning: "btrfs keeps checksums of the file, which swapping would break",
        help: "the file needs `chattr +C` while it is empty; `memtune swap add` does that",
    },
    Known {
        line: "shared extents",
        meaning: "the file shares blocks with another one, as a copy or a snapshot does",
        help: "make it anew instead of copying it, outside of what is snapshotted",
    },
    Known {
        line: "must not be inline",
        meaning: "the file is so small that it lies in its own description",
        help: "make a larger one",
    },
    Known {
        line: "inline",
        meaning: "the file lies in its own description and has no blocks",
        help: "make a larger one",
    },
    Known {
        line: "holes",
        meaning: "the file has holes: not all of its blocks are there",
        help: "make it anew without `truncate` or `cp --sparse`",
    },
    Known {
        line: "unallocated extents",
        meaning: "the file has holes: not all of its blocks are there",
        help: "make it anew without `truncate` or `cp --sparse`",
    },
    Known {
        line: "single data profile",
        meaning: "btrfs keeps its data more than once there, or on several devices",
        help: "use a file system with the data profile `single`, or a partition",
    },
    Known {
        line: "one device",
        meaning: "the file is spread over several devices",
        help: "use a file system on one device, or a partition",
    },
    Known {
        line: "outside the main device",
        meaning: "the file does not lie on the main device of its file system",
        help: "use a file system on one device, or a partition",
    },
    Known {
        line: "single device",
        meaning: "the file is spread over several devices",
        help: "use a file system on one device, or a partition",
    },
    Known {
        line: "exclusive operation is running",
        meaning: "btrfs is busy with a balance, a resize or a replacement of a device",
        help: "wait until `btrfs balance status` says that it has ended, and try again",
    },
    Known {
        line: "snapshot creation is in progress",
        meaning: "btrfs makes a snapshot of that subvolume right now",
        help: "try again; a swap file in a subvolume of its own is in nobody's snapshots",
    },
    Known {
        line: "being deleted",
        meaning: "the subvolume of the file is being deleted",
        help: "choose another folder",
    },
    Known {
        line: "unable to find swap-space signature",
        meaning: "its header is none, or was made for pages of another size",
        help: "`mkswap` writes a new header for this kernel, and destroys what is there",
    },
    Known {
        line: "shorter than signature indicates",
        meaning: "it is shorter than its header says",
        help: "`mkswap` writes a new header, and destroys what is there",
    },
    Known {
        line: "unable to handle swap header version",
        meaning: "its header is of a version that this kernel does not know",
        help: "`mkswap` writes a new header, and destroys what is there",
    },
    Known { line: "empty swap-file", meaning: "there is no room in it", help: "make a larger one" },
    Known {
        line: "encrypted",
        meaning: "the file is encrypted by its file system",
        help: "put it outside of the encrypted folder, or use dm-crypt below the file system or below a swap device",
    },
    Known {
        line: "is not committed",
        meaning: "the file system has not yet brought the file to the disk",
        help: "`sync`, and try again",
    },
    Known {
        line: "lfs mode",
        meaning: "f2fs is mounted in the mode lfs, in which files move",
        help: "mount it with `mode=adaptive`, or use a partition",
    },
    Known {
        line: "single usable page",
        meaning: "no whole page of it lies in one piece",
        help: "make it anew on a file system with larger blocks, or use a partition",
    },
    Known {
        line: "zoned",
        meaning: "it lies on a zoned device, which is written in one direction only",
        help: "use another device",
    },
];

/// Says why `path` could not be turned on: `how` is what the program said, and `said` what the kernel wrote meanwhile.
pub(super) fn on(path: &str, how: &str, said: &[String]) -> Fault {
    let fault = |why: &str| Fault::new(Exit::Failed, format!("cannot turn on `{path}` as swap: {why}"));
    let about_swap: Vec<&String> =
        said.iter().filter(|line| line.to_ascii_lowercase().contains("swap")).collect();
    // The last word is the reason; what comes before it may be only a warning.
    if let Some((known, line)) = about_swap.iter().rev().find_map(|line| Some((known(line)?, line))) {
        return fault(&format!("{} (the kernel: {line})", known.meaning)).hint(known.help);
    }
    match (how, about_swap.last()) {
        (how, Some(line)) => fault(&format!("{how} (the kernel: {line})")),
        (how, None) if how.contains("Cannot allocate memory") => {
            fault("the kernel has no memory left for the table of its pages")
                .hint("a smaller area needs less: about a byte for every page, and two more with control groups")
        }
        (how, None) if how.contains("Operation not permitted") => {
            fault(how).hint("the kernel takes no more areas, or this is a container: do it on the host")
        }
        (how, None) if how.contains("Invalid argument") => fault(how).hint(
            "the file system there cannot hold a swap file, or the kernel's log has the reason: `dmesg | tail`",
        ),
        (how, None) => fault(how),
    }
}

fn known(line: &str) -> Option<&'static Known> {
    let line = line.to_ascii_lowercase();
    KNOWN.iter().find(|known| line.contains(known.line))
}

/// Says why `path` could not be turned off; it is still on.
pub(super) fn off(path: &str, how: &str) -> Fault {
    let fault = |why: &str| Fault::new(Exit::Failed, format!("cannot turn off `{path}`: {why}"));
    if how.contains("Cannot allocate memory") {
        return fault("memory and the other swap areas have no room for what it holds")
            .hint("add another swap area first, or end what needs the memory");
    }
    if how.contains("Interrupted system call") || how.contains("stopped by a signal") {
        return fault("it was interrupted, or the kernel ended it for want of memory")
            .hint("the kernel's log tells: `dmesg | tail`; it is still in use as before");
    }
    fault(how)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    const HOW: &str = "it ended with status 255: swapon: /s: swapon failed: Invalid argument";

    #[test]
    fn what_the_kernel_means_is_told() {
        let said = lines(&[
            "usb 1-1: new device",
            "BTRFS warning (device loop0): swapfile must not be copy-on-write",
        ]);
        let fault = on("/s", HOW, &said);
        assert!(fault.to_string().contains("never copied on write (the kernel: BTRFS"), "{fault}");
        assert!(fault.hint.unwrap().contains("chattr +C"));
        for (line, meaning) in [
            ("swapon: file has shared extents", "shares blocks"),
            ("swapon: swapfile has holes", "has holes"),
            ("swapon: file is not committed", "not yet brought"),
            ("Unable to find swap-space signature", "pages of another size"),
            ("Swap area shorter than signature indicates", "shorter than its header"),
            ("BTRFS warning (device vdb): swapfile must have single data profile", "more than once"),
            ("BTRFS warning (device vdb): swapfile must be on one device", "several devices"),
            ("F2FS-fs (vdb): Swapfile not supported in LFS mode", "mode lfs"),
        ] {
            let fault = on("/s", HOW, &lines(&[line]));
            assert!(fault.to_string().contains(meaning), "{fault}");
            assert!(fault.to_string().contains(line) && fault.hint.is_some(), "{fault}");
        }
    }

    #[test]
    fn what_is_not_known_is_quoted() {
        let fault = on("/s", HOW, &lines(&["swapon: file is cursed", "something else"]));
        assert!(
            fault.to_string().ends_with("Invalid argument (the kernel: swapon: file is cursed)"),
            "{fault}"
        );
        let fault = on("/s", HOW, &lines(&["eth0: link is up"]));
        assert!(!fault.to_string().contains("eth0") && fault.hint.unwrap().contains("dmesg"));
        assert!(on("/s", "swapon: Cannot allocate memory", &[]).to_string().contains("table of its pages"));
    }

    #[test]
    fn why_an_area_stays_on_is_told() {
        let fault = off("/s", "it ended with status 2: swapoff: /s: swapoff failed: Cannot allocate memory");
        assert!(fault.to_string().contains("have no room") && fault.hint.unwrap().contains("add another"));
        assert!(
            off("/s", "it was stopped by a signal, or took too long").to_string().contains("interrupted")
        );
        assert!(off("/s", "it ended with status 1: x").to_string().ends_with("status 1: x"));
    }
}
