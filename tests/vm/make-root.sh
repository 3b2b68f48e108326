#!/bin/sh
# make-root.sh CACHE [SUITE]: make an arm64 Debian with kernel, graphics and Python, once. Prints the archive's path.
#   MIRROR    where the packages come from; by default where this machine's apt gets them
# The name holds the suite and a sum over the list of packages: another list is another archive. Foreign programs run through
# qemu-user, which takes ten minutes and more. Needs root, mmdebstrap, arch-test, qemu-user-static and zstd.
set -eu
here=$(dirname "$(readlink -f "$0")")
cache=$1 suite=${2:-bookworm}
packages="systemd,systemd-sysv,udev,dbus,init-system-helpers,adduser,iproute2,procps,kmod,ca-certificates,initramfs-tools,linux-image-arm64"
# What the package ikm-kiosk recommends; nothing more, or the test would prove too much.
packages="$packages,python3,python3-venv,fonts-inter,fonts-dejavu-core,espeak-ng"
packages="$packages,libegl1,libgles2,libgbm1,libgl1-mesa-dri"
# What whoever locks the data's partition installs first; the kiosk does not know of it.
packages="$packages,cryptsetup-bin"
mkdir -p "$cache"
archive=$cache/root-$suite-$(printf '%s' "$packages" | sha256sum | cut -c1-12).tar.zst
exec 9>"$cache/root-$suite.lock"
flock 9  # two at once: the second finds what the first made
if [ ! -e "$archive" ]; then
    # shellcheck disable=SC2016 # apt fills it in
    mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | head -n 1)}
    part=$cache/part-$suite.tar.zst  # the name decides the compression
    trap 'rm -f "$part"' EXIT
    # shellcheck disable=SC2016 # mmdebstrap's hooks fill it in
    # An initial RAM disk with all modules takes a quarter of an hour under qemu-user; this board needs four.
    "$here/foreign.sh" mmdebstrap --quiet --mode=root --arch=arm64 --variant=minbase --include="$packages" \
        --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d" && echo MODULES=list >"$1/etc/initramfs-tools/conf.d/vm" &&
            printf "%s\n" virtio_pci virtio_blk virtio_mmio ext4 >"$1/etc/initramfs-tools/modules"' \
        --customize-hook='rm -f "$1/etc/apt/sources.list"; rm -rf "$1"/var/lib/apt/lists/*' \
        "$suite" "$part" "deb $mirror $suite main" >&2 9>&-
    rm -f "$cache/root-$suite"-*.tar.zst
    mv "$part" "$archive"
fi
printf '%s\n' "$archive"
