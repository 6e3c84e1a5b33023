//! A program that is run for what it does.

use serde::{Deserialize, Serialize};

use super::changes::Why;

/// Runs a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Record", try_from = "Record")]
pub struct CommandChange {
    /// The command line, as it could be typed.
    pub target: String,
    /// The program and its arguments.
    pub words: Vec<String>,
    /// What takes it back; `None` where nothing has to be taken back.
    pub undo: Option<Vec<String>>,
    /// Whether it follows all other changes in both directions, as a reload of what was written does.
    pub afterwards: bool,
    /// Whether all is well without it: where it fails, that is told, and nothing is taken back.
    pub optional: bool,
    /// Why.
    pub why: Why,
}

impl CommandChange {
    /// A program with what takes it back.
    pub(super) fn new(words: &[&str], undo: Option<&[&str]>, why: Why) -> Self {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        Self {
            target: typed(words),
            words: owned(words),
            undo: undo.map(owned),
            afterwards: false,
            optional: false,
            why,
        }
    }

    /// The way back as a change of its own.
    pub(super) fn inverse(&self) -> Option<Self> {
        let undo = self.undo.clone()?;
        Some(Self { target: typed(&undo), undo: Some(self.words.clone()), words: undo, ..self.clone() })
    }
}

/// Words as they could be typed into a shell.
pub fn typed(words: &[impl AsRef<str>]) -> String {
    words.iter().map(|word| quoted(word.as_ref())).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./:=,@%+".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[derive(Clone, Serialize, Deserialize)]
struct Record {
    #[serde(default)]
    target: String,
    #[serde(default)]
    before: (),
    #[serde(default)]
    after: (),
    words: Vec<String>,
    #[serde(default)]
    undo: Option<Vec<String>>,
    #[serde(default)]
    afterwards: bool,
    #[serde(default)]
    optional: bool,
    #[serde(flatten)]
    why: Why,
}

impl From<CommandChange> for Record {
    fn from(command: CommandChange) -> Self {
        let CommandChange { target, words, undo, afterwards, optional, why } = command;
        Self { target, before: (), after: (), words, undo, afterwards, optional, why }
    }
}

impl TryFrom<Record> for CommandChange {
    type Error = String;

    fn try_from(record: Record) -> Result<Self, String> {
        let Record { words, undo, afterwards, optional, why, .. } = record;
        if words.is_empty() || undo.as_ref().is_some_and(Vec::is_empty) {
            return Err("a command has no words".to_owned());
        }
        Ok(Self { target: typed(&words), words, undo, afterwards, optional, why })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_can_be_typed_again() {
        assert_eq!(typed(&["systemctl", "daemon-reload"]), "systemctl daemon-reload");
        assert_eq!(typed(&["echo", "it's", ""]), r"echo 'it'\''s' ''");
    }

    #[test]
    fn the_way_back_of_the_way_back_is_the_way() {
        let command = CommandChange::new(&["swapon", "/s"], Some(&["swapoff", "/s"]), Why::default());
        let back = command.inverse().unwrap();
        assert_eq!(back.target, "swapoff /s");
        assert_eq!(back.inverse(), Some(command));
        assert_eq!(CommandChange::new(&["true"], None, Why::default()).inverse(), None);
    }

    #[test]
    fn a_command_without_words_is_refused() {
        assert!(serde_json::from_str::<CommandChange>(r#"{"words":[]}"#).is_err());
        assert!(serde_json::from_str::<CommandChange>(r#"{"words":["a"],"undo":[]}"#).is_err());
        let read: CommandChange = serde_json::from_str(r#"{"words":["a"],"target":"rm -rf /"}"#).unwrap();
        assert_eq!(read.target, "a");
    }
}
