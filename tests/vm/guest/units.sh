# shellcheck shell=bash
# systemd's units: what runs, and what failed.

# The agent's own, sessions and the like come and go by themselves.
show_units() {
    {
        systemctl list-units --plain --no-legend --state=active \
            --type=service,socket,timer,path,scope,slice,swap,mount,automount | awk '{print $1}'
        systemctl list-units --plain --no-legend --state=failed | awk '{print $1, "failed"}'
    } </dev/null | grep -vE '^(vm-|run-credentials-|modprobe@|systemd-tmpfiles-clean)' | sort
}

restore_units() {
    local units
    mapfile -t units < <(extra units | awk 'NF == 1')
    ((${#units[@]} == 0)) || timeout 60 systemctl stop "${units[@]}" </dev/null
    systemctl reset-failed </dev/null
    start_missing_units
}

start_missing_units() {
    local units
    mapfile -t units < <(missing units | awk 'NF == 1')
    ((${#units[@]} == 0)) || timeout 60 systemctl start "${units[@]}" </dev/null
}
