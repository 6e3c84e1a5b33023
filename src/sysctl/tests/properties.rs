//! What holds of any tree.

use proptest::prelude::*;

use crate::facts::readings::Readings;
use crate::host::made_tree::made_tree;
use crate::sysctl::{Forecast, Model};

const PATHS: [&str; 9] = [
    "/etc/sysctl.d/10-a.conf",
    "/etc/sysctl.d/50-b.conf",
    "/run/sysctl.d/10-a.conf",
    "/usr/lib/sysctl.d/50-b.conf",
    "/usr/lib/sysctl.d/90-c.conf",
    "/etc/sysctl.conf",
    "/etc/tmpfiles.d/00-memtune.conf",
    "/usr/lib/tmpfiles.d/x.conf",
    "/etc/udev/rules.d/x.rules",
];

const KEYS: [&str; 5] =
    ["vm.swappiness", "vm.dirty_bytes", "vm.dirty_ratio", "vm.overcommit_kbytes", "vm.overcommit_ratio"];

fn line() -> impl Strategy<Value = String> {
    let key = prop::sample::select(KEYS.to_vec());
    let value = prop::sample::select(vec!["0", "1", "10", "0x20", "8192", "201", "x", "5 # y", ""]);
    let shape = prop::sample::select(vec![
        "K = V",
        "-K=V",
        "-K",
        "w /proc/sys/P - - - - V",
        "SYSCTL{K}=\"V\"",
        "vm.* = V",
    ]);
    (key, value, shape).prop_map(|(key, value, shape)| {
        shape.replace('K', key).replace('P', &key.replace('.', "/")).replace('V', value)
    })
}

fn text() -> impl Strategy<Value = String> {
    let sound = prop::collection::vec(line(), 0..5).prop_map(|lines| lines.join("\n"));
    prop_oneof![8 => sound, 1 => "(\\PC|\n|\0)*", 1 => Just("->/dev/null".to_owned()), 1 => Just("->/etc/sysctl.conf".to_owned())]
}

type Files = Vec<(&'static str, String)>;

fn files() -> impl Strategy<Value = Files> {
    prop::collection::btree_map(prop::sample::select(PATHS.to_vec()), text(), 0..7).prop_map(|files| {
        // Links to /etc/sysctl.conf are made in sysctl.d alone.
        files
            .into_iter()
            .filter(|(path, text)| path.contains("/sysctl.d/") || !text.starts_with("->"))
            .collect()
    })
}

fn with_model<T>(files: &Files, ask: impl FnOnce(&Readings, Model) -> T) -> T {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (_folder, host) = made_tree(&files);
    let readings = Readings::new(&host, None);
    let model = Model::read(&readings).unwrap();
    ask(&readings, model)
}

fn forecasts(readings: &Readings, model: &Model) -> Vec<Forecast> {
    KEYS.iter().map(|key| model.forecast(readings, key)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_file_thought_of_is_as_good_as_one_that_is_there(files in files(), path in prop::sample::select(PATHS.to_vec()), new in text()) {
        let new = (!new.starts_with("->")).then_some(new);
        let thought = with_model(&files, |readings, model| forecasts(readings, &model.with_file(path, new.as_deref())));
        let mut changed: Files = files.into_iter().filter(|(known, _)| *known != path).collect();
        changed.extend(new.map(|text| (path, text)));
        let there = with_model(&changed, |readings, model| forecasts(readings, &model));
        prop_assert_eq!(thought, there);
    }

    #[test]
    fn each_line_wins_or_loses_and_none_does_both(files in files()) {
        for forecast in with_model(&files, |readings, model| forecasts(readings, &model)) {
            prop_assert!(forecast.winner.is_none_or(|winner| !forecast.losers.contains(&winner)));
        }
    }

    #[test]
    fn a_pair_is_never_set_on_both_sides(files in files()) {
        let is_set = |forecast: &Forecast| forecast.winner.is_some() && forecast.next_boot.as_deref().is_some_and(|value| value != "0");
        let all = with_model(&files, |readings, model| forecasts(readings, &model));
        prop_assert!(!(is_set(&all[1]) && is_set(&all[2])));
        prop_assert!(!(is_set(&all[3]) && is_set(&all[4])));
    }
}
