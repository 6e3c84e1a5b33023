# shellcheck shell=bash
# Runs the plan: boots, phases, verdicts.

# run_plan: does all of it, boot by boot, and leaves a line for each run in $work/verdicts. Those that are to run alone come last.
run_plan() {
    local entry key boots=() last=()
    : >"$work/verdicts"
    while IFS= read -r key; do
        if [[ $key == alone:* ]]; then last+=("$key"); else boots+=("$key"); fi
    done < <(printf '%s\n' "${plan[@]}" | cut -f1 | uniq)
    if ((jobs == 1)); then work_through; else share_out; fi
    rm -rf "$work"/taken.*
    boots=("${last[@]}") slowness=$slowness_alone
    work_through
    passed=$(grep -c '^ok ' "$work/verdicts" || true)
    failed=$(grep -c '^FAIL ' "$work/verdicts" || true)
}

# Whoever makes its folder first has a boot.
work_through() {
    local place
    for place in "${!boots[@]}"; do
        mkdir "$work/taken.$place" 2>/dev/null || continue
        run_boot "${boots[place]}"
    done
}

run_boot() {
    local entry key name moment file label unbootable='' current=$1
    for entry in "${plan[@]}"; do
        IFS=$'\t' read -r key name moment file <<<"$entry"
        [[ $key == "$current" ]] || continue
        label=$name
        [[ $moment == - ]] || label+=@$moment
        read_header "$file"
        : >"$transcript"
        if run_case || run_case_after_crash; then
            tell_verdict "ok $label" "$(show_reports)"
        else
            tell_verdict "FAIL $label" "$(show_transcript)"
        fi
        [[ -z $keep ]] || keep_shell
    done
    machine_stop
}

# What others say at the same time comes before or after it as a whole.
tell_verdict() {
    local lock
    exec {lock}>>"$work/verdicts"
    flock "$lock"
    printf '%s\n' "$1" ${2:+"$2"}
    echo "$1" >&"$lock"
    exec {lock}>&-
}

workers=()

# Each worker has a folder and an emulator of its own, and all of them work through the same boots.
share_out() {
    local number worker status=0
    for ((number = 1; number <= jobs; number++)); do
        be_worker "$number" &
        workers+=("$!")
    done
    for worker in "${workers[@]}"; do wait "$worker" || status=$?; done
    workers=()
    ((status == 0)) || exit "$status"
}

be_worker() {
    trap 'stop_killable; machine_stop; exit 143' TERM
    boot=$work/boot.$1
    transcript=$work/transcript.$1
    work_through
}

dismiss_workers() {
    ((${#workers[@]} > 0)) || return 0
    kill -TERM "${workers[@]}" 2>/dev/null || true
    wait "${workers[@]}" 2>/dev/null || true
}

# What a case that passed has measured.
show_reports() { sed -n 's/^report: /    /p' "$transcript"; }

# A case that failed in a loop may have said the same thing very often.
show_transcript() {
    local lines
    lines=$(wc -l <"$transcript")
    if ((lines > 120)); then
        sed 's/^/    /; 40q' "$transcript"
        echo "    [.. $((lines - 120)) lines ..]"
    fi
    tail -n $((lines > 120 ? 80 : 120)) "$transcript" | sed 's/^/    /'
}

# Whatever goes wrong from here on is a FAIL of this case with its reason in $transcript: no `set -e` holds in here.
run_case() {
    if ((header[phases] > 1)); then
        run_phases
    else
        run_sharing
    fi
}

# The emulator crashes rarely, and only where it translates code. What the case was about is not known then.
run_case_after_crash() {
    machine_stop
    machine_crashed || return 1
    say "the emulator crashed; once more"
    : >"$transcript"
    run_case
}

# A case without phases runs in the guest that the case before left behind, if that could be put back in order.
run_sharing() {
    local verdict=0
    if ! machine_runs; then
        if [[ $unbootable == "$current" ]]; then
            echo "this machine did not boot for an earlier case" >>"$transcript"
            return 1
        fi
        if ! boot_to_share; then
            unbootable=$current
            machine_stop
            return 1
        fi
    fi
    run_phase 0 || return 1
    [[ $message == 'end 0' ]] || verdict=1
    [[ -n $keep ]] || put_back || verdict=1
    return "$verdict"
}

boot_to_share() {
    machine_create
    power_on || return 1
    tell remember
    hear $((30 * slowness)) && [[ $message == remembered ]] && return
    show_console
    return 1
}

# The guest goes back to how it was before the case. A guest that cannot is not used again; only when that is
# the fault of the case ("dirty", the agent has shown what is left) does the case fail for it.
put_back() {
    tell reset
    if ! hear $((60 * slowness)); then
        show_console
        machine_stop
        return 1
    fi
    [[ $message == clean ]] && return 0
    machine_stop
    [[ $message == used* ]]
}

run_phases() {
    local phase
    machine_create
    power_on || return 1
    for ((phase = 1; phase <= header[phases]; phase++)); do
        run_phase "$phase" || return 1
        if ((phase == header[phases])); then
            [[ $message == 'end 0' ]]
            return
        fi
        "go_through_$(between_after "$phase")" "$phase" || return 1
        power_on || return 1
    done
}

# run_phase PHASE: 0 when the guest gave an answer, which is in `message`.
run_phase() {
    local limit=$((header[limit] * slowness))
    tell run "$name" "$1" "$moment" "$limit" "$slowness" "${header[release]}"
    # The guest ends a case at its limit, and says so; this is for a guest that no longer can.
    hear $((limit + 12 * slowness)) && return 0
    show_console
    machine_stop
    return 1
}

go_through_reboot() {
    [[ $message == 'end 0' ]] || return 1
    tell reboot
    # The emulator does not reboot (-no-reboot): it exits when the guest wants to.
    hear $((30 * slowness)) || true
    if machine_runs; then
        echo "phase $1 ended, but the guest did not shut down" >>"$transcript"
        show_console
        return 1
    fi
    machine_gone
}

go_through_cut() {
    if [[ $message != cut ]]; then
        [[ $message != 'end 0' ]] || echo "phase $1 ended without a power cut (cut_now, cut_after)" >>"$transcript"
        return 1
    fi
    machine_stop
}

# A root shell in the guest as the case left it, until it ends.
keep_shell() {
    local rows=24 columns=80
    if ! machine_runs; then
        say "no shell: there is no guest any more"
        return
    fi
    if [[ -t 0 ]]; then read -r rows columns < <(stty size); fi
    say "root shell in the guest; 'exit' ends it and throws the guest away"
    tell shell "$rows" "$columns" "${TERM:-dumb}"
    until hear 3600; do machine_runs || break; done
}
