//! `memtune swap zram` and `memtune swap zswap`, from outside: wrong words, and machines where nothing is changed. What they do to a
//! machine with systemd is tested in the guest.

use serde_json::Value;

use super::common::memtune;
use super::tune::Machine;

#[test]
fn wrong_words_are_told() {
    let machine = Machine::of("11-sound");
    for arguments in [
        "swap zram",
        "swap zram 16X",
        "swap zram -1G",
        "swap zram 101%",
        "swap zram on",
        "swap zswap",
        "swap zswap maybe",
        "swap zswap on --pool many",
        "swap zswap on --pool 101%",
    ] {
        machine.ends(arguments, 2);
    }
    assert!(machine.ends("swap zram 16X", 2).contains("`16X` is no size"));
}

#[test]
fn a_tree_is_left_as_it_is() {
    let machine = Machine::of("11-sound");
    let before = machine.state();
    for arguments in ["swap zram 50% -y", "swap zram off -y", "swap zswap on -y", "swap zswap off -y"] {
        let text = machine.ends(arguments, 4);
        assert!(text.contains("a tree has no running kernel"), "{text}");
    }
    assert!(machine.ends("swap zram 0 -y", 4).contains("nothing would fit"));
    assert!(machine.ends("swap zram 900T -y", 4).contains("more than twice the memory"));
    machine.is_as(&before, "a refusal wrote something");
}

#[test]
fn inside_a_container_the_host_is_named() {
    let machine = Machine::of("06-container");
    for arguments in ["swap zram 50% -n", "swap zram off -n", "swap zswap on -n"] {
        let text = machine.ends(arguments, 4);
        assert!(text.contains("this is a container"), "{text}");
    }
}

/// The way of this very machine: with systemd a plan, without it the commands that do it by hand.
#[test]
fn on_this_machine_there_is_a_plan_or_a_reason() {
    let output = memtune().args(["swap", "zram", "10%", "-n", "--json"]).output().unwrap();
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["schema"], "memtune.plan/1");
    let refused = plan["refused"].as_array().unwrap();
    assert_eq!(output.status.code(), Some(if refused.is_empty() { 0 } else { 4 }), "{plan}");
    if !std::path::Path::new("/run/systemd/system").exists() {
        let reasons: Vec<&str> = refused.iter().filter_map(|one| one["reason"].as_str()).collect();
        let is_named = |reason: &&str| reason.contains("swapon --discard -p") || reason.contains("container");
        assert!(reasons.iter().any(is_named), "{reasons:?}");
        assert_eq!(plan["changes"], Value::Array(vec![]));
    }
}
