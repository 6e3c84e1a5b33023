//! The only room that prints.
//!
//! Renderers are pure: they turn an answer of the domain into text for a [`look::Look`], colours included; [`terminal`]
//! decides what of it the reader can see. What came from the machine is stripped of control characters on the way.

pub mod bar;
pub mod catalogue;
pub mod explanation;
pub mod history;
pub mod json;
pub mod limits;
pub mod look;
pub mod manual;
pub mod message;
pub mod paragraph;
pub mod plan;
pub mod profiles;
pub mod progress;
pub mod prompt;
pub mod report;
pub mod swap;
pub mod table;
pub mod terminal;
pub mod tune_status;
pub mod verification;
pub mod watch;
