#!/bin/sh
# make-disk.sh CACHE ROOT: make the disk of a virtual Pi from a root archive (make-root.sh), once. Prints the folder, which holds
# disk.img, vmlinuz and initrd. Needs root.
set -eu
here=$(dirname "$(readlink -f "$0")")
cache=$1 archive=$2
# The archive has a sum of what went into it in its name.
folder=$cache/disk-$({ cat "$0"; echo "$archive"; } | sha256sum | cut -c1-12)
exec 9>"$cache/disk.lock"
flock 9  # two at once: the second finds what the first made
if [ ! -d "$folder" ]; then
    part=$(mktemp -d "$cache/part-disk-XXXXXX")
    trap 'rm -rf "$part"' EXIT
    root=$part/root
    mkdir "$root"
    tar --extract --numeric-owner --file "$archive" --directory "$root"
    "$here/foreign.sh" chroot "$root" passwd --quiet --delete root >&2 9>&-
    # Raspberry Pi OS brings such a group and such a rule; Debian does not.
    grep -q '^gpio:' "$root/etc/group" || echo 'gpio:x:986:' >>"$root/etc/group"
    echo 'SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="gpio", MODE="0660"' >"$root/etc/udev/rules.d/60-gpio.rules"
    # The serial line is the test's hand in the machine.
    mkdir -p "$root/etc/systemd/system/serial-getty@ttyAMA0.service.d"
    printf '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root --noclear 115200 %%I dumb\n' \
        >"$root/etc/systemd/system/serial-getty@ttyAMA0.service.d/autologin.conf"
    # On a busy machine it shows up after minutes; without it nobody is there to say so.
    mkdir -p "$root/etc/systemd/system/dev-ttyAMA0.device.d"
    printf '[Unit]\nJobRunningTimeoutSec=infinity\n' >"$root/etc/systemd/system/dev-ttyAMA0.device.d/patient.conf"
    echo pi >"$root/etc/hostname"
    echo '127.0.0.1 localhost pi' >"$root/etc/hosts"
    # QEMU's own little network gives always the same address.
    mkdir -p "$root/etc/systemd/network"
    printf '[Match]\nName=en*\n[Network]\nAddress=10.0.2.15/24\nLinkLocalAddressing=no\n' >"$root/etc/systemd/network/10-qemu.network"
    ln -sf /usr/lib/systemd/system/systemd-networkd.service "$root/etc/systemd/system/multi-user.target.wants/systemd-networkd.service"
    cp "$root"/boot/vmlinuz-* "$part/vmlinuz"
    cp "$root"/boot/initrd.img-* "$part/initrd"
    truncate --size 3G "$part/disk.img"
    mke2fs -q -t ext4 -d "$root" "$part/disk.img" >&2
    rm -rf "$root" "$cache"/disk-*/
    chmod 755 "$part"
    mv "$part" "$folder"
    trap - EXIT
fi
printf '%s\n' "$folder"
