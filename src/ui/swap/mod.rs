//! A machine's swap for people: the areas as a table with a bar for each, or one below the other where the terminal is narrow,
//! then what compressing costs, what was promised, what is odd, and what to type next.

pub mod advice;
pub mod overview;

mod areas;
mod compressed;
