//! How a file is written down: byte for byte, as text where it is text.

use serde::{Deserialize, Serialize};

use crate::host::FileState;

/// Bytes in JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    Text(String),
    Bytes { hex: String },
}

/// Owner, mode, access control list and label in JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Attributes {
    mode: u32,
    user: u32,
    group: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access: Option<Content>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<Content>,
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|error| Self::Bytes { hex: hex(error.as_bytes()) }, Self::Text)
    }
}

impl TryFrom<Content> for Vec<u8> {
    type Error = String;

    fn try_from(content: Content) -> Result<Self, String> {
        match content {
            Content::Text(text) => Ok(text.into_bytes()),
            Content::Bytes { hex } => bytes(&hex).ok_or_else(|| "expected hexadecimal digits".to_owned()),
        }
    }
}

/// Takes a state apart.
pub(super) fn apart(state: Option<FileState>) -> (Option<Content>, Option<Attributes>) {
    let Some(state) = state else { return (None, None) };
    let FileState { content, mode, user, group, access, label } = state;
    let (access, label) = (access.map(Content::from), label.map(Content::from));
    let attributes = Attributes { mode, user, group, access, label };
    (Some(content.into()), Some(attributes))
}

/// Puts a state together.
pub(super) fn together(
    content: Option<Content>,
    attributes: Option<Attributes>,
) -> Result<Option<FileState>, String> {
    match (content, attributes) {
        (None, _) => Ok(None),
        (Some(_), None) => Err("the owner of a file is missing".to_owned()),
        (Some(_), Some(attributes)) if !is_plain(attributes.mode) => {
            Err(format!("{:o} is no mode of a file that memtune changes", attributes.mode))
        }
        (Some(content), Some(Attributes { mode, user, group, access, label })) => {
            let bytes = |content: Option<Content>| content.map(Vec::try_from).transpose();
            let (access, label) = (bytes(access)?, bytes(label)?);
            Ok(Some(FileState { content: content.try_into()?, mode, user, group, access, label }))
        }
    }
}

/// Whether these are permissions and no more: whoever could slip in a file that runs as its owner would have root's rights.
pub(super) fn is_plain(mode: u32) -> bool {
    mode <= 0o777
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let pairs = pairs.iter().map(|[high, low]| u8::try_from(digit(high)? * 16 + digit(low)?).ok());
    if rest.is_empty() { pairs.collect() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_byte_comes_back(content: Vec<u8>, label: Option<Vec<u8>>, access: Option<Vec<u8>>, mode in 0u32..=0o777) {
            let state = FileState { content, mode, user: 1, group: 2, access, label };
            let (content, attributes) = apart(Some(state.clone()));
            let text = serde_json::to_string(&(content, attributes)).unwrap();
            let (content, attributes) = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(together(content, attributes), Ok(Some(state)));
        }

        #[test]
        fn any_hexadecimal_text_is_read(text: String) {
            let _ = bytes(&text);
        }
    }

    #[test]
    fn half_a_byte_is_no_byte() {
        assert_eq!(bytes("0aFf"), Some(vec![10, 255]));
        assert_eq!(bytes("0af"), None);
        assert_eq!(bytes("0g"), None);
    }
}
