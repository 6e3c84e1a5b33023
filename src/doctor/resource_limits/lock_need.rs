//! How much a program would lock that was told to lock its memory: more than it holds, where it has not read all of it yet or was refused.

use crate::host::Host;
use crate::sys::bytes::Bytes;
use crate::sys::size;

/// What it would lock, and what tells that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) bytes: Bytes,
    pub(super) source: String,
}

/// The model that it was given, or the heap that it may grow to; `None` where its command line names neither.
pub(super) fn of(host: &Host, words: &[String]) -> Option<Need> {
    heap(words).or_else(|| model(host, words))
}

/// Java takes the last one.
fn heap(words: &[String]) -> Option<Need> {
    let size = |word: &String| Some((size::parse(word.strip_prefix("-Xmx")?).ok()?, word.clone()));
    words.iter().rev().find_map(size).map(|(bytes, source)| Need { bytes, source })
}

/// A path that is not absolute begins in a folder that is not known here.
fn model(host: &Host, words: &[String]) -> Option<Need> {
    const OPTIONS: [&str; 2] = ["-m", "--model"];
    let pairs = words.iter().zip(words.iter().skip(1).map(String::as_str).chain([""]));
    let mut paths = pairs.filter_map(|(word, next)| {
        let (option, value) = word.split_once('=').unwrap_or((word, next));
        OPTIONS.contains(&option).then_some(value)
    });
    let path = paths.find(|path| path.starts_with('/'))?;
    let bytes = host.status(path).ok()?.size;
    Some(Need { bytes, source: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn need(command: &str) -> Option<(u64, String)> {
        let (_folder, host) = made_tree(&[("/models/a.gguf", "12345678")]);
        let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        of(&host, &words).map(|need| (need.bytes.0, need.source))
    }

    #[test]
    fn models_and_heaps_are_found() {
        for (command, bytes) in [
            ("llama-server -m /models/a.gguf --mlock", 8),
            ("llama-server --model=/models/a.gguf", 8),
            ("llama-server --model /models/a.gguf", 8),
            ("java -Xms1g -Xmx2g -Xmx512M X", 512 << 20),
            ("java -Xmx1024 X", 1024),
        ] {
            assert_eq!(need(command).unwrap().0, bytes, "{command}");
        }
        for command in
            ["llama-server -m a.gguf", "llama-server -m /models/none", "java -Xmxmuch", "x -m", "x --model="]
        {
            assert_eq!(need(command), None, "{command}");
        }
    }
}
