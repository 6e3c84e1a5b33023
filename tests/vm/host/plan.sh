# shellcheck shell=bash
# Which cases run, with which moments, and which of them share a boot.

# One entry for each run of a case: BOOT <tab> NAME <tab> MOMENT <tab> FILE. Entries of one boot stand together.
plan=()

# plan_suite short|full: every case of the suite.
plan_suite() {
    local file entries=()
    for file in "$vm"/cases/*.case; do
        read_header "$file"
        [[ $1 == full || ${header[suite]} == short ]] || continue
        add_moments "$file" "$(suite_moments "$1")"
    done
    group_by_boot
}

# plan_named NAME..: just these, whatever their suite. A name is that of a case, NAME@MOMENT, or a path with a slash.
plan_named() {
    local name file moment entries=()
    for name; do
        moment=''
        [[ $name =~ ^(.+)@([0-9]+)$ ]] && name=${BASH_REMATCH[1]} moment=${BASH_REMATCH[2]}
        file=$(case_file "$name") || refuse "no case is called '$name' (tests/vm/run --list shows them all)"
        read_header "$file"
        if [[ -n $moment ]]; then
            ((moment >= 1 && moment <= header[moments])) || refuse "$name has ${header[moments]} moments, not $moment"
        fi
        add_moments "$file" "${moment:-$(suite_moments full)}"
    done
    group_by_boot
}

case_file() {
    local file=$vm/cases/$1.case
    [[ $1 == */* ]] && file=$1
    [[ -f $file ]] && printf '%s\n' "$file"
}

# The moments at which the case in `header` is cut: the short suite takes the first, the last and one between.
suite_moments() {
    local all=${header[moments]}
    if ((all == 0)); then
        echo -
    elif [[ $1 == full ]] || ((all <= 3)); then
        seq -s ' ' "$all"
    else
        echo 1 $((all / 2)) "$all"
    fi
}

# add_moments FILE MOMENTS: a case with phases gets a boot for each moment, any other shares one with its equals.
add_moments() {
    local file=$1 moment name boot
    name=$(basename "$file" .case)
    for moment in $2; do
        boot=$(machine_key)
        if ((header[phases] > 1)) || [[ -n ${header[own]} || $moment != - ]]; then boot="$name $moment"; fi
        [[ -z ${header[alone]} ]] || boot="alone: $name $moment"
        entries+=("$boot"$'\t'"$name"$'\t'"$moment"$'\t'"$file")
    done
}

# Keeps the order in which the boots first appear, and the order of the cases within each.
group_by_boot() {
    local entry other
    local -A seen=()
    plan=()
    for entry in "${entries[@]}"; do
        [[ -v seen["${entry%%$'\t'*}"] ]] && continue
        seen["${entry%%$'\t'*}"]=1
        for other in "${entries[@]}"; do
            [[ ${other%%$'\t'*} == "${entry%%$'\t'*}" ]] && plan+=("$other")
        done
    done
}

list_cases() {
    local file what
    for file in "$vm"/cases/*.case; do
        read_header "$file"
        what=
        ((header[moments] == 0)) || what=", cut at ${header[moments]} moments"
        ((header[phases] == 0)) || what=", ${header[phases]} phases (${header[between]})$what"
        printf '%-24s %-5s %s%s\n' "$(basename "$file" .case)" "${header[suite]}" "$(machine_key)" "$what"
        printf '%-24s %-5s %s\n' '' '' "${header[about]}"
    done
}
