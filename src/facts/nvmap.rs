//! What processes hold of the GPU's memory on a Jetson: `/sys/kernel/debug/nvmap/iovmm/clients`, which only root may read, and which the
//! boards with the newer driver (Thor) do not have. Read without allocating, in pieces as they come.
//!
//! The columns are the kind of the client, its process, the process's number, and an amount with the letter of its unit. A process may be
//! named with blanks, hence the columns are counted from the end.

use arrayvec::ArrayVec;

use crate::sys::bytes::Bytes;

use super::process_stat::unsigned;

/// Where it is.
pub const PATH: &str = "/sys/kernel/debug/nvmap/iovmm/clients";

/// No line that means anything is longer.
const LONGEST: usize = 160;

/// Lines that may lie across pieces.
#[derive(Clone, Debug, Default)]
pub struct Clients {
    line: ArrayVec<u8, LONGEST>,
    is_too_long: bool,
}

impl Clients {
    /// Takes in the next piece, and tells each process of a whole line with what it holds. A process may be told more than once: each of its
    /// clients holds memory of its own.
    pub fn take(&mut self, piece: &[u8], mut each: impl FnMut(u32, Bytes)) {
        for &byte in piece {
            if byte == b'\n' {
                self.tell(&mut each);
            } else if self.line.try_push(byte).is_err() {
                self.is_too_long = true;
            }
        }
    }

    /// The last line may have no end.
    pub fn finish(&mut self, mut each: impl FnMut(u32, Bytes)) {
        self.tell(&mut each);
    }

    fn tell(&mut self, each: &mut impl FnMut(u32, Bytes)) {
        if let Some((pid, amount)) = client(&self.line).filter(|_| !self.is_too_long) {
            each(pid, amount);
        }
        self.line.clear();
        self.is_too_long = false;
    }
}

/// A line of a process; `None` of headings, of the sum, and of clients of the kernel's own.
fn client(line: &[u8]) -> Option<(u32, Bytes)> {
    let mut columns = line.split(u8::is_ascii_whitespace).rev().filter(|column| !column.is_empty());
    let amount = amount(columns.next()?)?;
    let pid = u32::try_from(unsigned(columns.next()?)?).ok().filter(|&pid| pid > 0)?;
    // The sum has no process.
    columns.next().and(columns.next()).map(|_| (pid, amount))
}

/// An amount with the letter of its unit; without one, bytes.
fn amount(word: &[u8]) -> Option<Bytes> {
    let (unit, digits) = match word.split_last()? {
        (b'K' | b'k', digits) => (1 << 10, digits),
        (b'M', digits) => (1 << 20, digits),
        (b'G', digits) => (1 << 30, digits),
        _ => (1, word),
    };
    Some(Bytes(unsigned(digits)?.saturating_mul(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clients(text: &[u8], pieces: usize) -> Vec<(u32, u64)> {
        let mut found = Vec::new();
        let mut clients = Clients::default();
        for piece in text.chunks(pieces.max(1)) {
            clients.take(piece, |pid, amount| found.push((pid, amount.0)));
        }
        clients.finish(|pid, amount| found.push((pid, amount.0)));
        found
    }

    const ORIN: &[u8] = b"CLIENT                        PROCESS      PID        SIZE
user                  VLLM::EngineCor  1792595   14617792K
user                      gnome-shell     2831       5384K
total                                              14623176K
";

    #[test]
    fn a_board_with_a_model() {
        let expected = [(1_792_595, 14_617_792 << 10), (2831, 5384 << 10)];
        for pieces in [1, 7, 64, 4096] {
            assert_eq!(clients(ORIN, pieces), expected, "{pieces}");
        }
    }

    #[test]
    fn units_and_names_of_any_kind() {
        let text = b"user  Web Content-9:a  77  3M\nuser llama 78 2G\nuser old 79 4096\nuser x 80 0K\nuser x -5 1K\nuser x 0 1K\ngpu 81 1K\nuser x 82 99999999999999999999K\nuser x 83 18446744073709551615G";
        assert_eq!(clients(text, 4096), [(77, 3 << 20), (78, 2 << 30), (79, 4096), (80, 0), (83, u64::MAX)]);
        let long = [&[b'x'; 300][..], b" user 5 1K\nuser a 6 1K\n"].concat();
        assert_eq!(clients(&long, 4096), [(6, 1024)]);
        assert_eq!(clients(b"", 1), []);
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(text in "((user|total)? {0,3}(\\PC{0,9}|[0-9]{0,12}[KMG]?){0,4}\n?){0,9}", size in 1usize..50) {
            prop_assert_eq!(clients(text.as_bytes(), size), clients(text.as_bytes(), 1 << 20));
        }

        #[test]
        fn any_bytes_do_no_harm(text in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = clients(&text, 100);
        }
    }
}
