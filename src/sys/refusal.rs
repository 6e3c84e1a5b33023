//! What the kernel answered, in words that need no allocation: an `io::Error` makes a `String` of them.

use std::fmt;

use rustix::io::Errno;

/// Shows the words of an error number, or the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(pub Errno);

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.0 {
            Errno::NOSPC => "no space is left",
            Errno::DQUOT => "the quota is used up",
            Errno::ROFS => "the file system can only be read",
            Errno::ACCESS => "permission is lacking",
            Errno::PERM => "that is not permitted",
            Errno::NOENT => "it is not there",
            Errno::NOTDIR => "its folder is none",
            Errno::ISDIR => "it is a folder",
            Errno::LOOP => "there is a symbolic link in its place",
            Errno::AGAIN => "nobody takes it",
            Errno::PIPE => "nobody reads it any more",
            Errno::CONNREFUSED => "nobody listens",
            Errno::NOMEM | Errno::NOBUFS => "there is no memory for it",
            Errno::MFILE | Errno::NFILE => "too many files are open",
            Errno::IO => "reading or writing failed",
            Errno::SRCH => "there is no such process",
            Errno::MSGSIZE => "it is too long",
            Errno::NOSYS | Errno::OPNOTSUPP => "this kernel cannot do it",
            other => return write!(formatter, "error {}", other.raw_os_error()),
        };
        formatter.write_str(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_words_or_the_number() {
        assert_eq!(Refusal(Errno::NOSPC).to_string(), "no space is left");
        assert_eq!(Refusal(Errno::XDEV).to_string(), "error 18");
    }
}
