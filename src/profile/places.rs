//! Where profiles lie.

use crate::exit::{Exit, Fault};
use crate::host::{Host, IfThere, Lacking, Reason};

/// Where the administrator's own profiles lie.
pub(super) const ETC: &str = "/etc/memtune/profiles";

/// The machine, and what the caller adds to it.
#[derive(Clone, Debug)]
pub struct Places<'h> {
    host: &'h Host,
    own_folder: Option<String>,
    is_root: bool,
}

/// The text of a profile, and the file that it stands in; `None` where it is compiled in.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) file: Option<String>,
    pub(super) text: String,
}

impl<'h> Places<'h> {
    /// The profiles of `host`. `own_folder` is the caller's own, such as `/home/me/.config/memtune/profiles`; it counts only on
    /// the live machine. `is_root` says that the caller is root there, who follows no profile that others can write.
    pub fn new(host: &'h Host, own_folder: Option<String>, is_root: bool) -> Self {
        Self { host, own_folder: own_folder.filter(|_| host.is_live()), is_root }
    }

    /// The folders, strongest first.
    pub(super) fn folders(&self) -> impl Iterator<Item = &str> {
        std::iter::once(ETC).chain(self.own_folder.as_deref())
    }

    /// The names of the profiles in a folder; none where there is no such folder.
    pub(super) fn names_in(&self, folder: &str) -> Result<Vec<String>, Lacking> {
        let names = self.host.list(folder).if_there()?.unwrap_or_default();
        Ok(names.iter().filter_map(|name| name.strip_suffix(".toml")).map(str::to_owned).collect())
    }

    /// The text of `name` in the strongest folder that has it.
    pub(super) fn find(&self, name: &str) -> Result<Option<Found>, Fault> {
        for folder in self.folders() {
            let file = format!("{folder}/{name}.toml");
            let read = match self.host.read(&file) {
                // A home that its caller may not enter, as behind `su` without `-`, holds no profiles for him.
                Err(Lacking { reason: Reason::Denied, .. }) if folder != ETC => continue,
                read => read,
            };
            if let Some(text) = read.if_there().map_err(|lacking| fault(&lacking))? {
                self.trust(&file)?;
                return Ok(Some(Found { file: Some(file), text }));
            }
        }
        Ok(None)
    }

    /// A file that the caller named by its path. That path is one of the caller's own machine, also where a tree is tuned.
    pub(super) fn open(&self, path: &str) -> Result<Found, Fault> {
        let text = Host::live().read(path).map_err(|lacking| match lacking.reason {
            Reason::Absent => Fault::new(Exit::Usage, lacking.to_string()).hint(
                "a name without `/` and `.toml` is looked up: `memtune tune list` shows which there are",
            ),
            _ => fault(&lacking),
        })?;
        if self.host.is_live() && path.starts_with("/etc/") {
            self.trust(path)?;
        }
        Ok(Found { file: Some(path.to_owned()), text })
    }

    /// Whoever can write a file that root follows can do what root can.
    fn trust(&self, file: &str) -> Result<(), Fault> {
        if !self.is_root || !self.host.is_live() || !file.starts_with("/etc/") {
            return Ok(());
        }
        // Who can write a folder can put another file into it.
        let folders = file.rmatch_indices('/').map(|(end, _)| file.get(..end).unwrap_or_default());
        let folders = folders.take_while(|folder| *folder != "/etc");
        for path in std::iter::once(file).chain(folders) {
            let status = self.host.status(path).map_err(|lacking| fault(&lacking))?;
            if let Some((why, command)) = remedy(status.user, status.mode, path) {
                return Err(Fault::new(Exit::Refused, format!("`{path}` {why}: root does not follow it"))
                    .hint(format!("look through it, then type: sudo {command}")));
            }
        }
        Ok(())
    }
}

/// What is wrong with the owner and mode of a file that root shall follow, and what puts it right.
fn remedy(user: u32, mode: u32, file: &str) -> Option<(&'static str, String)> {
    match (user, mode & 0o022) {
        (0, 0) => None,
        (0, _) => Some(("may be written by others than root", format!("chmod go-w {file}"))),
        (_, 0) => Some(("does not belong to root", format!("chown root: {file}"))),
        _ => Some((
            "does not belong to root, and may be written by others",
            format!("chown root: {file} && sudo chmod go-w {file}"),
        )),
    }
}

/// A profile that is there and cannot be read.
pub(super) fn fault(lacking: &Lacking) -> Fault {
    let exit = if lacking.reason == Reason::Denied { Exit::Privilege } else { Exit::Failed };
    Fault::new(exit, format!("cannot read the profile: {lacking}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_follows_only_what_root_alone_can_write() {
        let file = "/etc/memtune/profiles/x.toml";
        assert_eq!(remedy(0, 0o644, file), None);
        assert_eq!(remedy(0, 0o664, file).unwrap().1, format!("chmod go-w {file}"));
        assert_eq!(remedy(0, 0o602, file).unwrap().1, format!("chmod go-w {file}"));
        assert_eq!(remedy(1000, 0o600, file).unwrap().1, format!("chown root: {file}"));
        assert_eq!(
            remedy(1000, 0o666, file).unwrap().1,
            format!("chown root: {file} && sudo chmod go-w {file}")
        );
    }
}
