//! One file per subcommand: asks the domain, hands the answer to `ui/`, and says how to end.

pub mod completions;
pub mod doctor;
pub mod manual;
