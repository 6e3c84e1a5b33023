//! A number as the kernel reads it out of what is written to one of its knobs (kernel/sysctl.c, proc_get_long()).

/// The kernel copies as many bytes of a number, and refuses one that fills them.
const TOO_LONG: usize = 21;

/// What the kernel takes for a blank between numbers.
const BLANKS: [char; 3] = [' ', '\t', '\n'];

/// A number with its sign, and what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KernelNumber<'t> {
    pub(super) is_negative: bool,
    pub(super) amount: u64,
    pub(super) rest: &'t str,
}

impl KernelNumber<'_> {
    /// As a knob shows it that counts with 32 bits; `None` where it does not fit.
    pub(super) fn as_int(self) -> Option<i64> {
        let amount = i64::try_from(self.amount).ok()?;
        let value = if self.is_negative { -amount } else { amount };
        i32::try_from(value).ok().map(i64::from)
    }
}

/// The number that `text` begins with, blanks passed over; `None` where the kernel would refuse it.
pub(super) fn first_number(text: &str) -> Option<KernelNumber<'_>> {
    let text = text.trim_ascii_start();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (radix, digits) = radix_of(digits);
    let end = digits.find(|letter: char| !letter.is_digit(radix)).unwrap_or(digits.len());
    let (number, rest) = digits.split_at(end);
    let is_parted = rest.is_empty() || rest.starts_with(BLANKS);
    if !is_parted || text.len() - rest.len() >= TOO_LONG {
        return None;
    }
    let amount = u64::from_str_radix(number, radix).ok()?;
    Some(KernelNumber { is_negative: text.starts_with('-'), amount, rest })
}

/// A leading zero makes a number octal, `0x` before a digit makes it hexadecimal.
fn radix_of(digits: &str) -> (u32, &str) {
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    match hexadecimal.filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_hexdigit())) {
        Some(rest) => (16, rest),
        None if digits.starts_with('0') => (8, digits),
        None => (10, digits),
    }
}

/// The numbers of a text that holds nothing else, signs included; `None` of any other text.
pub(super) fn all_numbers(text: &str) -> Option<Vec<i128>> {
    let mut numbers = Vec::new();
    let mut left = text.trim_ascii();
    while !left.is_empty() {
        let number = first_number(left)?;
        let amount = i128::from(number.amount);
        numbers.push(if number.is_negative { -amount } else { amount });
        left = number.rest.trim_ascii_start();
    }
    (!numbers.is_empty()).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<(bool, u64)> {
        first_number(text).map(|number| (number.is_negative, number.amount))
    }

    /// Each of these was written to a live kernel.
    #[test]
    fn reads_what_the_kernel_reads() {
        let taken = [
            ("61", 61),
            ("0x10", 16),
            ("0X1F", 31),
            ("010", 8),
            (" 61", 61),
            ("61 # foo", 61),
            ("61 70", 61),
            ("61\t", 61),
        ];
        for (text, amount) in taken {
            assert_eq!(read(text), Some((false, amount)), "{text}");
        }
        assert_eq!(read("-7"), Some((true, 7)));
        assert_eq!(read("18446744073709551615"), Some((false, u64::MAX)));
        let refused = [
            "",
            "08",
            "0x",
            "61#foo",
            "+5",
            "1e3",
            "61;",
            "6_1",
            "16384x",
            "- 5",
            "--5",
            "18446744073709551616",
        ];
        for text in refused.into_iter().chain(["000000000000000000061", "0000000000000000000061"]) {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_list_holds_nothing_but_numbers() {
        assert_eq!(all_numbers("256\t 0x10 -1\n"), Some(vec![256, 16, -1]));
        assert_eq!(all_numbers("1 # one"), None);
        assert_eq!(all_numbers(" "), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|[0-9x -])*") {
            first_number(&text);
            all_numbers(&text);
        }
    }
}
