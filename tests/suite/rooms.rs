//! Holds the direction between the rooms: each knows only the floors below it, as ARCHITECTURE.md draws them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms that it may know.
const HOUSE: &[(&str, &[&str])] = &[
    ("sys", &[]),
    ("exit", &[]),
    ("cli", &["doctor", "facts", "limits", "profile", "sys"]),
    ("host", &["sys"]),
    ("facts", &["host", "sys"]),
    ("sysctl", &["facts", "host", "sys"]),
    ("change", &["exit", "facts", "host", "sys", "sysctl"]),
    ("profile", &["exit", "facts", "host", "sys", "sysctl"]),
    ("watch", &["facts", "sys"]),
    ("limits", &["change", "exit", "facts", "host", "profile", "sys"]),
    ("tune", &["change", "exit", "facts", "host", "limits", "profile", "sys", "sysctl"]),
    ("swap", &["change", "exit", "facts", "host", "profile", "sys", "sysctl"]),
    ("service", &["change", "exit", "facts", "host", "sysctl", "watch"]),
    ("doctor", &["facts", "host", "limits", "swap", "sys", "sysctl"]),
    (
        "ui",
        &[
            "change", "cli", "doctor", "exit", "facts", "host", "limits", "profile", "swap", "sys", "sysctl",
            "tune", "watch",
        ],
    ),
    (
        "cmd",
        &[
            "change", "cli", "doctor", "exit", "facts", "host", "limits", "profile", "service", "swap",
            "sys", "sysctl", "tune", "ui", "watch",
        ],
    ),
    ("lib", &["change", "cli", "cmd", "exit", "host", "ui"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The room that a source file belongs to: its first folder, or its own name.
fn room_of(path: &Path) -> String {
    let inside = path.strip_prefix(source_folder()).unwrap();
    inside.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The rooms that a source text names behind `crate::`, braces taken apart; comments do not count.
fn rooms_named(text: &str) -> Vec<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut named = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        assert!(!rest.starts_with('{'), "`use crate::{{..}}` hides which rooms are known: one line for each");
        named.push(rest.chars().take_while(|&character| is_word(character)).collect());
    }
    named
}

#[test]
fn every_room_knows_only_the_floors_below_it() {
    let house: BTreeMap<&str, &[&str]> = HOUSE.iter().copied().collect();
    let mut strays = Vec::new();
    let mut seen = 0;
    for path in sources(&source_folder()) {
        let room = room_of(&path);
        if room == "main" || room == "bin" {
            continue;
        }
        let allowed =
            house.get(room.as_str()).unwrap_or_else(|| panic!("the room `{room}` is not in the house"));
        for named in rooms_named(&fs::read_to_string(&path).unwrap()) {
            seen += 1;
            if named != room && !allowed.contains(&named.as_str()) {
                strays.push(format!("{} knows `{named}`", path.display()));
            }
        }
    }
    assert!(seen > 100, "the test no longer finds what rooms know");
    assert!(strays.is_empty(), "{}", strays.join("\n"));
}

#[test]
fn a_room_may_not_know_one_above_it() {
    assert_eq!(
        rooms_named("use crate::doctor::check;\n// crate::ui\nlet x = crate::sys::f();"),
        ["doctor", "sys"]
    );
    let facts = HOUSE.iter().find(|(room, _)| *room == "facts").unwrap();
    assert!(!facts.1.contains(&"doctor"));
}

#[test]
fn the_front_doors_hold_no_logic() {
    for path in sources(&source_folder()).iter().filter(|path| path.ends_with("mod.rs")) {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.starts_with("//! "), "{} does not say what its room is for", path.display());
        assert!(!text.contains("fn ") && !text.contains("impl "), "{} holds logic", path.display());
    }
}

/// The files with a folder that a document names in backquotes.
fn named_files(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|name| name.ends_with(".rs") && name.contains('/') && !name.contains(' ')).collect()
}

#[test]
fn the_files_that_documents_name_are_there() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR"));
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"] {
        let text = fs::read_to_string(house.join(document)).unwrap();
        for name in named_files(&text) {
            let is_there = house.join("src").join(name).exists() || house.join(name).exists();
            assert!(is_there, "{document} names {name}");
        }
    }
}
