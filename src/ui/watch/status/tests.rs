use super::*;
use crate::watch::configuration::Bound;
use crate::watch::controls::{Decision, Memory, Text};
use crate::watch::level::Level;

const LOOK: Look = Look { width: 80, has_unicode: true, is_root: true };

fn text(text: &str) -> Text {
    Text::from(text).unwrap()
}

fn sound() -> Status {
    let bound = |level, gib| Bound { level, available: Bytes::from_gib(gib), swap: Some(Bytes::from_gib(1)) };
    Status {
        pid: 812,
        running: true,
        printing: true,
        simulating: false,
        dry_run: false,
        uptime: 3 * 3600 + 120 + 5,
        interval: 1250,
        level: Level::Warning,
        bounds: [bound(Level::Warning, 4), bound(Level::Critical, 2), bound(Level::Redline, 1)],
        reached: [2, 1, 0],
        memory: Memory {
            total: Bytes::from_gib(16),
            available: Bytes::from_gib(3),
            swap_total: Bytes::from_gib(4),
            swap_free: Bytes::from_gib(2),
        },
        kills: 1,
        last: Some(Decision { ago: 61, what: text("ended job.service\u{1b}[2J, which held 5 GiB") }),
        lacks: text(""),
    }
}

#[test]
fn the_state_is_told_in_full() {
    let told = anstream::adapter::strip_str(&status(Some(&sound()), true, LOOK)).to_string();
    let expected = "\
The watchdog watches: warning, 3 GiB of 16 GiB available.
  process    812, for 3h 2m
  memory     3 GiB of 16 GiB available, 2 GiB of 4 GiB of swap free
  warning    4 GiB available and 1 GiB of swap; reached 2 times
  critical   2 GiB available and 1 GiB of swap; reached once
  redline    1 GiB available and 1 GiB of swap; not reached yet
  next look  in 1s 250ms at the latest
  switches   tells each look
  ended      1 job since it runs
  last       1m 1s ago: ended job.service\u{fffd}[2J, which held 5 GiB
";
    assert_eq!(told, expected);
}

#[test]
fn who_acts_and_who_does_not_is_told_in_a_line() {
    let cases = [
        (Status { dry_run: true, ..sound() }, "ends nobody"),
        (Status { running: false, ..sound() }, "was stopped"),
        (sound(), "The watchdog watches: warning"),
    ];
    for (status, said) in cases {
        assert!(verdict(Some(&status)).contains(said), "{}", verdict(Some(&status)));
    }
    assert_eq!(verdict(None), "No watchdog runs.\n");
    assert!(status(None, false, LOOK).contains("memtune watch install"));
    assert!(status(None, true, LOOK).contains("systemctl status memtune-watchd"));
}

#[test]
fn programs_get_null_for_what_is_not_there() {
    assert_eq!(for_programs(None)["watchdog"], Value::Null);
    let object = for_programs(Some(&sound()));
    assert_eq!(object["watchdog"]["lacks"], Value::Null);
    assert_eq!(object["watchdog"]["bounds"][2]["level"], "redline");
    assert_eq!(object["watchdog"]["memory"]["available"], 3u64 << 30);
}

#[test]
fn a_sentence_begins_with_a_capital_and_ends_with_a_stop() {
    assert_eq!(sentence("it was stopped"), "It was stopped.\n");
    assert_eq!(sentence("a\nb."), "A\u{fffd}b.\n");
}
