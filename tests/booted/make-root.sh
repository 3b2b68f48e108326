#!/bin/sh
# make-root.sh CACHE [SUITE]: make a small Debian with systemd and what the product stands on, once. Prints the archive's path.
#   MIRROR    where the packages come from; by default where this machine's apt gets them
# The name holds the suite and a sum over the list of packages: another list is another archive. FRESH=1 makes it anew.
set -eu
cache=$1 suite=${2:-bookworm}
# The box has no network: whatever a test needs must be in here.
packages="systemd,systemd-sysv,udev,dbus,init-system-helpers,adduser,iproute2,procps,ca-certificates"
packages="$packages,unattended-upgrades,apt-utils,gnupg,git,openssl,faketime,psmisc,python3,python3-venv,mosquitto,postgresql,nginx,fonts-inter,fonts-dejavu-core,espeak-ng"
mkdir -p "$cache"
archive=$cache/root-$suite-$(printf '%s' "$packages" | sha256sum | cut -c1-12).tar.zst
exec 9>"$cache/root-$suite.lock"
flock 9  # two at once: the second finds what the first made
if [ ! -e "$archive" ] || [ "${FRESH:-0}" = 1 ]; then
    # shellcheck disable=SC2016 # apt fills it in
    mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | head -n 1)}
    part=$cache/part-$suite.tar.zst  # the name decides the compression
    trap 'rm -f "$part"' EXIT
    # shellcheck disable=SC2016 # mmdebstrap's hooks fill it in
    # Manual pages, documents and translations are left out.
    mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" --aptopt='Acquire::Languages "none"' \
        --aptopt='Acquire::Retries "3"' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --customize-hook='echo box >"$1/etc/hostname"; echo "127.0.0.1 localhost box" >"$1/etc/hosts"' \
        --customize-hook='rm -f "$1/etc/apt/sources.list"; rm -rf "$1"/var/lib/apt/lists/*' \
        "$suite" "$part" "deb $mirror $suite main" >&2 9>&-
    rm -f "$cache/root-$suite"-*.tar.zst
    mv "$part" "$archive"
fi
printf '%s\n' "$archive"
