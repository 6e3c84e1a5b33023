# shellcheck shell=bash
# The conversation with the agent in the guest (guest/agent is the other end). What stands after "@vm " in a line
# is from the agent; everything else is the output of the case and goes to $transcript.

# tell WORDS..: asks the agent for something.
tell() { printf '%s\n' "$*" >&"$to_guest"; }

# hear SECONDS: waits for the agent's next word and sets `message`. When none comes: 1, with `message` saying why.
hear() {
    local until=$((SECONDS + $1)) line='' piece
    while :; do
        if IFS= read -r -t 1 -u "$from_guest" piece; then
            line+=$piece
            line=${line%$'\r'}
            # The output before it may have ended without a newline.
            [[ -z ${line%@vm *} ]] || printf '%s\n' "${line%@vm *}" >>"$transcript"
            if [[ $line == *'@vm '* ]]; then
                message=${line##*@vm }
                return 0
            fi
            line=
            continue
        fi
        # Time was up in the middle of a line: keep the beginning.
        line+=$piece
        if [[ -z $piece ]] && ! machine_runs; then
            message='the guest is gone'
            return 1
        fi
        if ((SECONDS >= until)); then
            message="the guest did not answer within $1 s"
            return 1
        fi
    done
}

# power_on: starts the machine and waits until systemd in it has finished booting.
# About one emulated boot in a hundred ends with both processors spinning in the kernel, which is the emulator's fault.
# Only a console that shows this earns a second try; every other boot that fails is a finding.
power_on() {
    boots && return
    locked_up || return 1
    say "the emulator locked up while it booted; once more"
    machine_stop
    boots
}

boots() {
    local started=$SECONDS
    machine_start
    if ! hear $((30 * slowness)) || [[ $message != ready* ]]; then
        show_console
        return 1
    fi
    say "booted $(machine_key) in $((SECONDS - started)) s"
}

locked_up() { [[ $accel == tcg ]] && grep -q 'soft lockup - CPU#0' "$boot/console" && grep -q 'soft lockup - CPU#1' "$boot/console"; }

# What a guest that does not answer said last.
show_console() {
    {
        printf '%s; the end of its console:\n' "$message"
        tail -n 25 "$boot/console" 2>/dev/null | tr -d '\r'
        cat "$boot/emulator.log"
    } >>"$transcript"
}
