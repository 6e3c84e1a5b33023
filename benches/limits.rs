//! What `memtune limits show` costs beside the one `systemctl show` that it needs, and on trees with many groups.
//!
//! `cargo bench --bench limits` prints a table; nothing here fails because of a clock. Where systemd does not run, only the trees are
//! measured.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "runs programs and prints what they cost"
)]

use std::io;
use std::path::Path;
use std::process::Command;

use memtune::limits::shown::unit::{PATTERNS, PROPERTIES};

mod measure;

use measure::{Cost, compare, heading, ratio, show};

const MEMTUNE: &str = env!("CARGO_BIN_EXE_memtune");

fn main() {
    heading();
    beside_systemctl();
    for count in [100, 500, 5_000] {
        match tree(count) {
            Ok(cost) => show(&format!("limits show on a tree with {count} units"), &cost),
            Err(error) => println!("{count} units: not measured: {error}"),
        }
    }
}

fn beside_systemctl() {
    let properties = format!("--property={}", PROPERTIES.join(","));
    let asked: Vec<&str> = ["systemctl", "show", &properties, "--"].into_iter().chain(PATTERNS).collect();
    let answer = Command::new("systemctl").args(&asked[1..]).output();
    let Some(units) = answer.ok().filter(|answer| !answer.stdout.is_empty()) else {
        println!("systemctl show: not measured: systemd does not answer here");
        return;
    };
    let count = String::from_utf8_lossy(&units.stdout).matches("\n\n").count() + 1;
    let costs = compare(&[&asked, &[MEMTUNE, "limits", "show", "--json"]]);
    show(&format!("systemctl show of {count} units"), &costs[0]);
    show("memtune limits show", &costs[1]);
    println!(
        "limits show: {:.2} x the time of the one `systemctl show`; the bound is 2",
        ratio(costs[1].wall, costs[0].wall)
    );
}

/// A tree with `count` services, as they were captured with what systemd said of them.
fn tree(count: usize) -> io::Result<Cost> {
    const FILES: [(&str, &str); 10] = [
        ("memory.current", "4096\n"),
        ("memory.peak", "8192\n"),
        ("memory.stat", "anon 1024\nfile 2048\nshmem 0\nunevictable 0\n"),
        ("memory.min", "0\n"),
        ("memory.low", "0\n"),
        ("memory.high", "max\n"),
        ("memory.max", "65536\n"),
        ("memory.swap.max", "max\n"),
        ("memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n"),
        ("memory.events.local", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n"),
    ];
    let root = tempfile::tempdir()?;
    let write = |path: &Path, text: &str| {
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(path, text)
    };
    write(&root.path().join("proc/meminfo"), "MemTotal: 8388608 kB\n")?;
    write(&root.path().join("sys/fs/cgroup/cgroup.controllers"), "memory\n")?;
    let mut listing = String::new();
    for number in 0..count {
        let group = format!("/system.slice/job-{number}.service");
        for (file, text) in FILES {
            write(&root.path().join(format!("sys/fs/cgroup{group}/{file}")), text)?;
        }
        let file = format!("/etc/systemd/system/job-{number}.service");
        write(&root.path().join(&file[1..]), "[Service]\nMemoryMax=64K\n")?;
        listing += &format!(
            "Id=job-{number}.service\nActiveState=active\nSubState=running\nControlGroup={group}\nFragmentPath={file}\n\n"
        );
    }
    write(&root.path().join("sos_commands/systemd/systemctl_show_service_--all"), &listing)?;
    let root = root.path().display().to_string();
    Ok(compare(&[&[MEMTUNE, "--root", &root, "limits", "show", "--json"]]).remove(0))
}
