//! Any text is a size, or is refused; what is shown is read back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::sys::size::{Size, exact, parse};

fuzz_target!(|text: &str| {
    if let Ok(size) = parse(text) {
        assert_eq!(parse(&exact(size)), Ok(size));
    }
    let _ = text.parse::<Size>();
});
