//! A knob's name, as people write it and as the kernel does.

/// Where the kernel shows its knobs.
const FOLDER: &str = "/proc/sys/";

/// A knob's name in its normal form, `vm.swappiness`. A name of which a part holds a dot keeps its slashes, since dots
/// could not tell it apart: `net/ipv4/conf/eth0.100/forwarding`.
pub fn dotted(text: &str) -> String {
    let path = below_proc_sys(text);
    match path.find(['.', '/']).map(|place| path.as_bytes()[place]) {
        Some(b'.') => format!("/{path}"),
        _ if path.contains('.') => path,
        _ => path.replace('/', "."),
    }
}

/// The file of a knob, such as `/proc/sys/vm/swappiness`.
pub fn path_of(key: &str) -> String {
    format!("{FOLDER}{}", below_proc_sys(key))
}

/// The knob behind a file; `None` where the file is no knob.
pub fn key_of_path(path: &str) -> Option<String> {
    let path = simplified(path.strip_prefix(FOLDER)?);
    let is_inside = !path.split('/').any(|part| part == "..") && path != ".";
    is_inside.then(|| dotted(&format!("/{path}")))
}

/// Whether a name stands for many knobs.
pub(super) fn is_glob(key: &str) -> bool {
    key.contains(['*', '?', '['])
}

/// systemd's and procps's rule: the first separator decides. Behind a slash everything is a path already; behind a dot, dots
/// and slashes change places.
fn below_proc_sys(text: &str) -> String {
    let is_dotted = text.find(['.', '/']).is_some_and(|place| text.as_bytes()[place] == b'.');
    let swap = |character| match character {
        '.' => '/',
        '/' => '.',
        other => other,
    };
    match is_dotted {
        true => simplified(&text.chars().map(swap).collect::<String>()),
        false => simplified(text),
    }
}

fn simplified(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    match parts.is_empty() && !path.is_empty() {
        true => ".".to_owned(),
        false => parts.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_separator_decides() {
        let cases = [
            ("vm.swappiness", "vm.swappiness", "/proc/sys/vm/swappiness"),
            ("vm/swappiness", "vm.swappiness", "/proc/sys/vm/swappiness"),
            ("/vm/swappiness", "vm.swappiness", "/proc/sys/vm/swappiness"),
            ("vm//swappiness/", "vm.swappiness", "/proc/sys/vm/swappiness"),
            ("net.ipv4.conf.eth0/100.x", "net/ipv4/conf/eth0.100/x", "/proc/sys/net/ipv4/conf/eth0.100/x"),
            ("net/ipv4/conf/eth0.100/x", "net/ipv4/conf/eth0.100/x", "/proc/sys/net/ipv4/conf/eth0.100/x"),
            ("swappiness", "swappiness", "/proc/sys/swappiness"),
        ];
        for (text, key, path) in cases {
            assert_eq!((dotted(text).as_str(), path_of(text).as_str()), (key, path), "{text}");
            assert_eq!(key_of_path(path).as_deref(), Some(key));
        }
        assert_eq!(key_of_path("/sys/vm"), None);
        assert_eq!(key_of_path("/proc/sys/vm/../kernel/x"), None);
    }

    proptest! {
        #[test]
        fn the_normal_form_is_stable_and_names_the_same_file(text in "[a-z./ *]{0,20}") {
            let key = dotted(&text);
            prop_assert_eq!(dotted(&key), key.clone());
            prop_assert_eq!(path_of(&key), path_of(&text));
        }
    }
}
