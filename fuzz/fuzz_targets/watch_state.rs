//! The state file of the watchdog, and the story that is told of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::watch::account::state::State;
use memtune::watch::account::state_story::tell;

fuzz_target!(|text: &str| {
    if let Ok(state) = State::parse(text) {
        let story = tell(&state, 16, true);
        assert!(!story.contains('\u{1b}'));
    }
});
