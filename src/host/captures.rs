//! Finds what a program printed when a tree was captured, in the way that sosreport files it:
//! `sos_commands/PLUGIN/COMMAND_WITH_ITS_ARGUMENTS`.

/// The file name under which sosreport keeps what `command` printed.
pub(super) fn file_name(command: &str) -> String {
    let mut name = String::new();
    for character in command.chars() {
        match character {
            '/' => name.push('.'),
            kept if kept.is_alphanumeric() || matches!(kept, '_' | '-' | '.') => name.push(kept),
            // A run of anything else becomes one underscore.
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    name.trim_start_matches([' ', '.', '_']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_are_those_of_sosreport() {
        assert_eq!(file_name("sysctl -a"), "sysctl_-a");
        assert_eq!(file_name("df -al -x autofs"), "df_-al_-x_autofs");
        assert_eq!(file_name("/bin/ps auxwwwm"), "bin.ps_auxwwwm");
        assert_eq!(file_name("swapon --bytes  --show"), "swapon_--bytes_--show");
    }
}
