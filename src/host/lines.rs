//! Streams the lines of a file, so that a log of any size costs the memory of one line.

use std::io::{self, Read};

const CHUNK: usize = 64 << 10;

/// Longer lines are cut: no source of ours has any, and a hostile one shall not grow the buffer.
const LONGEST_LINE: usize = 16 << 10;

/// Calls `take` with each line of `reader`, at most `limit` bytes in all.
pub(super) fn each_line(mut reader: impl Read, limit: u64, mut take: impl FnMut(&str)) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    let mut line = Vec::new();
    let mut left = limit;
    while left > 0 {
        let count = match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        left = left.saturating_sub(count as u64);
        for piece in chunk[..count].split_inclusive(|&byte| byte == b'\n') {
            let room = LONGEST_LINE.saturating_sub(line.len());
            line.extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.ends_with(b"\n") {
                take(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
                line.clear();
            }
        }
    }
    if !line.is_empty() {
        take(&String::from_utf8_lossy(&line));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(text: &[u8], limit: u64) -> Vec<String> {
        let mut lines = Vec::new();
        each_line(text, limit, |line| lines.push(line.to_owned())).unwrap();
        lines
    }

    #[test]
    fn gives_each_line_without_its_end() {
        assert_eq!(lines_of(b"one\r\n\ntwo", 100), ["one", "", "two"]);
    }

    #[test]
    fn cuts_a_line_that_never_ends() {
        let lines = lines_of(&vec![b'x'; 1 << 20], u64::MAX);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].len(), LONGEST_LINE);
    }
}
