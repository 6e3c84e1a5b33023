//! What `memtune swap add` costs beside the bare `fallocate && mkswap && swapon`, and filling with zeroes beside `dd`.
//!
//! `cargo bench --bench swap` prints a table; it needs root, and room for two files. It runs in a mount namespace of its own, so that
//! this machine keeps its fstab and its journal. Nothing here fails because of a clock.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "runs programs and prints what they cost; what cannot be measured may stop it"
)]

use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use memtune::facts::swap_header;
use memtune::host::{Filling, Host, NewSwapFile};
use memtune::swap::space;
use memtune::sys::bytes::Bytes;
use memtune::sys::uuid::Uuid;

const MEMTUNE: &str = env!("CARGO_BIN_EXE_memtune");

/// Says that the namespace is there already.
const INSIDE: &str = "MEMTUNE_BENCH_PLACE";

const RUNS: usize = 5;

fn main() {
    match std::env::var(INSIDE) {
        Ok(place) => measure(Path::new(&place)),
        Err(_) => begin_inside(),
    }
}

/// Starts itself again where /etc and /var/lib are copies.
fn begin_inside() {
    const SCRIPT: &str = r#"cp -a /etc "$MEMTUNE_BENCH_PLACE/etc" && mount --bind "$MEMTUNE_BENCH_PLACE/etc" /etc \
        && mount -t tmpfs tmpfs /var/lib && exec "$0""#;
    let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let own = std::env::current_exe().unwrap();
    let status = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-c", SCRIPT])
        .arg(own)
        .env(INSIDE, place.path())
        .status();
    if !status.is_ok_and(|status| status.success()) {
        println!("no swap file can be measured here: it needs root and namespaces of mounts");
    }
}

fn measure(place: &Path) {
    let spare = space::spare(Host::live().space(&place.display().to_string()).unwrap());
    let size = Bytes::from_gib((spare.0 >> 31).min(16));
    if size.0 == 0 {
        println!("less than 2 GiB can be spared below {}", place.display());
        return;
    }
    let area = place.join("area");
    let bare = format!("fallocate -l {} area && chmod 600 area && mkswap area && swapon area", size.0);
    let ours = format!("\"{MEMTUNE}\" swap add {} --file \"$PWD/area\" -y", size.0);
    let (mut bare_times, mut our_times) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        bare_times.push(timed(|| runs(place, &bare)));
        runs(place, "swapoff area && rm area");
        our_times.push(timed(|| runs(place, &ours)));
        runs(place, "swapoff area && rm area && sed -i /area/d /etc/fstab");
    }
    let (bare, ours) = (median(bare_times), median(our_times));
    println!("{size}: fallocate, mkswap, swapon {bare:.2?}; memtune swap add {ours:.2?}");
    println!("swap add: {:.2} x the bare commands; the bound is 1.5", ratio(ours, bare));
    fill(place, &area, size.min(Bytes::from_gib(1)));
}

fn fill(place: &Path, area: &Path, size: Bytes) {
    let header = swap_header::build(size, Bytes(4096), Uuid([1; 16]), "").unwrap();
    let new = NewSwapFile { size, header: &header, filling: Filling::Zeroes, no_copy_on_write: false };
    let path = area.display().to_string();
    let dd = format!("dd if=/dev/zero of=area bs=1M count={} conv=fsync", size.0 >> 20);
    let (mut dd_times, mut our_times) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        dd_times.push(timed(|| runs(place, &dd)));
        runs(place, "rm area && sync -f .");
        our_times.push(timed(|| {
            Host::live().make_swap_file(&path, &new, &|_| ControlFlow::Continue(())).unwrap();
        }));
        runs(place, "rm area && sync -f .");
    }
    let (dd, ours) = (median(dd_times), median(our_times));
    println!("{size} of zeroes: dd bs=1M {dd:.2?}; memtune {ours:.2?}");
    println!("zero-fill: {:.0} % of the rate of dd; the bound is 90", 100.0 * ratio(dd, ours));
}

fn runs(folder: &Path, script: &str) {
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(command.status().unwrap().success(), "{script}");
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(1e-9)
}
