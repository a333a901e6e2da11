#!/usr/bin/env bash
# Prints the path of a Pulumi CLI: the one on the PATH (any 3.x), else our own build of the version that go.mod pins, kept in
# the user's cache and made there first if it is missing and Go is found (a few minutes, once). GO names a Go off the PATH.
# With --no-build nothing is made. Exit 3: there is none, and one line on stderr says what is missing. Exit 1: the build failed.
set -euo pipefail

case "$#,${1:-}" in
    0,) may_build=yes ;;
    1,--no-build) may_build= ;;
    *) echo "usage: ${0##*/} [--no-build]" >&2 && exit 2 ;;
esac

called_from=$PWD
module=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

# The value that go.mod gives a word at the start of a line: "go 1.25", "github.com/… v3.1.0 // indirect".
pinned() {
    local word value rest
    while read -r word value rest; do
        if [ "$word" = "$1" ]; then
            echo "$value"
            return
        fi
    done < "$module/go.mod"
    echo "go.mod pins no $1" >&2
    return 1
}

absolute() { case "$1" in /*) echo "$1" ;; *) echo "$called_from/$1" ;; esac; }

# The same rule as cache_folder() in agentic/core/cache.py.
cache_folder() {
    local folder user home=~
    case "${AGENTIC_CACHE:-}" in
        '') folder=${XDG_CACHE_HOME:-$home/.cache}/agentic ;;
        '~'*)
            user=${AGENTIC_CACHE%%/*}
            [ "$user" = '~' ] || home=$(getent passwd "${user#'~'}" | cut -d: -f6)
            folder=$home${AGENTIC_CACHE#"$user"}
            ;;
        *) folder=$AGENTIC_CACHE ;;
    esac
    absolute "$folder"
}

# What `pulumi version` prints. Without the look for updates, and without the log file that Pulumi writes for every command.
says() { PULUMI_SKIP_UPDATE_CHECK=true PULUMI_HOME=/dev/null "$1" version </dev/null 2>/dev/null || true; }

if found=$(type -P pulumi) && [[ $(says "$found") == v3.* ]]; then
    absolute "$found"
    exit
fi

version=$(pinned github.com/pulumi/pulumi/pkg/v3)
system=$(uname -s)
machine=$(uname -m)
case "$machine" in x86_64) machine=amd64 ;; aarch64) machine=arm64 ;; esac
folder=$(cache_folder)/pulumi/$version-${system,,}-$machine
cli=$folder/pulumi

if [ -x "$cli" ]; then
    echo "$cli"
    exit
fi

missing="There is no Pulumi CLI: no version 3 on the PATH, none built in $folder"
if [ -z "$may_build" ]; then
    echo "$missing. To build it once, with Go: $module/cli.sh" >&2
    exit 3
fi

needed=$(pinned go)
# Asked outside the module, where a Go that is too old for go.mod still answers.
go=$(type -P "${GO:-go}") && go=$(absolute "$go") && has=$(cd / && GOTOOLCHAIN=local "$go" env GOVERSION 2>/dev/null) || has=
has=${has#go}
if ! printf '%s\n' "$needed" "$has" | sort -V -C; then
    echo "$missing, and no Go $needed or newer to build it with (found: ${has:-none})." \
        "Install either one: https://www.pulumi.com/docs/install/ or https://go.dev/dl/ (GO=/path/to/go names it)" >&2
    exit 3
fi

# One build at a time. Go inherits the lock, so that the next caller also waits for the build of a script that was killed; it
# then finds all of it in Go's own cache.
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
if [ -x "$cli" ]; then
    echo "$cli"
    exit
fi

# Left behind by killed builds; nobody else is building.
rm -rf "$folder"/building.*
building=$(mktemp -d "$folder/building.XXXXXX")
trap 'rm -rf "$building"' EXIT
if [ -t 2 ]; then echo "building the Pulumi CLI $version (a few minutes, once)" >&2; fi

# The Automation API reads the version and refuses a CLI without one; a build from a module says it in two places.
base=github.com/pulumi/pulumi
if ! (
    cd "$module" && GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0 GOOS=${system,,} GOARCH=$machine \
        nice -n 10 "$go" build -mod=readonly -trimpath \
        -ldflags "-s -w -X $base/sdk/v3/go/common/version.Version=$version -X $base/pkg/v3/version.Version=$version" \
        -o "$building/pulumi" "$base/pkg/v3/cmd/pulumi"
) >"$building/said" 2>&1 || [ "$(says "$building/pulumi")" != "$version" ]; then
    tail -n 20 "$building/said" >&2
    echo "Building the Pulumi CLI $version failed. Install it instead: https://www.pulumi.com/docs/install/" >&2
    exit 1
fi
# Renamed within its folder: it is there whole or not at all.
mv "$building/pulumi" "$cli"
echo "$cli"
