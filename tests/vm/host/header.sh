# shellcheck shell=bash
# Reads what a case declares in the comment lines at its top.

# The header of the case read last: about suite limit between moments phases memory kernel release disks own alone.
declare -A header=()

# read_header FILE: fills `header`, and refuses a file with a line that it does not understand,
# because a misspelled "# limit:" would otherwise be a comment that nobody ever misses.
read_header() {
    local file=$1 line lines=()
    header=([about]='' [suite]=full [limit]=60 [between]='' [moments]=0
        [memory]=1024 [kernel]='' [release]=bookworm [disks]='' [own]='' [alone]='')
    mapfile -t lines <"$file"
    for line in "${lines[@]}"; do
        [[ $line == '#'* ]] || break
        [[ $line =~ ^'# '([a-z]+):' '(.+)$ ]] || continue
        header_line "$file" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    done
    [[ -n ${header[about]} ]] || refuse "$file: no line '# about: what it proves'"
    header[phases]=$(grep -cE '^phase_[0-9]+\(\)' "$file" || true)
    check_phases "$file"
}

header_line() {
    local file=$1 key=$2 value=$3
    case $key=$value in
        about=* | suite=short | suite=full) header[$key]=$value ;;
        limit=[1-9]* | moments=[1-9]*)
            [[ $value =~ ^[0-9]+$ ]] || refuse "$file: '# $key: $value' is not a number"
            header[$key]=$value ;;
        between=*)
            [[ $value =~ ^(reboot|cut)(\ (reboot|cut))*$ ]] || refuse "$file: '# between: $value': only reboot and cut"
            header[between]=$value ;;
        machine=*) machine_words "$file" "$value" ;;
        *) refuse "$file: '# $key: $value' is not understood (see tests/vm/README.md)" ;;
    esac
}

# machine_words FILE WORDS: memory=MIB release=NAME disk=FILESYSTEM:SIZE kernel=ARGUMENT kernel="SEVERAL ARGUMENTS" own alone
machine_words() {
    local file=$1 rest=$2
    local word='^([a-z]+)(=("([^"]*)"|[^" ]+))? *(.*)$'
    while [[ -n $rest ]]; do
        [[ $rest =~ $word ]] || refuse "$file: '# machine:' is not understood from here: $rest"
        rest=${BASH_REMATCH[5]}
        machine_word "$file" "${BASH_REMATCH[1]}" "${BASH_REMATCH[4]:-${BASH_REMATCH[3]}}"
    done
}

machine_word() {
    local file=$1 key=$2 value=$3
    case $key=$value in
        memory=[1-9]*) header[memory]=$value ;;
        release=bookworm | release=trixie | release=bookworm-generic) header[release]=$value ;;
        kernel=?*) header[kernel]+=${header[kernel]:+ }$value ;;
        disk=*)
            [[ $value =~ ^(btrfs|xfs|ext4|f2fs|swap|blank):[0-9]+[MG]$ ]] || refuse "$file: disk=$value: write disk=btrfs:1G (or xfs, ext4, f2fs, swap, blank)"
            header[disks]+=${header[disks]:+ }$value ;;
        own=) header[own]=yes ;;
        alone=) header[alone]=yes ;;
        *) refuse "$file: '# machine: $key${value:+=$value}' is not understood" ;;
    esac
}

check_phases() {
    local file=$1
    ((header[phases] == 0)) && [[ -n ${header[between]} ]] && refuse "$file: '# between:' without phase_1 and phase_2"
    ((header[phases] == 1)) && refuse "$file: one phase only; write its lines without a function"
    ((header[phases] > 1)) && [[ -z ${header[between]} ]] && refuse "$file: phases, but no '# between: reboot' or '# between: cut'"
    return 0
}

# between_after PHASE: what happens when that phase is over. The last word stands for all that follow.
between_after() {
    local words
    read -ra words <<<"${header[between]}"
    local index=$(($1 - 1))
    ((index < ${#words[@]})) || index=$((${#words[@]} - 1))
    printf '%s\n' "${words[index]}"
}

# Cases with an equal key may share a boot.
machine_key() {
    printf '%s %sMiB kernel=[%s] disks=[%s]\n' "${header[release]}" "${header[memory]}" "${header[kernel]}" "${header[disks]}"
}
