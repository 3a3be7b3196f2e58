#!/usr/bin/env bash
# Makes a virtual environment from hash-locked requirements; on Debian as root it installs a missing Python.
#   make_venv.sh FOLDER dev       for development: this source tree, and what tests and builds it
#   make_venv.sh FOLDER runtime   for an image: the package and what it needs to run; nothing in it installs or builds
#   make_venv.sh FOLDER ogc       TiPg, which serves the database's views, and nothing of ours
set -euo pipefail
venv=$1
what=$2
cd "$(dirname "$0")/.."

find_python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

can_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

if ! python=$(find_python) || ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    if can_apt; then
        apt-get update -qq && apt-get install -y -qq python3 python3-venv
        python=$(find_python) || { echo "Debian's python3 is not 3.11 to 3.13: install one of these." >&2; exit 1; }
    else
        echo "Python 3.11, 3.12 or 3.13 with its venv module is needed." >&2
        echo "Debian or Ubuntu: sudo apt-get install python3 python3-venv" >&2
        exit 1
    fi
fi

# Silence for minutes looks like a fault.
say() { echo "$*" >&2; }

for_development() {
    say "making $venv with $($python --version): $(grep -c '==' requirements/dev.txt) locked packages, the first time some minutes"
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
    local pip=("$venv/bin/python" -m pip --quiet --disable-pip-version-check)
    "${pip[@]}" install --require-hashes -r requirements/dev.txt
    "${pip[@]}" install --no-build-isolation --no-deps --editable .
}

for_ogc() {
    say "making $venv with $($python --version): $(grep -c '==' requirements/ogc.txt) locked packages"
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
    "$venv/bin/python" -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements/ogc.txt
}

# pip and what builds wheels stand in an environment of their own, which is gone afterwards. A requirement without a wheel is
# built there too: what pip would fetch for that by itself is in no lock.
for_an_image() {
    if [ ! -f rescue_circle/web_app/.built ]; then
        echo "The web pages are not built yet: run 'make web' first." >&2
        exit 1
    fi
    say "making $venv with $($python --version): $(grep -c '==' requirements/runtime.txt) locked packages, some minutes"
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    "$python" -m venv "$tools/venv"
    local pip=("$tools/venv/bin/python" -m pip --quiet --disable-pip-version-check)
    local wheel=("${pip[@]}" wheel --no-build-isolation --use-pep517 --no-deps --wheel-dir "$tools/wheels")
    "${pip[@]}" install --require-hashes --only-binary :all: -r requirements/build.txt
    "${wheel[@]}" --require-hashes -r requirements/runtime.txt
    "${wheel[@]}" .
    "$python" -m venv --clear --without-pip "$venv"
    "${pip[@]}" --python "$venv/bin/python" install --no-index --no-deps "$tools"/wheels/*.whl
}

case $what in
    dev) for_development ;;
    runtime) for_an_image ;;
    ogc) for_ogc && exit 0 ;;
    *) echo "make_venv.sh FOLDER dev|runtime|ogc" >&2 && exit 1 ;;
esac
echo "ready: $venv/bin/rescue-circle"
