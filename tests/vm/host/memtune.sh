# shellcheck shell=bash
# The memtune that is tested.

# Sets `memtune` to $MEMTUNE_BIN, or to a release build of this tree.
find_memtune() {
    local tree target
    if [[ -n ${MEMTUNE_BIN:-} ]]; then
        memtune=$MEMTUNE_BIN
        [[ -x $memtune ]] || refuse "MEMTUNE_BIN=$memtune is not a program"
        return
    fi
    command -v cargo >/dev/null || refuse "no cargo here to build memtune with, and MEMTUNE_BIN names none"
    tree=$(cd "$vm/../.." && pwd)
    target=${CARGO_TARGET_DIR:-$tree/target}
    killable cargo build --release --locked --quiet --manifest-path "$tree/Cargo.toml" || broken "memtune does not build"
    memtune=$target/release/memtune
}
