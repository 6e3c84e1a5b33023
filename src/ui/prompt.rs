//! Questions that are asked before something is written.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use crate::exit::{Exit, Fault};

use super::look::harmless;

/// Nobody types a longer answer.
const LONGEST_ANSWER: u64 = 1024;

/// Whether somebody is there to answer.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks whether to do what `question` names. Only `y` and `yes` are a yes; no is the answer of who only presses Enter, or Ctrl-D.
///
/// # Errors
/// Ends as wrong usage where nobody is there to answer.
pub fn confirm(question: &str) -> Result<bool, Fault> {
    let cannot = |why: &str| {
        Fault::new(Exit::Usage, format!("cannot ask `{question}`: {why}")).hint("pass -y to agree beforehand")
    };
    if !can_ask() {
        return Err(cannot("there is no terminal"));
    }
    let answer = ask(question).map_err(|error| cannot(&error.to_string()))?;
    Ok(is_yes(&answer))
}

fn ask(question: &str) -> io::Result<String> {
    let mut stream = io::stderr();
    write!(stream, "{} [y/N]: ", harmless(question))?;
    stream.flush()?;
    let mut answer = Vec::new();
    io::stdin().lock().take(LONGEST_ANSWER).read_until(b'\n', &mut answer)?;
    if !answer.ends_with(b"\n") {
        // Ctrl-D leaves the cursor behind the question.
        writeln!(stream)?;
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn is_yes(answer: &str) -> bool {
    ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        assert!(["y", "Y", "yes", " Yes "].into_iter().all(is_yes));
        assert!(!["", "n", "maybe", "yn", "yess", "?"].into_iter().any(is_yes));
    }
}
