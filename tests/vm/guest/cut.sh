# shellcheck shell=bash
# Power cuts, asked for by the machine that will suffer them. Only a case with "# between: cut" survives one.

# cut_now: the harness kills the emulator as soon as it reads this, within a few milliseconds. Never returns.
cut_now() {
    printf '@vm cut\n' >&9
    while :; do sleep 1000; done
}

# cut_after SECONDS: the power fails that much later, while the case goes on. Fractions are allowed, and these
# seconds are not scaled. A case that may be done earlier ends with cut_now.
cut_after() { (sleep "$1" && cut_now) & }

# cut_at_call N SYSCALLS COMMAND..: the power fails right after the N-th of these system calls (as strace writes
# them: rename,fsync,write) in the command and its children, so it hits the same point every time. Returns the
# status of the command when it makes fewer calls than that.
# Each such call stops the process, and this function lets it go on until it is the N-th: strace itself counts
# each kind of call and each process apart.
cut_at_call() {
    local number=$1 calls=$2 tracer pid event count=0 status=0
    shift 2
    rm -f /run/vm-calls
    mkfifo /run/vm-calls
    strace -f -qq -o /run/vm-calls -e signal=STOP -e trace="$calls" -e inject="$calls:signal=STOP" "$@" &
    tracer=$!
    while read -r pid event; do
        case $event in
            '--- SIGSTOP {'*)
                count=$((count + 1))
                if ((count == number)); then cut_now; fi ;;
            '--- stopped by SIGSTOP'*) kill -CONT "$pid" || true ;;
        esac
    done </run/vm-calls
    wait "$tracer" || status=$?
    return "$status"
}
