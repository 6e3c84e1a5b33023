//! The last kills, for programs.

use serde_json::{Value, json};

use crate::watch::account::state::State;

/// At most so many of them, the newest first; without a state nothing is known.
pub fn kills(state: Option<&State>, most: usize) -> Value {
    let watchdog = state.map(|state| {
        json!({
            "pid": state.pid,
            "started": state.started,
            "time": state.time,
            "dry_run": state.dry_run,
            "level": state.level,
            "available": state.available,
            "total": state.total,
        })
    });
    let counts = state.map(|state| {
        let counts = &state.counts;
        json!({ "asked": counts.asked, "killed": counts.killed, "stuck": counts.stuck, "freed": counts.freed })
    });
    let kills: Vec<_> = state.iter().flat_map(|state| state.kills.iter().rev()).take(most).collect();
    json!({ "schema": "memtune.watch-kills/1", "watchdog": watchdog, "counts": counts, "kills": kills })
}
