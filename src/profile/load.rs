//! Finds a profile by its name and joins it with what it inherits.

use crate::exit::{Exit, Fault};

use super::check::{self, Written};
use super::inherit::inherit;
use super::model::Profile;
use super::places::{Found, Places};
use super::position::Text;
use super::shipped;
use super::text::check_name;

/// Longer chains than this are a mistake.
const DEEPEST: usize = 8;

/// How many files one profile may be made of, whatever inherits what.
const MOST_FILES: usize = 64;

/// The names of all profiles, sorted: those in the folders and those that are compiled in. A folder that cannot be listed
/// adds none.
pub fn names(places: &Places<'_>) -> Vec<String> {
    let in_folders = places.folders().flat_map(|folder| places.names_in(folder).unwrap_or_default());
    let mut names: Vec<String> = in_folders
        .filter(|name| check_name(name).is_ok())
        .chain(shipped::PROFILES.iter().map(|(name, _)| (*name).to_owned()))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Loads the profile `name`, or the one in the file `name` where that holds a `/` or ends with `.toml`.
///
/// # Errors
/// Says that there is none of that name and which is nearest, which line of its file is wrong and what is allowed there, or
/// that it inherits itself.
pub fn load(places: &Places<'_>, name: &str) -> Result<Profile, Fault> {
    let is_path = is_path(name);
    let found = if is_path { places.open(name)? } else { find(places, name)? };
    let name = if is_path { file_stem(name)? } else { name };
    let mut loader = Loader { places, chain: Vec::new(), files_left: MOST_FILES };
    let mut profile = loader.resolve(name, found)?;
    profile.take_over(name);
    Ok(profile)
}

/// `name` so that it means the same profile from wherever memtune is called: the path of a file in full.
pub fn full_path(name: &str) -> String {
    let full = is_path(name).then(|| std::path::absolute(name).ok()?.into_os_string().into_string().ok());
    full.flatten().unwrap_or_else(|| name.to_owned())
}

fn is_path(name: &str) -> bool {
    name.contains('/') || name.ends_with(".toml")
}

/// Reads the text of one profile's file, which is called `file` and has to name itself `name`, without what it inherits.
///
/// # Errors
/// Says which line is wrong, and what is allowed there.
pub fn read(file: &str, text: &str, name: &str) -> Result<Profile, Fault> {
    check::parse(Text { file, text }, name).map(|written| written.profile)
}

fn find(places: &Places<'_>, name: &str) -> Result<Found, Fault> {
    if check_name(name).is_ok()
        && let Some(found) = places.find(name)?
    {
        return Ok(found);
    }
    shipped::find(name)
        .map(|text| Found { file: None, text: text.to_owned() })
        .ok_or_else(|| unknown(places, name))
}

fn unknown(places: &Places<'_>, name: &str) -> Fault {
    let name = crate::facts::malformed::shortened(name);
    let nearest = names(places).into_iter().map(|one| (strsim::damerau_levenshtein(&one, &name), one)).min();
    let hint = match nearest {
        Some((distance, one)) if distance <= 3.max(name.len() / 3) => {
            format!("did you mean `{one}`? `memtune tune list` shows all")
        }
        _ => "`memtune tune list` shows which there are".to_owned(),
    };
    Fault::new(Exit::Usage, format!("there is no profile `{name}`")).hint(hint)
}

/// The name of a profile in the file `path`.
fn file_stem(path: &str) -> Result<&str, Fault> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.strip_suffix(".toml").filter(|stem| check_name(stem).is_ok());
    stem.ok_or_else(|| {
        Fault::new(Exit::Usage, format!("`{path}` is not named as a profile"))
            .hint("a profile's file is called NAME.toml, with small letters, digits and `-` in NAME")
    })
}

struct Loader<'a> {
    places: &'a Places<'a>,
    chain: Vec<String>,
    files_left: usize,
}

impl Loader<'_> {
    fn resolve(&mut self, name: &str, found: Found) -> Result<Profile, Fault> {
        let file = found.file.clone().unwrap_or_else(|| format!("profiles/{name}.toml"));
        let Written { mut profile, inherits } = check::parse(Text { file: &file, text: &found.text }, name)?;
        profile.file = found.file;
        self.enter(name)?;
        let mut base = Profile::default();
        for parent in &inherits {
            self.refuse_loop(parent)?;
            let found = find(self.places, parent).map_err(|mut fault| {
                let inherited = Fault::new(fault.exit, format!("`{file}` inherits `{parent}`: {fault}"));
                match fault.hint.take() {
                    Some(hint) => inherited.hint(hint),
                    None => inherited,
                }
            })?;
            base = inherit(base, self.resolve(parent, found)?);
        }
        self.chain.pop();
        Ok(inherit(base, profile))
    }

    fn enter(&mut self, name: &str) -> Result<(), Fault> {
        self.chain.push(name.to_owned());
        let is_too_deep = self.chain.len() > DEEPEST;
        if is_too_deep || self.files_left == 0 {
            let what = format!(
                "the profiles inherit too much, at {}: {DEEPEST} levels and {MOST_FILES} files are allowed",
                self.shown()
            );
            return Err(Fault::new(Exit::Usage, what));
        }
        self.files_left -= 1;
        Ok(())
    }

    fn refuse_loop(&self, parent: &str) -> Result<(), Fault> {
        if !self.chain.iter().any(|name| name == parent) {
            return Ok(());
        }
        let what = format!("the profiles inherit in a circle: {} -> {parent}", self.shown());
        Err(Fault::new(Exit::Usage, what).hint("take one of them out of its `inherits`"))
    }

    fn shown(&self) -> String {
        self.chain.join(" -> ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::{setting, text};
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::profile::model::Amount;

    const FOLDER: &str = "/etc/memtune/profiles";

    fn swappiness(value: u8) -> String {
        setting("vm.swappiness", &format!("value = {value}"))
    }

    fn load_from(files: &[(String, String)], name: &str) -> Result<Profile, Fault> {
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (_folder, host) = made_tree(&files);
        load(&Places::new(&host, None, false), name)
    }

    fn file(name: &str, tables: &str) -> (String, String) {
        (format!("{FOLDER}/{name}.toml"), text(name, tables))
    }

    fn value(profile: &Profile) -> &Amount {
        &profile.settings[0].amount
    }

    #[test]
    fn an_own_file_replaces_a_shipped_one() {
        let profile = load_from(&[file("hydrus", &swappiness(7))], "hydrus").unwrap();
        assert_eq!((profile.settings.len(), value(&profile)), (1, &Amount::Fixed("7".to_owned())));
        assert_eq!(profile.file.as_deref(), Some("/etc/memtune/profiles/hydrus.toml"));
        let (_folder, host) =
            made_tree(&[("/etc/memtune/profiles/mine.toml", ""), ("/etc/memtune/profiles/no_name.toml", "")]);
        let names = names(&Places::new(&host, None, false));
        assert!(names.contains(&"mine".to_owned()) && names.contains(&"hydrus".to_owned()), "{names:?}");
        assert!(!names.contains(&"no_name".to_owned()));
    }

    #[test]
    fn own_settings_replace_inherited_ones_of_the_same_target() {
        let base = file("base", &(swappiness(1) + &setting("vm.page-cluster", "value = 0")));
        let own = file("own", &format!("inherits = [\"base\"]\n{}", swappiness(9)));
        let profile = load_from(&[base, own], "own").unwrap();
        let found: Vec<(&str, &str, &str)> = profile
            .settings
            .iter()
            .map(|one| (one.target.name(), one.profile.as_str(), one.written_in.as_str()))
            .collect();
        assert_eq!(found, [("vm.page-cluster", "own", "base"), ("vm.swappiness", "own", "own")]);
        assert_eq!(profile.settings[1].amount, Amount::Fixed("9".to_owned()));
        assert_eq!(
            (profile.names.as_slice(), profile.ancestors.as_slice()),
            (&["own".to_owned()][..], &["base".to_owned()][..])
        );
    }

    #[test]
    fn circles_and_deep_chains_are_named() {
        let ring = [
            file("a", "inherits = [\"b\"]"),
            file("b", "inherits = [\"c\"]"),
            file("c", "inherits = [\"a\"]"),
        ];
        let fault = load_from(&ring, "a").unwrap_err();
        assert_eq!(fault.exit, Exit::Usage);
        assert!(fault.to_string().contains("in a circle: a -> b -> c -> a"), "{fault}");
        let chain: Vec<(String, String)> = (0..12)
            .map(|level| file(&format!("p{level}"), &format!("inherits = [\"p{}\"]", level + 1)))
            .collect();
        assert!(load_from(&chain, "p0").unwrap_err().to_string().contains("p0 -> p1 -> p2"));
    }

    #[test]
    fn a_wide_net_of_profiles_ends() {
        let parents =
            |level: usize| format!("inherits = [{}]", vec![format!("\"w{}\"", level + 1); 20].join(", "));
        let mut net: Vec<(String, String)> =
            (0..7).map(|level| file(&format!("w{level}"), &parents(level))).collect();
        net.push(file("w7", ""));
        assert!(load_from(&net, "w0").unwrap_err().to_string().contains("64 files"));
    }

    #[test]
    fn an_unknown_name_is_told_the_nearest() {
        let fault = load_from(&[file("mine", "")], "hydrsu").unwrap_err();
        assert_eq!((fault.exit, fault.to_string().as_str()), (Exit::Usage, "there is no profile `hydrsu`"));
        assert!(fault.hint.unwrap().contains("`hydrus`"));
        let inherited = load_from(&[file("mine", "inherits = [\"hydrsu\"]")], "mine").unwrap_err();
        assert!(
            inherited.to_string().contains("mine.toml` inherits `hydrsu`: there is no profile"),
            "{inherited}"
        );
        let control = load_from(&[file("mine", "")], "\u{1b}[2J").unwrap_err();
        assert!(!control.to_string().contains('\u{1b}'));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let (_folder, host) = made_tree(&[("/etc/memtune/profiles/x.toml/inside", "")]);
        let fault = load(&Places::new(&host, None, false), "x").unwrap_err();
        assert!(fault.to_string().contains("/etc/memtune/profiles/x.toml"), "{fault}");
        assert_eq!(fault.exit, Exit::Failed);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "writes the file that is named by its path")]
    fn a_path_names_a_file_of_the_caller() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        std::fs::write(&path, text("mine", &swappiness(3))).unwrap();
        let (_tree, host) = made_tree(&[("/etc/hostname", "x")]);
        let places = Places::new(&host, None, false);
        let path = path.to_str().unwrap();
        assert_eq!(value(&load(&places, path).unwrap()), &Amount::Fixed("3".to_owned()));
        let absent = load(&places, &path.replace("mine", "none")).unwrap_err();
        assert_eq!(absent.exit, Exit::Usage);
        assert!(load(&places, "/etc/hostname").unwrap_err().to_string().contains("not named as a profile"));
    }
}
