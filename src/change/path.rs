//! Paths as the journal may name them.

/// Whether `path` is absolute and every name in it plain, so that it means what it says.
pub(super) fn is_sound(path: &str) -> bool {
    let Some(names) = path.strip_prefix('/') else { return false };
    !path.contains('\0') && names.split('/').all(|name| !matches!(name, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_absolute_paths_are_sound() {
        for right in ["/swapfile", "/a b/ü", "/.hidden", "/..."] {
            assert!(is_sound(right), "{right}");
        }
        for wrong in ["", "/", "swap", "/a/", "//a", "/a/../b", "/a/.", "/a\0b", "-p"] {
            assert!(!is_sound(wrong), "{wrong}");
        }
    }
}
