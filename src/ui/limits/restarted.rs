//! A unit that was started anew: how it is doing, and what follows it.

use crate::change;
use crate::limits::setting::current::Current;
use crate::limits::setting::manager::Manager;
use crate::ui::look::{HEADING, Look, harmless, styled};
use crate::ui::paragraph;

/// Renders it.
pub fn render(unit: &Current, manager: &Manager, look: Look) -> String {
    let name = harmless(&unit.name);
    let held = unit.held.map(|held| format!(", and holds {held}")).unwrap_or_default();
    let state = match unit.active.as_str() {
        "inactive" => format!("has done its work and ended well ({})", harmless(&unit.result)),
        active => format!("is {} ({}){held}", harmless(active), harmless(&unit.sub)),
    };
    let text = format!("\n{} {state}.\n", styled(HEADING, &name));
    let (option, typed) = (manager.option(), change::typed(&[&unit.name]));
    let commands = [
        format!("systemctl {option}status {typed}"),
        format!("journalctl {option}-u {typed} -f"),
        format!("systemd-cgtop /{}", if option.is_empty() { "system.slice" } else { "user.slice" }),
    ];
    let follow: String = commands.iter().map(|command| paragraph::command(look, 2, command)).collect();
    format!("{text}To follow it:\n{follow}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::bytes::Bytes;

    const LOOK: Look = Look { width: 80, has_unicode: false, is_root: false };

    fn rendered(unit: &Current) -> String {
        anstream::adapter::strip_str(&render(unit, &Manager::System, LOOK)).to_string()
    }

    #[test]
    fn the_state_and_what_follows_it_are_shown() {
        let unit = Current {
            name: r"a\x2db.service".to_owned(),
            active: "active".to_owned(),
            sub: "running".to_owned(),
            held: Some(Bytes::from_gib(2)),
            ..Current::default()
        };
        let text = rendered(&unit);
        assert!(
            text.starts_with("\na\\x2db.service is active (running), and holds 2 GiB.\nTo follow it:\n"),
            "{text}"
        );
        assert!(text.contains(r"journalctl -u 'a\x2db.service' -f"), "{text}");
        let ended = Current { active: "inactive".to_owned(), result: "success".to_owned(), ..unit };
        assert!(rendered(&ended).contains("has done its work and ended well (success)."));
    }
}
