//! What `memtune doctor` costs: processor time beside `sysctl -a`, growth with processes, memory, and the time of a start.
//!
//! `cargo bench` prints a table; nothing here fails because of a clock. Commands that are compared run in turn, and medians are
//! taken, so that a busy machine blurs both alike. The rows with many processes need root and `unshare`: they are made in a
//! process namespace of their own and end with it. The same program counts itself there: `bench doctor --inside COUNT`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "runs programs and prints what they cost"
)]

use std::io;
use std::process::{Child, Command};
use std::time::Duration;

mod measure;

use measure::{Cost, compare, heading, ratio, show};

const MEMTUNE: &str = env!("CARGO_BIN_EXE_memtune");

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|word| word == "--inside") {
        Some(place) => inside(arguments.get(place + 1).and_then(|count| count.parse().ok()).unwrap_or(100)),
        None => outside(),
    }
}

fn outside() {
    heading();
    let doctor = [MEMTUNE, "doctor", "-q"];
    let costs = compare(&[&["sysctl", "-a"], &doctor, &["/bin/true"], &[MEMTUNE, "--version"]]);
    for (name, cost) in ["sysctl -a", "memtune doctor", "/bin/true", "memtune --version"].iter().zip(&costs) {
        show(name, cost);
    }
    let processes = process_count();
    let bound = costs[0].processor * 3 + Duration::from_micros(40) * processes;
    println!(
        "doctor: {:.2} of its bound, 3 x `sysctl -a` + 40 us x {processes} processes",
        ratio(costs[1].processor, bound)
    );
    println!("--version: {:.2} x the time of /bin/true", ratio(costs[3].wall, costs[2].wall));
    for count in [100, 1_000, 10_000] {
        let own = std::env::current_exe().map(|path| path.display().to_string()).unwrap_or_default();
        let namespace =
            ["-fp", "--mount-proc", "--kill-child", &own, "--inside", &count.to_string()].map(str::to_owned);
        match Command::new("unshare").args(namespace).status() {
            Ok(status) if status.success() => {}
            answer => println!("{count} processes: not measured ({answer:?}); it needs root and unshare"),
        }
    }
    for count in [100, 1_000, 10_000] {
        match units(count) {
            Ok(cost) => show(&format!("memtune doctor on a tree with {count} units"), &cost),
            Err(error) => println!("{count} units: not measured: {error}"),
        }
    }
}

/// Measures doctor on a tree that holds nothing but memory and `count` services, each with a drop-in.
fn units(count: usize) -> io::Result<Cost> {
    let root = tempfile::tempdir()?;
    std::fs::create_dir_all(root.path().join("proc"))?;
    std::fs::write(
        root.path().join("proc/meminfo"),
        "MemTotal: 8388608 kB\nMemFree: 4194304 kB\nMemAvailable: 6291456 kB\n",
    )?;
    let units = root.path().join("etc/systemd/system");
    for number in 0..count {
        let drop_ins = units.join(format!("job-{number}.service.d"));
        std::fs::create_dir_all(&drop_ins)?;
        std::fs::write(
            units.join(format!("job-{number}.service")),
            "[Service]\nExecStart=/bin/true\nUser=job\n",
        )?;
        std::fs::write(drop_ins.join("limits.conf"), "[Service]\nMemoryMax=64M\n")?;
    }
    let root = root.path().display().to_string();
    let command: &[&str] = &[MEMTUNE, "--root", &root, "doctor", "-q"];
    Ok(compare(&[command]).remove(0))
}

/// Starts `count` sleeping processes and measures among them.
fn inside(count: usize) {
    let mut crowd: Vec<Child> = Vec::new();
    while crowd.len() < count {
        match Command::new("sleep").arg("600").spawn() {
            Ok(child) => crowd.push(child),
            Err(error) => {
                println!("{count} processes: only {} could be started: {error}", crowd.len());
                break;
            }
        }
    }
    let costs = compare(&[&["sysctl", "-a"], &[MEMTUNE, "doctor", "-q"]]);
    show(&format!("memtune doctor among {} processes", crowd.len()), &costs[1]);
    let bound = costs[0].processor * 3 + Duration::from_micros(40) * process_count();
    println!("doctor: {:.2} of its bound", ratio(costs[1].processor, bound));
    for mut child in crowd {
        let _ = child.kill().and_then(|()| child.wait());
    }
}

fn process_count() -> u32 {
    let is_process = |entry: &io::Result<std::fs::DirEntry>| {
        entry
            .as_ref()
            .is_ok_and(|entry| entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()))
    };
    std::fs::read_dir("/proc").map_or(0, |entries| entries.filter(is_process).count() as u32)
}
