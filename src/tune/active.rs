//! The record of what is active: which profiles, for which unit, and the values that they came to on this machine.

use serde::{Deserialize, Serialize};

use crate::exit::{Exit, Fault};
use crate::host::{Host, IfThere};
use crate::profile::{Numbers, Sized, SizedSetting, Target};

use super::plan::Request;

/// Where it lies. It is no secret, so that `verify` needs no root.
pub const PATH: &str = "/etc/memtune/active.json";

const SCHEMA: &str = "memtune.active/1";

/// What was applied last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Active {
    schema: String,
    /// The profiles, as they were named.
    pub profiles: Vec<String>,
    /// The unit that was limited.
    pub unit: Option<String>,
    /// Whether the numbers of the source documents were taken as they stand.
    pub literal: bool,
    /// The values.
    pub wanted: Vec<Wanted>,
}

/// One value that a profile came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// What is set.
    pub target: Target,
    /// To what.
    pub value: String,
}

impl Active {
    /// What applying `sized` makes active.
    pub fn new(request: &Request, unit: Option<&str>, sized: &Sized) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            profiles: request.profiles.clone(),
            unit: unit.map(str::to_owned),
            literal: request.numbers == Numbers::Literal,
            wanted: wanted(sized, unit),
        }
    }

    /// Its text.
    ///
    /// # Errors
    /// None that can happen: every value has a form in JSON.
    pub fn to_text(&self) -> Result<String, Fault> {
        let failed = |error: serde_json::Error| Fault::new(Exit::Bug, error.to_string());
        serde_json::to_string_pretty(self).map(|text| text + "\n").map_err(failed)
    }

    /// The request that would make it active again.
    pub fn request(&self) -> Request {
        Request { profiles: self.profiles.clone(), unit: self.unit.clone(), numbers: self.numbers() }
    }

    /// How the numbers were chosen.
    fn numbers(&self) -> Numbers {
        if self.literal { Numbers::Literal } else { Numbers::Scaled }
    }
}

/// The values that `sized` comes to, with those of the unit where one is limited.
pub fn wanted(sized: &Sized, unit: Option<&str>) -> Vec<Wanted> {
    let units = sized.unit.iter().filter(|_| unit.is_some());
    let wanted = |one: &SizedSetting| Wanted { target: one.target.clone(), value: one.value.clone() };
    sized.settings.iter().chain(units).map(wanted).collect()
}

/// Reads it; `None` where no profile is active.
///
/// # Errors
/// Says why it cannot be read or understood.
pub fn read(host: &Host) -> Result<Option<Active>, Fault> {
    let failed = |what: String| {
        Fault::new(Exit::Failed, what)
            .hint("`memtune history` shows what was written there; put that back, or remove the file and apply the profile again")
    };
    let text = host.read(PATH).if_there().map_err(|lacking| failed(lacking.to_string()))?;
    text.map(|text| parse(&text).map_err(|error| failed(format!("`{PATH}` cannot be understood: {error}"))))
        .transpose()
}

fn parse(text: &str) -> Result<Active, serde_json::Error> {
    serde_json::from_str(text)
}
