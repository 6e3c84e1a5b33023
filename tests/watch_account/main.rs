//! The watchdog's account against the real kernel: what it allocates, whom it tells, and that nobody can hold it up.
//!
//! Without the usual harness, for that has threads: the helper of the hooks is a fork, and allocations are counted in the whole process.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests without the harness that would make them known as such"
)]

mod allocations;
mod forms;
mod full_disk;
mod hooks;
mod journal;
mod scenes;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

/// In this order: threads must not have been started before a helper is made.
const TESTS: &[(&str, fn())] = &[
    ("hooks::are_told_and_end", hooks::are_told_and_end),
    (
        "hooks::one_that_hangs_is_ended_with_all_it_started",
        hooks::one_that_hangs_is_ended_with_all_it_started,
    ),
    ("hooks::no_more_than_a_few_run_at_once", hooks::no_more_than_a_few_run_at_once),
    ("hooks::start_where_the_watchdog_gets_no_memory", hooks::start_where_the_watchdog_gets_no_memory),
    ("hooks::go_off_with_their_helper", hooks::go_off_with_their_helper),
    ("allocations::an_event_of_each_kind", allocations::an_event_of_each_kind_allocates_nothing),
    ("forms::stories_are_as_recorded", forms::stories_are_as_recorded),
    ("forms::json_follows_the_schema", forms::json_follows_the_schema),
    ("forms::metrics_are_what_the_collector_reads", forms::metrics_are_what_the_collector_reads),
    ("forms::the_state_is_read_back_and_told", forms::the_state_is_read_back_and_told),
    ("journal::takes_every_entry", journal::takes_every_entry),
    ("journal::without_one_lines_have_priorities", journal::without_one_lines_have_priorities),
    ("full_disk::is_said_once_and_stops_nothing", full_disk::is_said_once_and_stops_nothing),
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
