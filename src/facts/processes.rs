//! The processes, in one cheap pass: one file each.
//!
//! Their stat lines are read by hand, not with procfs: that crate panics on some texts that no kernel writes but a hostile
//! capture can hold, and takes three times as long.

use std::time::Duration;

use crate::host::{Host, IfThere, Lacking, Reason};
use crate::sys::bytes::Bytes;

use super::malformed::{Malformed, numbered_lines, shortened};

/// One process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its name, at most 15 bytes of it.
    pub name: String,
    /// Address space that it has mapped.
    pub mapped: Bytes,
    /// Memory that it holds, shared pages included.
    pub resident: Bytes,
}

impl Process {
    /// Whether it is a thread of the kernel, which has no address space of its own.
    pub fn is_kernel_thread(&self) -> bool {
        self.mapped.0 == 0
    }
}

/// Reads the text of /proc/PID/stat. The name may hold anything, parentheses and newlines too.
///
/// # Errors
/// Says that it is not of this shape.
pub fn parse_stat(text: &str, page_size: Bytes) -> Result<Process, Malformed> {
    let expected = || Malformed::new(1, "expected `PID (NAME) STATE ..` with 24 fields");
    let (pid, rest) = text.split_once(" (").ok_or_else(expected)?;
    let (name, rest) = rest.rsplit_once(')').ok_or_else(expected)?;
    // Behind the name: field 3 is the state, 23 the mapped bytes, 24 the resident pages.
    let mut fields = rest.split_ascii_whitespace().skip(20);
    let mut number = || fields.next().and_then(|word| word.parse::<i64>().ok()).ok_or_else(expected);
    let (mapped, resident) = (number()?, number()?);
    Ok(Process {
        pid: pid.parse().map_err(|_| Malformed::not_a_number(1, pid))?,
        name: shortened(name),
        mapped: Bytes(mapped.max(0) as u64),
        resident: page_size * resident.max(0) as u64,
    })
}

/// Reads from /proc/PID/stat the processor time that the process has had, without its children's; `ticks` make a second.
pub fn parse_processor_time(text: &str, ticks: u64) -> Option<Duration> {
    let (_, rest) = text.rsplit_once(')')?;
    // Fields 14 and 15.
    let mut fields = rest.split_ascii_whitespace().skip(11);
    let mut number = || fields.next()?.parse::<u64>().ok();
    let (own, kernels) = (number()?, number()?);
    let milliseconds = own.saturating_add(kernels).saturating_mul(1000).checked_div(ticks)?;
    Some(Duration::from_millis(milliseconds))
}

/// Reads what `ps aux` and its relatives print: `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND`, sizes in KiB.
///
/// # Errors
/// Names the line that does not fit; the lines of single threads, which have no PID, are passed over.
pub fn parse_ps(text: &str) -> Result<Vec<Process>, Malformed> {
    let mut processes = Vec::new();
    for (number, line) in numbered_lines(text).filter(|(_, line)| !line.starts_with("USER")) {
        let words: Vec<&str> = line.split_whitespace().take(16).collect();
        let [_, pid, _, _, mapped, resident, _, _, _, _, command, arguments @ ..] = &words[..] else {
            continue;
        };
        let Ok(pid) = pid.parse() else { continue };
        let kib =
            |text: &str| text.parse().map(Bytes::from_kib).map_err(|_| Malformed::not_a_number(number, text));
        processes.push(Process {
            pid,
            name: name_of(command, arguments),
            mapped: kib(mapped)?,
            resident: kib(resident)?,
        });
    }
    Ok(processes)
}

/// The name that the kernel would give a command: its file's, cut to 15 bytes. Of a Python program it is the script's, which the
/// capture tells nowhere else.
fn name_of(command: &str, arguments: &[&str]) -> String {
    let name = file_name(command.trim_start_matches('[').trim_end_matches([']', ':']));
    let script = || arguments.iter().find(|word| !word.starts_with('-')).map(|script| file_name(script));
    let is_python = name.starts_with("python") || name == "platform-python";
    let name = if is_python { script().unwrap_or(name) } else { name };
    shortened(name).chars().take(15).collect()
}

/// What stands behind the last slash. A kernel thread's name may hold one, too, but not at its beginning.
fn file_name(path: &str) -> &str {
    if path.starts_with('/') { path.rsplit('/').next().unwrap_or(path) } else { path }
}

/// Reads all of a machine's processes, those that end meanwhile left out. A capture may hold only what `ps` printed.
///
/// # Errors
/// Says why there are none.
pub fn read(host: &Host, page_size: Bytes) -> Result<Vec<Process>, Lacking> {
    let mut processes = Vec::new();
    let mut bytes = Vec::new();
    for name in host.list("/proc")?.iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        let path = format!("/proc/{name}/stat");
        if host.read_into(&path, &mut bytes).is_ok() {
            // One odd process shall not hide the others.
            processes.extend(parse_stat(&String::from_utf8_lossy(&bytes), page_size));
        }
    }
    if !processes.is_empty() || host.is_live() {
        return Ok(processes);
    }
    read_printed(host)
}

fn read_printed(host: &Host) -> Result<Vec<Process>, Lacking> {
    for arguments in ["auxwwwm", "auxwww", "auxww", "aux"] {
        if let Some(text) = host.output("ps", &[arguments]).if_there()? {
            let failed = |malformed: Malformed| {
                Lacking::malformed(format!("ps {arguments}"), malformed.line, malformed.what)
            };
            return parse_ps(&text).map_err(failed);
        }
    }
    Err(Lacking::new("/proc/PID/stat", Reason::Absent))
}

/// The first words of a process's command line; none where it has ended or is a thread of the kernel.
pub fn command_line(host: &Host, pid: u32) -> Vec<String> {
    const MOST_WORDS: usize = 2_000;
    let text = host.read(&format!("/proc/{pid}/cmdline")).unwrap_or_default();
    text.split('\0').filter(|word| !word.is_empty()).take(MOST_WORDS).map(str::to_owned).collect()
}

/// A process's `oom_score_adj`: -1000 (never killed) to 1000.
///
/// # Errors
/// Says why there is none.
pub fn oom_score_adjustment(host: &Host, pid: u32) -> Result<i32, Lacking> {
    let path = format!("/proc/{pid}/oom_score_adj");
    let text = host.read(&path)?;
    text.trim().parse().map_err(|_| Lacking::malformed(path, 1, "expected a number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: Bytes = Bytes(4096);

    #[test]
    fn reads_nasty_names() {
        let tail = "S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3 18446744073709551615 1";
        for name in ["cat", "a) R 1 (b", "", "two\nlines", ")))"] {
            let process = parse_stat(&format!("42 ({name}) {tail}"), PAGE).unwrap();
            assert_eq!(
                (process.pid, process.mapped, process.resident),
                (42, Bytes(8192), PAGE * 3),
                "{name}"
            );
        }
        assert!(parse_stat("42 (cat) S 1", PAGE).is_err());
        assert!(parse_stat("(", PAGE).is_err());
    }

    #[test]
    fn reads_what_ps_prints() {
        let text = "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\n\
            root 1 0.0 0.1 167000 11000 ? - 10:00 0:01 /usr/lib/systemd/systemd --switched-root\n\
            root - 0.0 - - - - Ss 10:00 0:01 -\n\
            root 2 0.0 0.0 0 0 ? S 10:00 0:00 [kthreadd]\n\
            root 3 0.0 0.1 9 5 ? S 10:00 0:00 /usr/bin/python3 -Es /usr/sbin/tuned -l\n";
        let processes = parse_ps(text).unwrap();
        assert_eq!(processes.len(), 3);
        assert_eq!((processes[0].name.as_str(), processes[0].resident), ("systemd", Bytes::from_kib(11000)));
        assert!(processes[1].is_kernel_thread());
        assert_eq!((processes[1].name.as_str(), processes[2].name.as_str()), ("kthreadd", "tuned"));
    }

    #[test]
    fn finds_itself_alive() {
        let processes = read(&Host::live(), PAGE).unwrap();
        let own = processes.iter().find(|process| process.pid == std::process::id()).unwrap();
        assert!(own.resident.0 > 0 && !own.is_kernel_thread());
    }

    #[test]
    fn processor_time_is_the_programs_and_the_kernels() {
        let text = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 250 50 900 900 20 0 1 0 5 100 2";
        assert_eq!(parse_processor_time(text, 100), Some(Duration::from_secs(3)));
        assert_eq!(parse_processor_time(text, 0), None);
        assert_eq!(parse_processor_time("7 (a) S 1 2", 100), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|[0-9]{1,20} |\\(|\\)|S )*") {
            let _ = parse_stat(&text, PAGE);
            let _ = parse_ps(&text);
            let _ = parse_processor_time(&text, 100);
        }
    }
}
