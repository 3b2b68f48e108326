#!/bin/sh
# box.sh: a small Debian with systemd as its pid 1, booted in a container, to try units and installs in. Needs root.
#
#   box.sh check                     can it run here? Exit 0, or 77 with the reason in one line
#   box.sh new BOX ARCHIVE           make the folder BOX from a root archive (make-root.sh)
#   box.sh up BOX [OPTION ...]       boot it and wait until systemd says that all is started; options go to systemd-nspawn
#   box.sh run BOX COMMAND [WORD ..] run a command inside, as root; with one word, by the shell
#   box.sh put BOX SOURCE TARGET     copy a file, or a folder's content, in (also while it is off)
#   box.sh reboot BOX [OPTION ...]   and wait again
#   box.sh off BOX                   power off in order
#   box.sh leader BOX                print its pid 1, as this machine numbers it
#   box.sh kill BOX                  as if the plug was pulled; only that the disk cache survives
#   box.sh remove BOX                kill what still runs, then delete BOX
#
# BOX holds root/, pid (of systemd-nspawn) and console.log. Nothing is registered anywhere, nothing is mounted outside: the only
# traces are that folder, the processes and their control groups, and they go with it. The container has a loopback interface
# and no other network, or with NETWORK=/proc/PID/ns/net that of another one. MEMORY=512M in the environment of `up` limits the
# whole container (control groups version 1).
set -eu

network=${NETWORK:+--network-namespace-path=$NETWORK}
options="--quiet --register=no --keep-unit ${network:---private-network}"
fail() { printf 'box: %s\n' "$*" >&2; exit 1; }
cannot() { printf 'box: cannot run here: %s\n' "$*" >&2; exit 77; }

# Is the process that `boot` started still this box? After a restart of this machine the number may be somebody else's.
alive() { [ -s "$box/pid" ] && tr '\0' '\n' <"/proc/$(cat "$box/pid")/cmdline" 2>/dev/null | grep -q -x -e "--machine=$name"; }

# The container's pid 1 as this machine numbers it; another one after each reboot.
leader() {
    pid=$(cat "$box/pid")
    # shellcheck disable=SC2013 # words are meant
    for child in $(cat "/proc/$pid/task/$pid/children" 2>/dev/null); do
        if awk '/^NSpid:/ {exit $NF != 1}' "/proc/$child/status" 2>/dev/null; then echo "$child"; return; fi
    done
    return 1
}

inside() {
    to=$(leader) || fail "$box is not up"
    nsenter --target "$to" --all env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive SYSTEMD_PAGER= SYSTEMD_COLORS=0 "$@"
}

# The folders of this container's own control groups. Without them, two containers would share the group "payload", and one's
# systemd would kill the other's services.
groups() {
    for tree in "" /systemd /unified ${MEMORY:+/memory}; do
        if [ -e "/sys/fs/cgroup$tree/cgroup.procs" ]; then echo "/sys/fs/cgroup$tree/$name"; fi
    done
}

# Start systemd-nspawn out of this shell's session, so that Ctrl-C does not hit it before the caller's own cleaning up.
boot() {
    (
        for group in $(groups); do
            mkdir -p "$group"
            case $group in /sys/fs/cgroup/memory/*) echo "$MEMORY" >"$group/memory.limit_in_bytes" ;; esac
            sh -c 'echo $PPID' >"$group/cgroup.procs"
        done
        # shellcheck disable=SC2086 # a list of options
        exec setsid systemd-nspawn $options --machine="$name" --boot --console=pipe --directory="$box/root" "$@" \
            </dev/null >>"$box/console.log" 2>&1
    ) &
    echo $! >"$box/pid"
    tries=0
    until alive; do  # the shell has not become systemd-nspawn yet
        [ $tries -lt 50 ] || { cat "$box/console.log" >&2; fail "systemd-nspawn does not start"; }
        tries=$((tries + 1))
        sleep 0.1
    done
    wait_up
}

# Wait until systemd in there has started everything.
wait_up() {
    tries=0
    while [ $tries -lt 600 ]; do
        alive || { tail -n 5 "$box/console.log" >&2; fail "the container ended while it was starting"; }
        if leader >/dev/null; then
            state=$(inside systemctl is-system-running 2>/dev/null || true)
            case $state in running) return 0 ;; degraded) inside systemctl --failed --no-legend >&2; return 0 ;; esac
        fi
        tries=$((tries + 1))
        sleep 0.1
    done
    fail "not up after 60 s (state: ${state:-unknown}); see $box/console.log"
}

wait_gone() {
    tries=0
    while alive; do
        [ $tries -lt $(($1 * 10)) ] || return 1
        tries=$((tries + 1))
        sleep 0.1
    done
    rm -f "$box/pid"
    # What systemd-nspawn leaves where /run is no memory file system, and its empty control groups.
    rmdir "/run/systemd/nspawn/propagate/$name" 2>/dev/null || true
    for group in $(MEMORY=1 groups); do
        [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
}

pull() {
    alive || { rm -f "$box/pid"; return 0; }
    # With its pid 1 the whole container dies, and systemd-nspawn then ends by itself and unmounts.
    if victim=$(leader); then kill -KILL "$victim" 2>/dev/null || true; else kill -TERM "$(cat "$box/pid")" 2>/dev/null || true; fi
    wait_gone 10 || { kill -KILL "$(cat "$box/pid")" 2>/dev/null || true; wait_gone 5; } || fail "process $(cat "$box/pid") does not end"
}

check() {
    [ "$(id -u)" -eq 0 ] || cannot "not root"
    for program in systemd-nspawn nsenter setsid tar zstd; do
        command -v $program >/dev/null || cannot "$program is missing"
    done
    # A container of this machine's own /usr on an empty root, for one command: needs namespaces, mounts and cgroups as the real one.
    # shellcheck disable=SC2086 # a list of options
    why=$(systemd-nspawn $options --directory=/ --volatile=yes --pipe true </dev/null 2>&1) \
        || cannot "$(printf '%s' "$why" | head -n 1)"
}

verb=${1:-help}
[ "$verb" = check ] && { check; exit; }
[ $# -ge 2 ] || { sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 2; }
box=$2
shift 2
# One name for each folder, also where two are called alike.
name="box-$(basename "$box" | tr -cd 'A-Za-z0-9')-$(readlink -m "$box" | cksum | cut -d' ' -f1)"
case $verb in
    new)
        [ ! -e "$box" ] || fail "$box is there already; remove it first"
        mkdir -p "$box/root"
        tar --extract --zstd --numeric-owner --xattrs --file "$1" --directory "$box/root" --exclude './dev/*'
        ;;
    up)
        [ -d "$box/root" ] || fail "$box has no root"
        ! alive || fail "$box is up already"
        boot "$@"
        ;;
    run) if [ $# -eq 1 ]; then inside sh -c "$1"; else inside "$@"; fi ;;
    put)
        mkdir -p "$box/root/$2"
        if [ -d "$1" ]; then cp -a "$1/." "$box/root/$2/"; else cp -a "$1" "$box/root/$2/"; fi
        chown -R 0:0 "$box/root/$2"
        ;;
    reboot)
        leader >/dev/null || fail "$box is not up"
        inside systemctl reboot 2>/dev/null || true
        wait_gone 120 || fail "not down after 120 s"  # with --keep-unit, systemd-nspawn ends and leaves starting again to others
        boot "$@"
        ;;
    off)
        alive || exit 0
        inside systemctl poweroff 2>/dev/null || true
        wait_gone 120 || fail "not off after 120 s"
        ;;
    leader) leader || fail "$box is not up" ;;
    kill) pull ;;
    remove)
        pull
        rm -rf --one-file-system "$box"
        ;;
    *) fail "unknown: $verb" ;;
esac
