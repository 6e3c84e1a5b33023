//! Which files below /sys a profile may set, and to what. The list is short, since a profile may come from anywhere.

/// Where memory management has its own knobs.
const FOLDERS: [&str; 2] = ["/sys/kernel/mm/", "/sys/module/zswap/parameters/"];

/// Refuses every path but those that have to do with memory.
pub(super) fn check(path: &str) -> Result<(), String> {
    let inside = FOLDERS.iter().find_map(|folder| path.strip_prefix(folder));
    match inside.is_some_and(is_below) || is_queue(path) {
        true => Ok(()),
        false => Err(format!(
            "`{path}` may not be set by a profile: allowed are plain paths below {}, and /sys/block/NAME/queue/KNOB",
            FOLDERS.join(" and ")
        )),
    }
}

/// Refuses every value but a word, or several.
pub(super) fn check_value(value: &str) -> Result<(), String> {
    let is_sound = |letter: char| letter.is_ascii_alphanumeric() || "_-+.: ".contains(letter);
    match !value.trim().is_empty()
        && value.trim() == value
        && value.len() <= 100
        && value.chars().all(is_sound)
    {
        true => Ok(()),
        false => Err("the value of a file below /sys is a word such as `madvise`, or a number".to_owned()),
    }
}

fn is_below(rest: &str) -> bool {
    rest.len() <= 200 && rest.split('/').all(is_part)
}

fn is_queue(path: &str) -> bool {
    let parts: Vec<&str> = path.strip_prefix("/sys/block/").unwrap_or_default().split('/').collect();
    matches!(parts[..], [disk, "queue", knob] if is_part(disk) && is_part(knob))
}

fn is_part(part: &str) -> bool {
    let is_sound = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    !part.is_empty() && part.chars().all(is_sound) && part != "." && part != ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_memory_can_be_set() {
        for path in [
            "/sys/kernel/mm/transparent_hugepage/enabled",
            "/sys/kernel/mm/lru_gen/min_ttl_ms",
            "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
            "/sys/module/zswap/parameters/enabled",
            "/sys/block/sda/queue/read_ahead_kb",
        ] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
        for path in [
            "/sys/power/state",
            "/sys/kernel/mm/../../power/state",
            "/sys/kernel/mm/",
            "/sys/kernel/mm//x",
            "sys/kernel/mm/ksm/run",
            "/sys/block/sda/device/delete",
            "/sys/block/../queue/x",
            "/sys/block/*/queue/x",
            "/sys/kernel/mm/a b",
            "/sys/module/zswap/parameters/a\nb",
            "/etc/passwd",
        ] {
            assert!(check(path).unwrap_err().contains("/sys/kernel/mm/"), "{path}");
        }
    }

    #[test]
    fn values_are_words() {
        for value in ["madvise", "defer+madvise", "0", "lz4 zstd"] {
            assert_eq!(check_value(value), Ok(()), "{value}");
        }
        for value in ["", " a", "a\nb", "$(x)", "a;b", "a#b", "%h"] {
            assert!(check_value(value).is_err(), "{value}");
        }
    }
}
