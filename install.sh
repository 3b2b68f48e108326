#!/bin/sh
# Set up and run the satisfaction kiosk. See `./install.sh --help`; safe to run any number of times.
set -eu

usage() {
    cat <<'TEXT'
Usage: ./install.sh COMMAND [OPTION ...]

  demo   run the whole product here: broker, collector and a simulated kiosk
           --visitors N   play N varied visits instead of opening a window
           --replay FILE  play the responses of a CSV file as visitors (docs/replay.md)
           --fresh        begin anew; otherwise the last demo's data is carried on
  collector, kiosk
         make this machine a collector or a kiosk, as root; `./install.sh kiosk --help` says more
  test   run every check: style, types, imports, unit, contract, integration, browser and picture tests,
         and the units in a booted container where this machine can have one (as root)

demo and test do all the set-up they need: system packages through apt (it names them where it is not root) and a virtual
environment in .venv with the versions pinned in requirements/. Nothing else on the machine is changed.
TEXT
}

say() { printf 'install: %s\n' "$*"; }
fail() { printf 'install: %s\n' "$*" >&2; exit 1; }

# Install the Debian packages that are missing, or say which they are.
need_packages() {
    missing=""
    for package in "$@"; do
        status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
        [ "$status" = installed ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    [ "$(id -u)" -eq 0 ] || fail "these system packages are missing; install them and run this again: sudo apt-get install$missing"
    say "installing system packages:$missing"
    # shellcheck disable=SC2086 # a list of package names
    { apt-get -o DPkg::Lock::Timeout=120 update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends $missing; } \
        >.install.log 2>&1 || { tail -n 20 .install.log >&2; fail "apt could not install:$missing"; }
    rm -f .install.log
}

# Make .venv hold exactly what requirements/$1.txt pins, and this project itself.
need_environment() {
    command -v python3 >/dev/null || need_packages python3
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
        || fail "Python 3.11 or later is needed; this is $(python3 --version 2>&1)"
    stamp=$(cat requirements/uv.txt "requirements/$1.txt" pyproject.toml | sha256sum | cut -d' ' -f1)
    [ "$(cat .venv/installed 2>/dev/null || true)" != "$stamp" ] || return 0
    say "setting up the virtual environment in .venv (the first time this takes as long as its downloads)"
    python3 -m venv .venv 2>/dev/null || { need_packages python3-venv; python3 -m venv --clear .venv; }
    put_in --require-hashes -r requirements/uv.txt || say "without uv this takes longer"
    put_in --require-hashes -r "requirements/$1.txt" || fail "the virtual environment could not be filled; is there a network?"
    put_in --no-deps --no-build-isolation -e . || fail "the project could not be installed in .venv"
    printf '%s\n' "$stamp" >.venv/installed
}

# Put packages into .venv: by uv, in a sixth of the time, and by pip where there is none yet, or where only pip knows the mirror or the proxy.
# Nothing is compiled ahead: half of it is never run, and the rest is compiled when it first is.
put_in() {
    if [ -x .venv/bin/uv ] && .venv/bin/uv pip install -q --link-mode copy --python .venv/bin/python "$@" 2>.venv/uv.log; then
        return 0
    fi
    .venv/bin/pip install -q --no-compile --disable-pip-version-check "$@"
}

# A Chromium for the tests: the one that has no windows, where apt can install it beside what is there. It takes half of the other's time.
# Who is not root needs no second one.
need_browser() {
    if [ "$(id -u)" -ne 0 ] && command -v chromium >/dev/null; then
        return 0
    fi
    if apt-get install -s chromium-headless-shell >/dev/null 2>&1; then
        need_packages chromium-headless-shell
    else
        need_packages chromium
    fi
}

run_demo() {
    need_packages python3-venv mosquitto fonts-inter fonts-dejavu-core espeak-ng
    need_environment demo
    exec .venv/bin/ikm-kiosk demo "$@"
}

# The tests in a booted container, where this machine can have one; its root and its wheels are kept in ~/.cache/ikm-kiosk.
test_booted() {
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        say "no tests in a booted container: they need root on a Debian"
        return 0
    fi
    need_packages systemd-container mmdebstrap zstd util-linux
    if why=$(tests/booted/box.sh check 2>&1); then
        say "tests in a booted container (${SUITE:-bookworm})"
        .venv/bin/pytest -q -m "booted and not long" --durations 10 tests/booted
    else
        say "no tests in a booted container: $why"
    fi
}

run_test() {
    unset PYTHONDONTWRITEBYTECODE # hundreds of programs are started, and each would compile all of ours anew
    need_packages python3-venv
    need_environment dev &  # waits for the network while apt does
    environment=$!
    need_packages git procps curl mosquitto postgresql fonts-inter fonts-dejavu-core fonts-noto-core opus-tools \
        espeak-ng xvfb xdotool shellcheck faketime poppler-utils libreoffice-calc-nogui libreoffice-writer-nogui default-jre-headless libpdfbox2-java \
        libcommons-io-java libactivation-java libjaxb-api-java
    need_browser
    wait "$environment" || fail "the virtual environment could not be set up"
    say "style"
    .venv/bin/ruff check .
    .venv/bin/ruff format --check --quiet .
    # shellcheck disable=SC2046 # a list of files
    shellcheck $(grep -rl '^#!/bin/sh' packaging) install.sh check .ci/run systemd/ikm-kiosk systemd/ikm-collector tests/booted/*.sh tests/vm/*.sh packaging/*/root/usr/lib/*/product
    if [ $# -gt 0 ]; then
        say "types"
        .venv/bin/mypy
        say "these tests"
        exec .venv/bin/pytest -q -m "not long and not booted" "$@"
    fi
    say "types and tests; beside them on other dates the collector's on SQLite; the kiosk's, then the programs'; and a booted container, then the collector's on PostgreSQL and those in a browser. Behind the others come some of the collector's rooms"
    collector_on_a_leap_day >.collector.log 2>&1 &
    beside=$!
    { kiosk_on_another_date && programs && on_a_leap_day tests/collector/evidence tests/collector/log; } >.kiosk.log 2>&1 &
    kiosk=$!
    { test_booted && collector_on_postgres && pages; } >.booted.log 2>&1 &
    booted=$!
    front_tests || front=failed
    told "$beside" .collector.log || fail "the collector's tests on another date failed"
    told "$kiosk" .kiosk.log || fail "the kiosk's tests on another date, the programs' or those of evidence and of the log failed"
    told "$booted" .booted.log || fail "the tests in a booted container, on PostgreSQL or in a browser failed"
    [ -z "${front:-}" ] || fail "tests failed"
}

# Wait for what ran beside, and print how it went: all of it where it failed.
told() {
    if wait "$1"; then
        grep -e passed -e "^install:" "$2"
        rm -f "$2"
    else
        cat "$2"
        return 1
    fi
}

# Of the collector's tests that ask a database, one in three runs on PostgreSQL and the others on SQLite, where also all runs that has most to do with it
# (tests/collector/conftest.py says what; the whole is `.venv/bin/pytest -m "not long" tests/collector`, and the same with `--db postgres`).
collector_on_postgres() {
    at "2028-12-31 23:30:00" --db postgres --sample 3 tests/collector
}

# But for the rooms whose tests come behind the other lanes, so that all end at about the same time.
collector_on_a_leap_day() {
    on_a_leap_day --ignore tests/collector/complaints --ignore tests/collector/evidence --ignore tests/collector/log --ignore tests/collector/releases \
        tests/collector
}

on_a_leap_day() {
    at "2028-02-29 17:30:00" --sample 3 "$@"
}

# Where the unit has the next day, month and year already.
kiosk_on_another_date() {
    at "2028-12-31 23:30:00" --ignore tests/kiosk/draw --ignore tests/kiosk/rehearsal tests/kiosk
}

# Everything that does not run beside.
front_tests() {
    .venv/bin/mypy || return
    .venv/bin/pytest -q -p no:cacheprovider -m "not long and not booted" --durations 20 \
        --ignore tests/collector --ignore tests/kiosk --ignore tests/integration --ignore tests/campaign --ignore tests/browser tests || return
    .venv/bin/pytest -q -p no:cacheprovider -m "not long" tests/kiosk/draw tests/kiosk/rehearsal || return
    # shellcheck disable=SC2046 # a list of files
    .venv/bin/pytest -q -p no:cacheprovider -m "integration and not long" $(grep -rl mark.integration --include="*.py" tests/collector) || return
    on_a_leap_day tests/collector/complaints tests/collector/releases
}

# What waits for programs more than it reckons.
programs() {
    .venv/bin/pytest -q -p no:cacheprovider -m "not long" --durations 20 tests/integration tests/campaign
}

# What is looked at in a browser.
pages() {
    .venv/bin/pytest -q -p no:cacheprovider -m "not long" tests/browser
}

# Run tests with the machine's clock set to a moment; waiting takes as long as ever (see tests/moments).
at() {
    moment=$1
    shift
    TZ=UTC PYTHONPATH=tests/moments faketime -f --exclude-monotonic "@$moment" \
        .venv/bin/pytest -q -p no:cacheprovider -m "not long and not integration" "$@"
}

main() {
    cd "$(dirname "$0")"
    command=${1:-}
    [ $# -eq 0 ] || shift
    case "$command" in
        demo) run_demo "$@" ;;
        kiosk | collector) exec "packaging/setup-$command" "$@" ;;
        test) run_test "$@" ;;
        -h | --help | help) usage ;;
        *) usage >&2; exit 2 ;;
    esac
}

main "$@"
