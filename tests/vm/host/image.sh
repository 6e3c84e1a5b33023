# shellcheck shell=bash
# The guest images in the cache: $cache/image-RELEASE-HASH/{disk,vmlinuz}, never written to once they are there.

# use_image RELEASE: sets `image` to its folder, and builds it first if this recipe was never built here.
use_image() {
    image=$cache/image-$1-$(recipe_hash)
    [[ -d $image ]] || build_image "$1"
    touch "$image"
}

recipe_hash() { cat "$vm"/image/* | sha256sum | cut -c1-12; }

# Built beside its place and moved there when complete: an interrupted build leaves nothing that looks like an image.
build_image() {
    local release=$1 lock started=$SECONDS
    ((EUID == 0)) || refuse "building the guest image needs root (mmdebstrap and mke2fs set owners)"
    exec {lock}>"$cache/build.lock"
    until flock -w 5 "$lock"; do say "another run is building an image; waiting for it"; done
    if [[ ! -d $image ]]; then
        say "building the $release image, once; this takes a minute or two"
        mkdir "$work/image"
        if ! killable "$vm/image/build" "$release" "$work/image" >"$work/image.log" 2>&1; then
            tail -n 30 "$work/image.log" >&2
            broken "the $release image could not be built; the end of its log is above"
        fi
        mv -T "$work/image" "$image"
        say "built the $release image in $((SECONDS - started)) s"
        drop_old_images
    fi
    exec {lock}>&-
}

# Recipes change with branches, so an image stays for two weeks after its last use.
drop_old_images() { find "$cache" -maxdepth 1 -name 'image-*' -mtime +14 -exec rm -rf {} +; }

# killable COMMAND..: bash runs a trap only when the command in the foreground is over, so a long one goes to
# the background, in a process group of its own that stop_killable can end as a whole.
killable_pid=
killable() {
    local status=0
    setsid "$@" </dev/null &
    killable_pid=$!
    wait "$killable_pid" || status=$?
    killable_pid=
    return "$status"
}

stop_killable() {
    [[ -n $killable_pid ]] || return 0
    kill -TERM -- "-$killable_pid" 2>/dev/null || true
    wait "$killable_pid" 2>/dev/null || true
}
