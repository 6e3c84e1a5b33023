//! watch.toml; what is read is written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::sys::bytes::Bytes;
use memtune::watch::configuration::{Bounds, Surroundings, parse, written};

struct Machine;

impl Surroundings for Machine {
    fn memory(&self) -> Option<Bytes> {
        Some(Bytes::from_gib(16))
    }
    fn swap(&self) -> Option<Bytes> {
        Some(Bytes::from_gib(4))
    }
    fn user(&self, name: &str) -> Option<u32> {
        (name == "root").then_some(0)
    }
    fn program(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}

fuzz_target!(|text: &str| {
    let Ok(settings) = parse("watch.toml", text, &Machine) else { return };
    Bounds::of(&settings, Bytes::from_gib(16), Bytes::from_gib(4)).remarks(&settings);
    assert_eq!(parse("written", &written(&settings), &Machine), Ok(settings));
});
