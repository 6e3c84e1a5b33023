//! After its start the watchdog allocates nothing: not in calm, not to end a job, not for whoever asks it something.
//!
//! Without the usual harness, for that has threads, and allocations are counted in the whole process.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests without the harness that would make them known as such"
)]

mod counting;
mod kill;
mod ticks;

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

/// The loop comes last: it locks the memory of its process.
const TESTS: &[(&str, fn())] = &[
    ("counting::counts", counting::counts),
    ("kill::ends_processes_without_allocating", kill::ends_processes_without_allocating),
    ("ticks::calm_and_a_rehearsed_kill_allocate_nothing", ticks::calm_and_a_rehearsed_kill_allocate_nothing),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, test) in TESTS {
        if wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str())) {
            test();
            println!("test {name} ... ok");
        }
    }
}
