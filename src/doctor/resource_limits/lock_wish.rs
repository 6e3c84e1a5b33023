//! Which programs were told to lock their memory, and by what.

use crate::host::Host;

/// Whether a program of this name may know how to lock its memory; only such are asked for their command lines.
pub(super) fn is_candidate(name: &str) -> bool {
    const BEGINNINGS: [&str; 7] = ["llama-", "llama_", "ollama", "python", "vllm", "VLLM", "koboldcpp"];
    name == "java" || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

/// By what a program was told to lock its memory.
pub(super) fn wish(host: &Host, words: &[String]) -> Option<&'static str> {
    let is_yes = |value: &str| matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "on" | "yes");
    for (word, next) in words.iter().zip(words.iter().skip(1).map(String::as_str).chain([""])) {
        let (option, value) = word.split_once('=').unwrap_or((word, next));
        match option {
            "--mlock" => return Some("--mlock"),
            "--usemlock" => return Some("--usemlock"),
            "--use_mlock" if is_yes(value) => return Some("--use_mlock"),
            "--load-mode" if value.contains("mlock") => return Some("--load-mode mlock"),
            "-Ebootstrap.memory_lock" if is_yes(value) => return Some("bootstrap.memory_lock"),
            "org.apache.cassandra.service.CassandraDaemon" => return Some("Cassandra always does"),
            _ => {}
        }
    }
    let configured = |main: &str, file: &str| {
        words.iter().any(|word| word.contains(main)) && configures_lock(&host.read(file).unwrap_or_default())
    };
    let is_search = configured("org.elasticsearch", "/etc/elasticsearch/elasticsearch.yml")
        || configured("org.opensearch", "/etc/opensearch/opensearch.yml");
    is_search.then_some("bootstrap.memory_lock")
}

/// Whether a configuration of Elasticsearch says so.
fn configures_lock(text: &str) -> bool {
    let mut values = text.lines().filter_map(|line| line.trim().strip_prefix("bootstrap.memory_lock:"));
    values.any(|value| value.split('#').next().unwrap_or_default().trim() == "true")
}
