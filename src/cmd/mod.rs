//! One file per subcommand: asks the domain, hands the answer to `ui/`, and says how to end.

pub mod completions;
pub mod doctor;
pub mod history;
pub mod limits;
pub mod manual;
pub mod planned;
pub mod swap;

pub mod tune;
pub mod undo;
pub mod watch;

mod attendant;
mod compressed;
mod for_profile;
mod limits_restart;
mod limits_set;
mod limits_suggest;
mod limits_watch;
mod mend;
mod places;
mod swap_areas;
mod trial;
mod watch_replay;
mod watch_run;
mod watch_settings;
mod watch_story;
