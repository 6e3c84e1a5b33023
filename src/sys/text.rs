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
}
