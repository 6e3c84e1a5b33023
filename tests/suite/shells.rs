//! Real shells load the committed completions and complete with them; a shell that is not installed is named and passed over.

use std::path::Path;
use std::process::Command;

fn completions(file: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(file).display().to_string()
}

/// What `shell` prints for `script`; `None` where it is not installed.
fn run(shell: &str, script: &str) -> Option<String> {
    let Ok(output) = Command::new(shell).arg("-c").arg(script).output() else {
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        {
            eprintln!("skipped: {shell} is not installed");
        }
        return None;
    };
    assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn bash_completes() {
    let script = format!(
        "source '{}'; COMP_WORDS=(memtune doctor --fail-on ''); COMP_CWORD=3; _memtune memtune '' --fail-on; echo \"${{COMPREPLY[@]}}\"; \
         COMP_WORDS=(memtune do); COMP_CWORD=1; _memtune memtune do memtune; echo \"${{COMPREPLY[@]}}\"",
        completions("memtune.bash")
    );
    if let Some(answer) = run("bash", &script) {
        assert_eq!(answer, "warn error\ndoctor\n");
    }
}

#[test]
fn zsh_loads_the_function() {
    // What zsh would offer can only be seen on a terminal; that it parses and defines the function can be seen here.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    let script = format!(
        "fpath=('{}' $fpath); autoload -Uz +X _memtune && functions -c _memtune loaded && whence -w loaded",
        folder.display()
    );
    if let Some(answer) = run("zsh", &script) {
        assert_eq!(answer, "loaded: function\n");
    }
}

#[test]
fn fish_completes() {
    let script = format!(
        "source '{}'; complete -C 'memtune doctor --fail-on '; complete -C 'memtune do'",
        completions("memtune.fish")
    );
    if let Some(answer) = run("fish", &script) {
        let words: Vec<&str> = answer.lines().map(|line| line.split('\t').next().unwrap()).collect();
        assert_eq!(words, ["error", "warn", "doctor"]);
    }
}
