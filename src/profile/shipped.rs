//! The profiles that are compiled in: all files of profiles/.

/// Their names and texts, sorted by name.
pub(super) const PROFILES: &[(&str, &str)] = &[
    ("cassandra", include_str!("../../profiles/cassandra.toml")),
    ("clickhouse", include_str!("../../profiles/clickhouse.toml")),
    ("desktop-zram", include_str!("../../profiles/desktop-zram.toml")),
    ("elasticsearch", include_str!("../../profiles/elasticsearch.toml")),
    ("gaming", include_str!("../../profiles/gaming.toml")),
    ("hydrus", include_str!("../../profiles/hydrus.toml")),
    ("jetson-llm", include_str!("../../profiles/jetson-llm.toml")),
    ("k8s-node", include_str!("../../profiles/k8s-node.toml")),
    ("kafka", include_str!("../../profiles/kafka.toml")),
    ("latency-server", include_str!("../../profiles/latency-server.toml")),
    ("llama-server", include_str!("../../profiles/llama-server.toml")),
    ("mongodb", include_str!("../../profiles/mongodb.toml")),
    ("postgresql", include_str!("../../profiles/postgresql.toml")),
    ("redis", include_str!("../../profiles/redis.toml")),
    ("sbc", include_str!("../../profiles/sbc.toml")),
    ("throughput-server", include_str!("../../profiles/throughput-server.toml")),
];

/// Their names.
pub fn shipped() -> impl Iterator<Item = &'static str> {
    PROFILES.iter().map(|(name, _)| *name)
}

/// The text of the profile `name`.
pub(super) fn find(name: &str) -> Option<&'static str> {
    PROFILES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::super::{Places, load};
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn every_file_is_compiled_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles");
        #[expect(clippy::disallowed_methods, reason = "looks at the sources of memtune")]
        let files = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        let known: Vec<String> = PROFILES.iter().map(|(name, _)| format!("{name}.toml")).collect();
        assert_eq!(known, names, "write the new file of profiles/ into PROFILES of src/profile/shipped.rs");
    }

    #[test]
    fn every_file_loads() {
        let (_folder, host) = made_tree(&[("/etc/hostname", "x\n")]);
        let places = Places::new(&host, None, false);
        for (name, _) in PROFILES {
            let profile = load(&places, name).unwrap_or_else(|fault| panic!("{fault}"));
            assert_eq!(profile.names, [*name]);
        }
    }
}
