#!/bin/sh
# pull-release.sh COLLECTOR UNIT FOLDER: keep a unit's newest release in FOLDER, for a site of its own.
#
#   ikm.html  a page that runs nothing and loads nothing, for a frame
#   ikm.json  the release as it was frozen
#
# For cron, once an hour. What did not change is not sent again; where nothing comes, what is there stays.
set -eu
[ $# -eq 3 ] || { echo "usage: pull-release.sh COLLECTOR UNIT FOLDER" >&2; exit 2; }
collector=${1%/} unit=$2 folder=$3
case $unit in *[!A-Za-z0-9._-]*) echo "pull-release: $unit is no code of a unit" >&2; exit 2 ;; esac
mkdir -p "$folder"

# pull ADDRESS FILE: bring FILE up to date, whole or not at all.
pull() {
    fresh=$folder/.$2.new tag=$folder/.$2.etag
    [ -f "$folder/$2" ] || rm -f "$tag"
    status=$(curl --silent --show-error --max-time 60 --max-filesize 5000000 --proto '=https,http' \
        --etag-compare "$tag" --etag-save "$tag.new" --output "$fresh" --write-out '%{http_code}' "$1") ||
        { rm -f "$fresh" "$tag.new"; echo "pull-release: $1 does not answer" >&2; return 1; }
    case $status in
    200) mv "$fresh" "$folder/$2"; mv "$tag.new" "$tag" ;;
    304) rm -f "$fresh" "$tag.new" ;;
    *) rm -f "$fresh" "$tag.new"; echo "pull-release: $1 answers $status" >&2; return 1 ;;
    esac
}

pull "$collector/unit/$unit/embed.html" ikm.html
pull "$collector/api/v1/releases?unit=$unit&newest=yes" .newest.json
address=$(sed -n 's/.*"address": "\([0-9A-Z]\{8\}\)".*/\1/p' "$folder/.newest.json")
[ -n "$address" ] || { echo "pull-release: $unit has published no number" >&2; exit 1; }
pull "$collector/api/v1/releases/$address.json" "ikm.json"
