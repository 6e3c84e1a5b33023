//! Folders of which the stronger hides the files of the weaker ones, as sysctl.d, tmpfiles.d and udev's rules.d all are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::host::{Host, IfThere, Lacking, Reason};

/// No sound machine has more files in one of these folders.
const MOST_FILES: usize = 2000;

/// Links point to links, but not for ever.
const MOST_LINKS: usize = 8;

/// Where files of a kind lie, and how they are read.
pub(super) struct Kind<T> {
    /// The folders, strongest first.
    pub(super) folders: &'static [&'static str],
    /// How the names of files end that count.
    pub(super) suffix: &'static str,
    /// Whether files that say nothing may be links to one that shall say something; asking costs as much as reading.
    pub(super) has_links: bool,
    /// Reads a file's text.
    pub(super) parse: fn(&str) -> Vec<T>,
}

/// One file.
#[derive(Debug)]
pub(super) struct LayerFile<T> {
    /// Where it lies in its folder.
    path: String,
    /// The file that is read: behind links, another one.
    pub(super) real: String,
    /// Its lines; none of a link that leads nowhere, which hides its namesakes all the same.
    pub(super) lines: Arc<[T]>,
    /// Whether it is there and may not be read.
    pub(super) is_denied: bool,
}

// Derived, it would ask for lines that can be copied.
impl<T> Clone for LayerFile<T> {
    fn clone(&self) -> Self {
        let Self { path, real, lines, is_denied } = self;
        Self { path: path.clone(), real: real.clone(), lines: Arc::clone(lines), is_denied: *is_denied }
    }
}

/// All files of one kind, by name and then by the rank of their folder.
pub(super) struct Layers<T: 'static> {
    kind: &'static Kind<T>,
    files: BTreeMap<(String, usize), LayerFile<T>>,
}

impl<T> Clone for Layers<T> {
    fn clone(&self) -> Self {
        Self { kind: self.kind, files: self.files.clone() }
    }
}

impl<T> Layers<T> {
    /// Reads all files of a kind.
    pub(super) fn read(host: &Host, kind: &'static Kind<T>) -> Result<Self, Lacking> {
        let mut files = BTreeMap::new();
        for (rank, folder) in kind.folders.iter().enumerate() {
            // Where /lib is a link, its files are those of /usr/lib.
            if folder.starts_with("/lib/") && host.link("/lib").is_ok() {
                continue;
            }
            for name in host.list(folder).if_there()?.unwrap_or_default() {
                if is_counted(kind.suffix, &name) && files.len() < MOST_FILES {
                    let path = format!("{folder}/{name}");
                    files.insert((name, rank), read_file(host, path, kind));
                }
            }
        }
        Ok(Self { kind, files })
    }

    /// The same, as if the file at `path` had this text, or were not there.
    pub(super) fn with_file(&self, path: &str, text: Option<&str>) -> Self {
        let mut changed = self.clone();
        let lines: Arc<[T]> = text.map(self.kind.parse).unwrap_or_default().into();
        for file in changed.files.values_mut().filter(|file| file.real == path) {
            (file.lines, file.is_denied) = (Arc::clone(&lines), false);
        }
        let Some(place) = self.place_of(path) else { return changed };
        match text {
            None => changed.files.remove(&place),
            Some(_) => {
                let path = path.to_owned();
                let file = LayerFile { real: path.clone(), path, lines, is_denied: false };
                changed.files.insert(place, file)
            }
        };
        changed
    }

    /// The files that count, in the order in which they are read: one of each name.
    pub(super) fn effective(&self) -> impl Iterator<Item = &LayerFile<T>> {
        let mut last: Option<&str> = None;
        self.files.iter().filter_map(move |((name, _), file)| {
            let is_hidden = last == Some(name.as_str());
            last = Some(name);
            (!is_hidden).then_some(file)
        })
    }

    /// The files of some folders alone, which are given by their ranks, strongest first.
    pub(super) fn effective_of(&self, ranks: &[usize]) -> impl Iterator<Item = &LayerFile<T>> {
        let names: BTreeSet<&String> =
            self.files.keys().filter(|(_, rank)| ranks.contains(rank)).map(|(name, _)| name).collect();
        let find = |name: &String| ranks.iter().find_map(|&rank| self.files.get(&(name.clone(), rank)));
        names.into_iter().filter_map(find).collect::<Vec<_>>().into_iter()
    }

    /// The files that count and could not be read.
    pub(super) fn denied(&self) -> impl Iterator<Item = &str> {
        self.effective().filter(|file| file.is_denied).map(|file| file.path.as_str())
    }

    fn place_of(&self, path: &str) -> Option<(String, usize)> {
        let (folder, name) = path.rsplit_once('/')?;
        let rank = self.kind.folders.iter().position(|&known| known == folder)?;
        is_counted(self.kind.suffix, name).then(|| (name.to_owned(), rank))
    }
}

fn is_counted(suffix: &str, name: &str) -> bool {
    name.ends_with(suffix) && !name.starts_with('.')
}

fn read_file<T>(host: &Host, path: String, kind: &Kind<T>) -> LayerFile<T> {
    let text = host.read(&path);
    let is_denied = matches!(&text, Err(Lacking { reason: Reason::Denied | Reason::TooLarge(_), .. }));
    let lines: Vec<T> = text.map(|text| (kind.parse)(&text)).unwrap_or_default();
    let real = if kind.has_links || !lines.is_empty() { behind_links(host, &path) } else { path.clone() };
    LayerFile { path, real, lines: lines.into(), is_denied }
}

/// The file that a link leads to; whether it is there or not.
fn behind_links(host: &Host, path: &str) -> String {
    let mut real = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = host.link(&real) else { break };
        let folder = real.rsplit_once('/').map_or("", |(folder, _)| folder);
        real = match target.starts_with('/') {
            true => resolved(&target),
            false => resolved(&format!("{folder}/{target}")),
        };
    }
    real
}

fn resolved(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    static KIND: Kind<String> = Kind {
        folders: &["/etc/x.d", "/run/x.d", "/lib/x.d"],
        suffix: ".conf",
        has_links: true,
        parse: |text| text.lines().map(str::to_owned).collect(),
    };

    fn shown(layers: &Layers<String>) -> Vec<(&str, &[String])> {
        layers.effective().map(|file| (file.real.as_str(), &*file.lines)).collect()
    }

    #[test]
    fn a_stronger_folder_hides_namesakes_and_names_give_the_order() {
        let (_folder, host) = made_tree(&[
            ("/etc/x.d/20-b.conf", "etc"),
            ("/run/x.d/20-b.conf", "run"),
            ("/run/x.d/10-a.conf", "first"),
            ("/lib/x.d/30-c.conf", "hidden"),
            ("/etc/x.d/30-c.conf", "->/dev/null"),
            ("/etc/x.d/40-d.conf", "->../linked"),
            ("/etc/linked", "linked"),
            ("/etc/x.d/.50.conf", "unseen"),
            ("/etc/x.d/README", "unseen"),
        ]);
        let layers = Layers::read(&host, &KIND).unwrap();
        let own = |text: &str| vec![text.to_owned()];
        let (first, etc, linked) = (own("first"), own("etc"), own("linked"));
        let expected: [(&str, &[String]); 4] = [
            ("/run/x.d/10-a.conf", &first),
            ("/etc/x.d/20-b.conf", &etc),
            ("/dev/null", &[]),
            ("/etc/linked", &linked),
        ];
        assert_eq!(shown(&layers), expected);
        assert_eq!(shown(&layers.with_file("/etc/x.d/20-b.conf", None))[1].0, "/run/x.d/20-b.conf");
        assert_eq!(shown(&layers.with_file("/etc/linked", Some("new")))[3].1, ["new"]);
        assert_eq!(shown(&layers.with_file("/etc/elsewhere/x.conf", Some("new"))), expected);
    }

    #[test]
    fn links_are_followed_by_their_text() {
        let (_folder, host) =
            made_tree(&[("/etc/x.d/a.conf", "->../../none/./b"), ("/etc/x.d/b.conf", "->b.conf")]);
        assert_eq!(behind_links(&host, "/etc/x.d/a.conf"), "/none/b");
        assert_eq!(behind_links(&host, "/etc/x.d/b.conf"), "/etc/x.d/b.conf");
    }
}
