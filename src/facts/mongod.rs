//! Which version of MongoDB is installed: what it wants of the kernel was turned round in version 8.

use crate::host::{Host, Lacking};

/// The first number of `db version v8.0.4`.
pub fn major_version(text: &str) -> Option<u32> {
    let version = text.split("db version v").nth(1)?;
    let digits = version.split(|character: char| !character.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// Asks the program on the search path.
///
/// # Errors
/// Says why it does not answer.
pub fn read(host: &Host) -> Result<Option<u32>, Lacking> {
    host.output("mongod", &["--version"]).map(|text| major_version(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_version() {
        assert_eq!(major_version("db version v8.0.4\nBuild Info: {\n"), Some(8));
        assert_eq!(major_version("db version v10.1\n"), Some(10));
        assert_eq!(major_version("git version: v8\n"), None);
    }

    proptest! {
        #[test]
        fn any_text_has_a_version_or_none(text in "(\\PC|\n|db version v[0-9.]{0,25}){0,8}") {
            let _ = major_version(&text);
        }
    }
}
