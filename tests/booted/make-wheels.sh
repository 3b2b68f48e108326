#!/bin/sh
# make-wheels.sh CACHE REQUIREMENTS PYTHON VERSION: fetch the wheels that a requirements file pins, once. Prints the folder.
# PYTHON is a Python with pip; VERSION is that of the box's Python (3.11: bookworm, 3.13: trixie).
#   MACHINE   whose wheels, as `uname -m` says it there; by default this machine's
set -eu
cache=$1 requirements=$2 python=$3 version=$4
folder=$cache/wheels-$version-$(sha256sum <"$requirements" | cut -c1-12)
mkdir -p "$cache"
exec 9>"$cache/wheels-$version.lock"
flock 9  # two at once: the second finds what the first fetched
if [ ! -d "$folder" ]; then
    rm -rf "$cache/wheels-$version"-*
    machine=${MACHINE:-$(uname -m)}
    # The glibc that a tag names must not be newer than the suite's: 2.36 in bookworm, 2.41 in trixie.
    "$python" -m pip -q -q --disable-pip-version-check --no-input download --require-hashes -r "$requirements" \
        --only-binary :all: --dest "$folder.part" --python-version "$version" --implementation cp \
        --platform "manylinux_2_34_$machine" --platform "manylinux_2_28_$machine" --platform "manylinux_2_17_$machine" --platform "manylinux2014_$machine" >&2 9>&-
    mv "$folder.part" "$folder"
fi
printf '%s\n' "$folder"
