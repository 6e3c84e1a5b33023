//! Profiles: named settings with a reason and a source each, read from TOML and sized to one machine.
//!
//! A profile comes from /etc/memtune/profiles, from the caller's own folder, or is compiled in ([`load()`]). Several can be
//! composed into one ([`compose()`]). [`size()`] turns it into values for the machine that [`Readings`] tell of, [`danger()`] says
//! which of them would hurt there, and [`recommend()`] gives the reasons that speak for a profile.
//!
//! **Invariants.** Nothing here writes. A value that leaves this room is one that the kernel takes, or a unit property with a
//! sound syntax, and no text of a profile holds a character that could end a line of a configuration file.
//!
//! [`Readings`]: crate::facts::readings::Readings

mod agree;
mod check;
mod choose;
mod compose;
mod condition;
mod condition_check;
mod conflict;
mod danger;
mod formula;
mod inherit;
mod load;
#[cfg(test)]
mod made;
mod model;
mod order;
mod places;
mod position;
mod recommend;
mod running;
mod schema;
mod setting_check;
mod shipped;
mod size;
mod sized;
mod swap_size;
mod sys_path;
mod sysctl_key;
mod text;
mod watch;

pub use compose::compose;
pub use condition::{Condition, SwapState};
pub use danger::{Danger, danger, warnings};
pub use load::{full_path, load, names, read};
pub use model::{
    Advice, Amount, Bound, Documented, Keep, Profile, Recommend, Scale, Setting, SwapKind, SwapWish, Target,
    Unit, Watch, Whole,
};
pub use places::Places;
pub use recommend::recommend;
pub use shipped::shipped;
pub use size::size;
pub use sized::{LeftOut, Numbers, Sized, SizedSetting, SizedSwap};
