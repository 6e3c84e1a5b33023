//! The account: what happened, told to people and to programs while there may be no memory left to tell it with.
//!
//! The loop tells an [`Event`](event::Event); who was there when a victim was chosen stands in the [`Scene`](scene::Scene). From these two
//! come a line with its story for the terminal, a JSON line, fields for the journal, what hooks find in their environment, and what the
//! state file and the metrics say. Each of them is written into room that was made at start, and handed to the kernel in a way that cannot
//! wait: a terminal that is held, a full disk, a journal that does not listen cost a line and never the next decision. What was lost is
//! counted, and said once it can be.

pub mod book;
pub mod event;
pub mod hooks;
pub mod journal_entry;
pub mod journal_socket;
mod json;
pub mod json_line;
pub mod kept_file;
pub mod kind;
pub mod metrics;
pub mod outlet;
pub mod record;
pub mod scene;
pub mod sentence;
pub mod state;
pub mod state_story;
pub mod story;
mod story_lines;
pub mod telling;
pub mod waiting;
