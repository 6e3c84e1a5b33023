//! `memtune man`.

use std::path::Path;

use anyhow::Result;

use crate::change::pages::{self, Page};
use crate::exit::{Exit, Fault};
use crate::ui::manual;

/// Runs the command.
///
/// # Errors
/// Says why the pages could not be written; then none is.
pub fn run(folder: &Path) -> Result<Exit> {
    if !folder.is_dir() {
        return Err(Fault::new(Exit::Usage, format!("`{}` is not a folder", folder.display())).into());
    }
    let pages: Vec<Page> = manual::pages()?.into_iter().map(|(name, text)| Page { name, text }).collect();
    pages::write(folder, &pages, manual::MARK)?;
    Ok(Exit::Done)
}
