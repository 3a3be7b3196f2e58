#!/usr/bin/env bash
# Chromium and a Chinese font, for the tests that open pages as a reader does; on Debian as root it installs what is missing.
# Where it cannot, it says what to do and succeeds: the tests that need it skip, or fail where CI=true.
set -euo pipefail

found() {
    command -v chromium >/dev/null 2>&1
}

install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || return 1
    apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk || return 1
}

if found; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && install && found; then
    exit 0
fi
echo "Chromium is not here: the tests that open pages are skipped (and fail where CI=true)." >&2
echo "Debian or Ubuntu: sudo apt-get install chromium fonts-noto-cjk" >&2
