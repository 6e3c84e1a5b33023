//! Questions that are asked before something is written.

use dialoguer::Confirm;

use crate::exit::{Exit, Fault};

use super::look::harmless;

/// Asks whether to do what `question` names. No is the answer of who only presses Enter.
///
/// # Errors
/// Ends as wrong usage where nobody is there to answer.
pub fn confirm(question: &str) -> Result<bool, Fault> {
    Confirm::new().with_prompt(harmless(question)).default(false).interact().map_err(|error| {
        let dialoguer::Error::IO(error) = error;
        let why = match error.kind() {
            std::io::ErrorKind::NotConnected => "there is no terminal".to_owned(),
            _ => error.to_string(),
        };
        Fault::new(Exit::Usage, format!("cannot ask `{question}`: {why}")).hint("pass -y to agree beforehand")
    })
}
