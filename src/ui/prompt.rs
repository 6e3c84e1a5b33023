//! Questions that are asked before something is written.

use std::io::{IsTerminal, stderr, stdin};

use dialoguer::Input;

use crate::exit::{Exit, Fault};

use super::look::harmless;

/// Whether somebody is there to answer.
pub fn can_ask() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Asks whether to do what `question` names. Only `y` and `yes` are a yes; no is the answer of who only presses Enter.
///
/// # Errors
/// Ends as wrong usage where nobody is there to answer.
pub fn confirm(question: &str) -> Result<bool, Fault> {
    let input = Input::<String>::new().with_prompt(format!("{} [y/N]", harmless(question))).allow_empty(true);
    let answer = input.interact_text().map_err(|error| {
        let dialoguer::Error::IO(error) = error;
        let why = match error.kind() {
            std::io::ErrorKind::NotConnected => "there is no terminal".to_owned(),
            _ => error.to_string(),
        };
        Fault::new(Exit::Usage, format!("cannot ask `{question}`: {why}")).hint("pass -y to agree beforehand")
    })?;
    Ok(is_yes(&answer))
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
