//! What systemd and a unit said in the journal, and lines of unit files that systemd would ignore.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::ignored_setting::divide;
use memtune::facts::systemd_complaints;
use memtune::facts::unit_files;
use memtune::facts::unit_journal::{of_journal, of_text};

fuzz_target!(|text: &str| {
    for line in text.lines() {
        of_journal(line);
        of_text(line, "a@1.service");
        systemd_complaints::parse("/var/log/syslog", line);
    }
    let settings = unit_files::parse("a.service", "/etc/systemd/system/a.service", text);
    let count = settings.len();
    let (heeded, ignored) = divide(settings);
    assert_eq!(heeded.len() + ignored.len(), count);
});
