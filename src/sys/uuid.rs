//! A number that tells one thing from all others, as RFC 9562 writes it.

use std::fmt;
use std::io;
use std::str::FromStr;

use rustix::rand::{GetRandomFlags, getrandom};
use serde::{Deserialize, Serialize};

/// Where the hyphens stand.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

const LENGTH: usize = 36;

/// A UUID; the order of its bytes is that of its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Uuid(pub [u8; 16]);

/// Says that a text is no UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoUuid;

impl Uuid {
    /// A new one that nobody else has (version 4).
    ///
    /// # Errors
    /// Fails where the kernel has no random numbers to give.
    pub fn random() -> io::Result<Self> {
        let mut bytes = [0; 16];
        let count = getrandom(&mut bytes, GetRandomFlags::empty())?;
        if count != bytes.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
        *version = 0x40 | (*version & 0x0f);
        *variant = 0x80 | (*variant & 0x3f);
        Ok(Self(bytes))
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            if matches!(place, 4 | 6 | 8 | 10) {
                formatter.write_str("-")?;
            }
            write!(formatter, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Display for NoUuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected a UUID, such as 6c0f1f2e-9a53-4a2b-8a0c-0d6f3b7c2e11")
    }
}

impl std::error::Error for NoUuid {}

impl FromStr for Uuid {
    type Err = NoUuid;

    fn from_str(text: &str) -> Result<Self, NoUuid> {
        let is_hyphen = |place: usize| HYPHENS.contains(&place);
        let is_shaped = text.bytes().enumerate().all(|(place, byte)| is_hyphen(place) == (byte == b'-'));
        if text.len() != LENGTH || !is_shaped {
            return Err(NoUuid);
        }
        let digits: Option<Vec<u32>> =
            text.chars().filter(|&character| character != '-').map(|digit| digit.to_digit(16)).collect();
        let (pairs, _) = digits.as_deref().ok_or(NoUuid)?.as_chunks::<2>();
        let bytes = pairs.iter().map(|[high, low]| u8::try_from(high * 16 + low));
        let bytes: Vec<u8> = bytes.collect::<Result<_, _>>().map_err(|_| NoUuid)?;
        bytes.try_into().map(Self).map_err(|_| NoUuid)
    }
}

impl From<Uuid> for String {
    fn from(uuid: Uuid) -> Self {
        uuid.to_string()
    }
}

impl TryFrom<String> for Uuid {
    type Error = NoUuid;

    fn try_from(text: String) -> Result<Self, NoUuid> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_random_one_is_of_version_4() {
        let (one, other) = (Uuid::random().unwrap(), Uuid::random().unwrap());
        assert_ne!(one, other);
        let text = one.to_string();
        assert_eq!(&text[14..15], "4");
        assert!("89ab".contains(&text[19..20]), "{text}");
    }

    #[test]
    fn what_is_no_uuid_is_refused() {
        let right = "6c0f1f2e-9a53-4a2b-8a0c-0d6f3b7c2e11";
        assert_eq!(right.parse::<Uuid>().unwrap().to_string(), right);
        assert_eq!(right.to_uppercase().parse::<Uuid>(), right.parse());
        for wrong in
            ["", &right[1..], &right.replace('-', ""), &right.replace('6', "g"), &format!("{right}0")]
        {
            assert_eq!(wrong.parse::<Uuid>(), Err(NoUuid), "{wrong}");
        }
        assert!("-c0f1f2e-9a53-4a2b-8a0c-0d6f3b7c2e116".parse::<Uuid>().is_err());
    }

    proptest! {
        #[test]
        fn every_one_comes_back(bytes: [u8; 16]) {
            prop_assert_eq!(Uuid(bytes).to_string().parse(), Ok(Uuid(bytes)));
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,40}|[0-9a-f-]{36}") {
            let _ = text.parse::<Uuid>();
        }
    }
}
