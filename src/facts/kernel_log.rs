//! What the kernel wrote to its log about memory.
//!
//! Three sources, the first that answers: the kernel's own buffer (/dev/kmsg), the journal, a file (as captures and older
//! systems have them). Only lines that some check looks for are kept, so a log of any size costs little.

use serde_json::Value;

use crate::host::{Host, IfThere, Lacking, Reason};

const JOURNAL: [&str; 8] = ["-k", "-b", "-o", "json", "--no-pager", "--output-fields=MESSAGE", "-n", "5000"];

/// Where captures and systems without a journal keep the kernel's log, the richest first, and whether only the kernel writes there.
const FILES: [(&str, bool); 8] = [
    ("/sos_commands/kernel/dmesg", true),
    ("/sos_commands/kernel/dmesg_-T", true),
    ("/sos_commands/logs/journalctl_--no-pager_--boot", false),
    ("/sos_commands/logs/journalctl_--no-pager", false),
    ("/var/log/kern.log", true),
    ("/var/log/dmesg", true),
    ("/var/log/messages", false),
    ("/var/log/syslog", false),
];

/// A line is kept when it holds one of these.
const TELLING: [&str; 7] = [
    "enough memory for the allocation",
    "drop_caches:",
    "page allocation failure",
    "oom-kill",
    "Out of memory",
    "Memory failure",
    "Hardware Error",
];

/// More than anyone would read; a machine that fails all day repeats itself.
const MOST_LINES: usize = 2_000;

/// The lines about memory, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KernelLog {
    /// Where they come from.
    pub source: String,
    /// The messages, with whatever stood before them in a file.
    pub lines: Vec<String>,
}

impl KernelLog {
    /// The lines that hold `text`.
    pub fn lines_with<'l>(&'l self, text: &'l str) -> impl Iterator<Item = &'l str> {
        self.lines.iter().map(String::as_str).filter(move |line| line.contains(text))
    }

    fn take(&mut self, message: &str) {
        // The kernel's first words: whatever a file holds before them belongs to an earlier boot.
        if message.contains("Linux version ") {
            self.lines.clear();
        }
        if TELLING.iter().any(|telling| message.contains(telling)) {
            self.lines.push(message.to_owned());
        }
        if self.lines.len() > MOST_LINES {
            // The newest matter most.
            self.lines.drain(..MOST_LINES / 2);
        }
    }

    /// Takes a line of a file in which other programs may write, too, which then name themselves.
    fn take_line(&mut self, line: &str, is_kernels_own: bool) {
        if is_kernels_own || line.contains(" kernel: ") {
            self.take(line);
        }
    }
}

/// The message of one record of /dev/kmsg: `PRIORITY,SEQUENCE,TIME,FLAGS;MESSAGE`, then lines of fields.
pub fn message_of_record(record: &str) -> &str {
    let message = record.split_once(';').map_or(record, |(_, message)| message);
    message.lines().next().unwrap_or_default()
}

/// The message of one line that `journalctl -o json` prints; the journal writes what is not UTF-8 as a list of bytes.
pub fn message_of_journal(line: &str) -> Option<String> {
    match serde_json::from_str::<Value>(line).ok()?.get_mut("MESSAGE")?.take() {
        Value::String(message) => Some(message),
        Value::Array(bytes) => {
            let bytes: Vec<u8> = bytes.iter().filter_map(Value::as_u64).map(|byte| byte as u8).collect();
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
        _ => None,
    }
}

/// The number of one record of /dev/kmsg, which the kernel counts from its start.
fn number_of_record(record: &str) -> Option<u64> {
    record.split(',').nth(1)?.parse().ok()
}

/// The number that the next record gets; 0 where the log cannot be read.
pub fn end(host: &Host) -> u64 {
    let mut end = 0;
    // Without the log there is less to tell, and that is all.
    let _ = host.each_kernel_record(|record| {
        end = number_of_record(record).map_or(end, |number| number.saturating_add(1));
    });
    end
}

/// The last messages since its log ended at `end`; none where the log cannot be read.
pub fn since(host: &Host, end: u64) -> Vec<String> {
    let mut lines = Vec::new();
    let _ = host.each_kernel_record(|record| {
        if number_of_record(record).is_some_and(|number| number >= end) && lines.len() < MOST_LINES {
            lines.push(message_of_record(record).to_owned());
        }
    });
    lines
}

/// Reads it from a machine.
///
/// # Errors
/// Says why no source answers; a source that only root may read counts more than one that is not there.
pub fn read(host: &Host) -> Result<KernelLog, Lacking> {
    let mut log = KernelLog { source: "/dev/kmsg".to_owned(), lines: Vec::new() };
    let refusal = match host.each_kernel_record(|record| log.take(message_of_record(record))) {
        Ok(()) => return Ok(log),
        Err(lacking) => lacking,
    };
    if let Some(log) = read_journal(host)? {
        return Ok(log);
    }
    for (path, is_kernels_own) in FILES {
        log = KernelLog { source: path.to_owned(), lines: Vec::new() };
        match host.each_line(path, |line| log.take_line(line, is_kernels_own)).if_there() {
            Ok(Some(())) => return Ok(log),
            // A log that only root may read is the answer of last resort: the next file may be open.
            Ok(None) | Err(Lacking { reason: Reason::Denied, .. }) => {}
            Err(lacking) => return Err(lacking),
        }
    }
    Err(if refusal.reason == Reason::Denied { refusal } else { Lacking::absent("the kernel's log") })
}

fn read_journal(host: &Host) -> Result<Option<KernelLog>, Lacking> {
    let text = host.output("journalctl", &JOURNAL).if_there()?.unwrap_or_default();
    if text.is_empty() {
        // No journal, or none that this user may see.
        return Ok(None);
    }
    let mut log = KernelLog { source: "journalctl -k".to_owned(), lines: Vec::new() };
    text.lines().filter_map(message_of_journal).for_each(|message| log.take(&message));
    Ok(Some(log))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn records_are_counted() {
        assert_eq!(number_of_record("6,1234,99,-;swapon: file has shared extents"), Some(1234));
        assert_eq!(number_of_record("6,x,99"), None);
        assert_eq!(number_of_record(""), None);
        let host = Host::live();
        let said = since(&host, end(&host));
        assert!(said.len() < 100, "{}", said.len());
    }

    #[test]
    fn takes_messages_out_of_their_wrapping() {
        assert_eq!(message_of_record("6,1,0,-;Linux version 6.1\n SUBSYSTEM=x\n"), "Linux version 6.1");
        assert_eq!(message_of_record("no record"), "no record");
        assert_eq!(message_of_journal(r#"{"MESSAGE":"hello"}"#).unwrap(), "hello");
        assert_eq!(message_of_journal(r#"{"MESSAGE":[104,105,255]}"#).unwrap(), "hi\u{fffd}");
        assert_eq!(message_of_journal("-- No entries --"), None);
    }

    #[test]
    fn keeps_only_what_tells_something() {
        let mut log = KernelLog::default();
        log.take("usb 1-1: new device");
        log.take("bash (123): drop_caches: 3");
        assert_eq!(log.lines, ["bash (123): drop_caches: 3"]);
    }

    #[test]
    fn keeps_only_the_kernels_own_words_of_this_boot() {
        let mut log = KernelLog::default();
        log.take_line("Nov 20 10:00:00 web1 kernel: [1.0] bash (1): drop_caches: 3", false);
        log.take_line("Nov 21 10:00:00 web1 kernel: [0.0] Linux version 6.1.0", false);
        log.take_line("Nov 21 10:00:01 web1 myapp[7]: Out of memory", false);
        assert_eq!(log.lines.len(), 0);
        log.take_line("Nov 21 10:00:02 web1 kernel: [9.0] Out of memory: Killed process 7", false);
        assert_eq!(log.lines.len(), 1);
        (0..5000).for_each(|number| log.take(&format!("drop_caches: {number}")));
        assert!(log.lines.len() <= MOST_LINES && log.lines.last().unwrap().ends_with("4999"));
    }

    proptest! {
        #[test]
        fn any_text_has_a_message_or_none(text in "\\PC*", bytes in prop::collection::vec(any::<i64>(), 0..20)) {
            message_of_record(&text);
            message_of_journal(&text);
            message_of_journal(&format!("{{\"MESSAGE\":{bytes:?}}}"));
        }
    }
}
