//! Where memtune-watchd lies, and whether a hardened service can run it.

use crate::host::Host;
use crate::watch::configuration::{FileMode, is_trusted};

/// Its name.
const NAME: &str = "memtune-watchd";

/// Where packages put it.
const FOLDERS: [&str; 4] =
    ["/usr/libexec", "/usr/lib/memtune", "/usr/local/libexec", "/usr/local/lib/memtune"];

/// What the unit cannot see: ProtectHome and PrivateTmp.
const HIDDEN: [&str; 6] = ["/home", "/root", "/run/user", "/tmp", "/var/tmp", "/dev"];

/// Its path: beside memtune itself, in `beside`, or where packages put it.
///
/// # Errors
/// Says that there is none, or why it would not do, and what to type.
pub(super) fn find(host: &Host, beside: Option<&str>) -> Result<String, String> {
    let folders = beside.into_iter().chain(FOLDERS);
    let candidates = folders.map(|folder| format!("{}/{NAME}", folder.trim_end_matches('/')));
    let mut refused = None;
    for path in candidates.filter(|path| host.has(path)) {
        match judge(host, &path) {
            Ok(real) => return Ok(real),
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    Err(refused.unwrap_or_else(|| {
        let beside = beside.map(|folder| format!("{folder} or ")).unwrap_or_default();
        format!("there is no `{NAME}` in {beside}{}: it comes with memtune's packages", FOLDERS.join(", "))
    }))
}

fn judge(host: &Host, path: &str) -> Result<String, String> {
    let real = host.real_path(path).map_err(|lacking| lacking.to_string())?;
    if HIDDEN.iter().any(|folder| real.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))) {
        return Err(format!(
            "`{real}` lies where the service could not see it: `sudo install -D {real} /usr/local/libexec/{NAME}`"
        ));
    }
    if real
        .contains(|letter: char| letter.is_whitespace() || letter.is_control() || "%$\"'\\;".contains(letter))
    {
        return Err(format!("`{}` is no path that a unit can hold", real.escape_debug()));
    }
    let mode = |path: &str| host.status(path).map(|status| FileMode { mode: status.mode, user: status.user });
    let lacking = |lacking: crate::host::Lacking| lacking.to_string();
    let file = mode(&real).map_err(lacking)?;
    let folders: Result<Vec<(String, FileMode)>, String> = std::path::Path::new(&real)
        .ancestors()
        .skip(1)
        .map(|folder| folder.to_string_lossy().into_owned())
        .map(|folder| mode(&folder).map(|mode| (folder, mode)).map_err(lacking))
        .collect();
    // In a test's tree the files belong to who made them; a service is always root's.
    let own = if host.is_live() { 0 } else { file.user };
    is_trusted(file, &folders?, own).map_err(|what| format!("`{real}` {what}"))?;
    Ok(real)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::host::made_tree::made_tree;

    fn executable(host: &Host, path: &str) {
        let path = host.folder().unwrap().join(path.trim_start_matches('/'));
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn it_lies_beside_memtune_or_where_packages_put_it() {
        let (_folder, host) =
            made_tree(&[("/usr/libexec/memtune-watchd", ""), ("/opt/m/memtune-watchd", "")]);
        executable(&host, "/usr/libexec/memtune-watchd");
        executable(&host, "/opt/m/memtune-watchd");
        assert_eq!(find(&host, Some("/opt/m")).as_deref(), Ok("/opt/m/memtune-watchd"));
        assert_eq!(find(&host, Some("/usr/bin")).as_deref(), Ok("/usr/libexec/memtune-watchd"));
        assert_eq!(find(&host, None).as_deref(), Ok("/usr/libexec/memtune-watchd"));
    }

    #[test]
    fn what_would_not_do_is_said() {
        let (_folder, host) = made_tree(&[("/etc/hostname", "")]);
        assert!(
            find(&host, Some("/usr/bin"))
                .unwrap_err()
                .contains("no `memtune-watchd` in /usr/bin or /usr/libexec")
        );
        let (_folder, host) = made_tree(&[("/home/ada/bin/memtune-watchd", "")]);
        let why = find(&host, Some("/home/ada/bin")).unwrap_err();
        assert!(why.contains("could not see it: `sudo install -D"), "{why}");
        let (_folder, host) = made_tree(&[("/usr/libexec/memtune-watchd", "")]);
        assert!(find(&host, None).unwrap_err().contains("not executable"));
        let (_folder, host) = made_tree(&[("/opt/a b/memtune-watchd", "")]);
        assert!(find(&host, Some("/opt/a b")).unwrap_err().contains("no path that a unit can hold"));
    }
}
