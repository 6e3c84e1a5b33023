//! Journals that somebody else could have written: nothing is done for them.

use std::os::unix::fs::{chown, lchown};

use crate::change::journal::{self, Journal};
use crate::change::undo::Force;
use crate::change::{Area, Nobody, Plan, recover};
use crate::exit::Exit;

use super::world::{World, why};

const ENTRY: &str = "/var/lib/memtune/journal/000001.json";
const SOMEBODY: u32 = 65_000;

/// The next run would make a file that runs as root.
fn trap(mode: u32) -> String {
    format!(
        r#"{{"schema":"memtune.journal/1","id":1,"time":"t","title":"x","area":"tune","state":"pending","changes":[
        {{"kind":"file","target":"/etc/a","before":"evil","before_owner":{{"mode":{mode},"user":0,"group":0}},
        "after":"x","after_owner":{{"mode":420,"user":0,"group":0}}}}]}}"#
    )
}

fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        eprintln!("skipped: only root can give files away");
    }
    is_root
}

fn refusal(world: &World) -> String {
    let fault = journal::read(&world.host).unwrap_err();
    assert_eq!(fault.exit, Exit::Refused, "{fault}");
    assert!(fault.hint.as_ref().is_some_and(|hint| hint.contains("chown")), "{fault:?}");
    assert_eq!(recover(&world.host, &Nobody).unwrap_err().exit, Exit::Refused);
    let mut plan = Plan::new("a test", Area::Tune);
    plan.file(&world.host, "/etc/b", Some("y"), why()).unwrap();
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Refused);
    assert_eq!(world.undo(1, Force::Yes).unwrap_err().exit, Exit::Refused);
    assert_eq!((world.read("/etc/a").as_deref(), world.read("/etc/b")), (Some("x"), None));
    fault.to_string()
}

#[test]
fn a_journal_that_others_may_write_is_refused() {
    for (path, mode) in
        [("/var/lib/memtune", 0o775), ("/var/lib/memtune/journal", 0o757), (ENTRY, 0o620), (ENTRY, 0o602)]
    {
        let world = World::new(&[("/etc/a", "x"), (ENTRY, &trap(0o644))]);
        world.chmod(path, mode);
        let text = refusal(&world);
        assert!(text.starts_with(&format!("`{path}` ")) && text.contains("written by others"), "{text}");
    }
}

#[test]
fn a_journal_of_somebody_else_is_refused() {
    if !is_root() {
        return;
    }
    for path in ["/var/lib/memtune", "/var/lib/memtune/journal", ENTRY] {
        let world = World::new(&[("/etc/a", "x"), (ENTRY, &trap(0o644))]);
        chown(world.path(path), Some(SOMEBODY), None).unwrap();
        let text = refusal(&world);
        assert!(text.starts_with(&format!("`{path}` ")) && text.contains("65000"), "{text}");
        lchown(world.path(path), Some(0), None).unwrap();
        assert_eq!(journal::read(&world.host).unwrap().entries.len(), 1);
    }
}

#[test]
fn an_entry_that_would_make_a_file_run_as_its_owner_is_none() {
    for mode in [0o4755, 0o2755, 0o1644] {
        let world = World::new(&[("/etc/a", "x"), (ENTRY, &trap(mode))]);
        let Journal { entries, unreadable } = journal::read(&world.host).unwrap();
        assert_eq!((entries.len(), unreadable.len()), (0, 1), "{mode:o}");
        assert_eq!(recover(&world.host, &Nobody).unwrap_err().exit, Exit::Refused);
        assert_eq!(world.read("/etc/a").as_deref(), Some("x"));
    }
}

#[test]
fn a_file_that_runs_as_its_owner_is_not_changed() {
    let world = World::new(&[("/etc/a", "x")]);
    let id = world.set(&[("/etc/a", Some("y"))], &[]);
    for mode in [0o4755, 0o2755, 0o1644] {
        world.chmod("/etc/a", mode);
        for after in [Some("z"), None] {
            let mut plan = Plan::new("a test", Area::Tune);
            let fault = plan.file(&world.host, "/etc/a", after, why()).unwrap_err();
            assert_eq!(fault.exit, Exit::Refused);
            assert!(fault.to_string().contains("/etc/a") && fault.hint.is_some(), "{fault:?}");
        }
        assert_eq!(world.undo(id, Force::Yes).unwrap_err().exit, Exit::Refused);
    }
    assert_eq!(world.states().len(), 1);
}
