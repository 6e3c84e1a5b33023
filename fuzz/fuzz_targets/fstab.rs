//! /etc/fstab, the octal escapes in it, and the changes to its text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::fstab::{Entry, parse};
use memtune::swap::fstab;

fuzz_target!(|text: &str| {
    let _ = parse(text).map(|entries| entries.iter().filter_map(Entry::priority).max());
    let known = fstab::swap_lines(text);
    let added = fstab::with_line(text, &fstab::line("/my swap", Some(7)));
    let lines = fstab::swap_lines(&added);
    assert_eq!(lines.len(), known.len() + 1);
    if let Some(new) = lines.last() {
        assert_eq!(new.source, "/my swap");
        let others = fstab::without_lines(&added, &[new.line].into());
        assert_eq!(others.strip_suffix('\n').unwrap_or(&others), text.strip_suffix('\n').unwrap_or(text));
    }
    for line in known {
        let moved = fstab::swap_lines(&fstab::with_source(text, line.line, "/other"));
        assert!(moved.iter().any(|one| one.line == line.line && one.source == "/other"));
    }
});
