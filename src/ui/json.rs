//! Answers for programs.

use serde::Serialize;

/// One object, laid out to be read by people too, with a newline behind it.
///
/// # Errors
/// Fails only for values that JSON has no form for, which ours are not.
pub fn object(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
