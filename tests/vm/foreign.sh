#!/bin/sh
# foreign.sh COMMAND [WORD ...]: run a command while the kernel knows how to start arm64 programs (through qemu-user). Needs root.
# Where it did not know that before, it is made to forget it again, unless another command still needs it.
set -eu
known=/proc/sys/fs/binfmt_misc
[ -e $known/register ] || mount -t binfmt_misc none $known
if [ "$(uname -m)" != aarch64 ] && [ ! -e $known/qemu-aarch64 ]; then
    cat /usr/lib/binfmt.d/qemu-aarch64.conf >$known/register
    trap 'echo -1 >$known/qemu-aarch64 || true' EXIT
fi
"$@"
