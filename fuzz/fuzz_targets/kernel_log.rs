//! Records of /dev/kmsg and lines of the journal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::kernel_log::{message_of_journal, message_of_record};

fuzz_target!(|text: &str| {
    message_of_record(text);
    message_of_journal(text);
});
