//! The sizes in zram-generator.conf: small formulas over `ram`, such as `min(ram / 2, 4096)`, in MiB.
//!
//! The generator's own language has powers, logarithms and variables that shell commands set. Here only what people really
//! write is reckoned; of everything else it is said that it cannot be.

/// Formulas nested deeper than this are refused: a hostile file shall not exhaust the stack.
const DEEPEST: usize = 16;

/// No sensible formula is longer.
const LONGEST: usize = 256;

/// Reckons a formula of numbers, `ram`, the four operations, `min` and `max`; `None` for anything else, and for a result that
/// is no sensible amount.
pub fn evaluate(text: &str, ram: f64) -> Option<f64> {
    if text.len() > LONGEST {
        return None;
    }
    let mut formula = Formula { rest: text, ram };
    let value = formula.sum(0)?;
    let is_amount = value.is_finite() && value >= 0.0;
    (formula.next_is("") && formula.rest.is_empty() && is_amount).then_some(value)
}

/// What is still to be read of a formula.
struct Formula<'t> {
    rest: &'t str,
    ram: f64,
}

impl Formula<'_> {
    fn sum(&mut self, depth: usize) -> Option<f64> {
        let mut value = self.product(depth)?;
        loop {
            if self.takes("+") {
                value += self.product(depth)?;
            } else if self.takes("-") {
                value -= self.product(depth)?;
            } else {
                return Some(value);
            }
        }
    }

    fn product(&mut self, depth: usize) -> Option<f64> {
        let mut value = self.factor(depth)?;
        loop {
            if self.takes("*") {
                value *= self.factor(depth)?;
            } else if self.takes("/") {
                value /= self.factor(depth)?;
            } else {
                return Some(value);
            }
        }
    }

    fn factor(&mut self, depth: usize) -> Option<f64> {
        if depth == DEEPEST {
            return None;
        }
        if self.takes("(") {
            let value = self.sum(depth + 1)?;
            return self.takes(")").then_some(value);
        }
        match self.word() {
            "ram" => Some(self.ram),
            "min" => self.of_two(depth, f64::min),
            "max" => self.of_two(depth, f64::max),
            // Digits first: `inf` and `nan` are numbers to Rust, and unknown words to the generator.
            word if word.starts_with(|first: char| first.is_ascii_digit()) => word.parse().ok(),
            _ => None,
        }
    }

    fn of_two(&mut self, depth: usize, choose: fn(f64, f64) -> f64) -> Option<f64> {
        let opens = self.takes("(");
        let left = self.sum(depth + 1).filter(|_| opens)?;
        let parts = self.takes(",");
        let right = self.sum(depth + 1).filter(|_| parts)?;
        self.takes(")").then(|| choose(left, right))
    }

    /// The next word or number; empty where something else stands.
    fn word(&mut self) -> &str {
        let text = self.rest.trim_start();
        let end = text
            .find(|character: char| !(character.is_alphanumeric() || character == '.' || character == '_'));
        let (word, rest) = text.split_at(end.unwrap_or(text.len()));
        self.rest = rest;
        word
    }

    fn next_is(&mut self, sign: &str) -> bool {
        self.rest = self.rest.trim_start();
        self.rest.starts_with(sign)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_next = self.next_is(sign);
        if is_next {
            self.rest = self.rest.get(sign.len()..).unwrap_or_default();
        }
        is_next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reckons_what_people_write() {
        let cases = [
            ("4096", 4096.0),
            ("ram", 8000.0),
            ("ram/2", 4000.0),
            ("ram * 2", 16000.0),
            ("min(ram / 2, 4096)", 4000.0),
            ("min(min(ram, 4096) + max(ram - 4096, 0) / 2, 32 * 1024)", 6048.0),
            ("ram * 0.25", 2000.0),
            ("ram - 1000 - 500", 6500.0),
            (" ( ram ) ", 8000.0),
        ];
        for (text, value) in cases {
            assert_eq!(evaluate(text, 8000.0), Some(value), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        let deep = format!("{}1{}", "(".repeat(20), ")".repeat(20));
        let long = "1+".repeat(200) + "1";
        let cases = [
            "",
            "ram /",
            "ram / 0",
            "ram ram",
            "ram ^ 2",
            "log(ram)",
            "xenstore * 2",
            "8G",
            "inf",
            "nan",
            "-1",
            "ram - 9000",
            "min(ram)",
            "min(1, 2",
            "min 1, 2)",
            "1e999",
            &deep,
            &long,
        ];
        for text in cases {
            assert_eq!(evaluate(text, 8000.0), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_reckoned_or_refused(text in "(\\PC|ram|min|max|\\(|\\)|,|[-+*/ ]|[0-9]{1,9}){0,60}", ram in 0.0..1e9f64) {
            prop_assert!(evaluate(&text, ram).is_none_or(|value| value >= 0.0 && value.is_finite()));
        }

        #[test]
        fn a_formula_means_what_it_says(ram in 0u32..1 << 24, part in 1u32..100, most in 0u32..100_000) {
            let (amount, limit) = (f64::from(ram), f64::from(most));
            let expected = (amount / f64::from(part)).min(limit);
            prop_assert_eq!(evaluate(&format!("min(ram/{part}, {most})"), amount), Some(expected));
            prop_assert_eq!(evaluate(&format!("max(ram * {part},{most})"), amount), Some((amount * f64::from(part)).max(limit)));
        }
    }
}
