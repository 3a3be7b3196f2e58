#!/usr/bin/env bash
# Makes the virtual environment from the hash-locked requirements; on Debian as root it installs a missing Python.
set -euo pipefail
venv=$1

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

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
echo "ready: $venv/bin/rescue-circle"
