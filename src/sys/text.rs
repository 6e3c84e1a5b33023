//! Text of fixed size that the kernel takes as it is: names of files, made without allocating.

use std::ffi::CStr;
use std::fmt::{self, Write};

use arrayvec::ArrayString;

/// A name with the NUL at its end, of at most `SIZE` bytes with it.
#[derive(Clone, Debug)]
pub struct PathText<const SIZE: usize> {
    text: ArrayString<SIZE>,
}

impl<const SIZE: usize> PathText<SIZE> {
    /// Writes it; `None` where it is too long, or holds a NUL.
    pub fn new(arguments: fmt::Arguments<'_>) -> Option<Self> {
        let mut text = ArrayString::new();
        text.write_fmt(arguments).ok()?;
        text.try_push('\0').ok()?;
        CStr::from_bytes_with_nul(text.as_bytes()).is_ok().then_some(Self { text })
    }

    /// `NUMBER/FILE`, without the formatter, which takes longer than all the rest where thousands of names are made.
    pub fn in_folder(number: u32, file: &str) -> Option<Self> {
        let mut digits = [b'0'; 10];
        let mut left = number;
        let mut first = digits.len();
        for (at, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0' + (left % 10) as u8;
            left /= 10;
            first = at;
            if left == 0 {
                break;
            }
        }
        let mut text = ArrayString::new();
        text.try_push_str(str::from_utf8(digits.get(first..)?).ok()?).ok()?;
        text.try_push('/').ok()?;
        text.try_push_str(file).ok()?;
        text.try_push('\0').ok()?;
        CStr::from_bytes_with_nul(text.as_bytes()).is_ok().then_some(Self { text })
    }

    /// As system calls take it.
    pub fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_with_nul(self.text.as_bytes()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_whole_or_not_at_all() {
        let made = |name: &str| PathText::<8>::new(format_args!("{name}"));
        assert_eq!(made("1/stat").unwrap().as_c_str(), c"1/stat");
        assert_eq!(made("12/stat").unwrap().as_c_str(), c"12/stat");
        assert!(made("123/stat").is_none());
        assert!(made("1\0a").is_none());
        assert_eq!(made("").unwrap().as_c_str(), c"");
    }

    #[test]
    fn numbers_are_written_by_hand_as_by_the_formatter() {
        for number in [0, 1, 9, 10, 4_194_304, u32::MAX] {
            let expected = PathText::<24>::new(format_args!("{number}/stat")).unwrap();
            let by_hand = PathText::<24>::in_folder(number, "stat").unwrap();
            assert_eq!(by_hand.as_c_str(), expected.as_c_str());
        }
        assert!(PathText::<8>::in_folder(123, "stat").is_none());
        assert!(PathText::<8>::in_folder(1, "a\0b").is_none());
    }
}
