#!/usr/bin/env bash
# ogrinfo, which opens what is served as QGIS does, for one test; on Debian as root it is installed where it is missing.
# Where it cannot, it says what to do and succeeds: the test that needs it skips, or fails where CI=true.
set -euo pipefail

install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || return 1
    apt-get install -y -qq --no-install-recommends gdal-bin || return 1
}

if command -v ogrinfo >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && install; then
    exit 0
fi
echo "ogrinfo is not here: the test that opens layers as QGIS does is skipped (and fails where CI=true)." >&2
echo "Debian or Ubuntu: sudo apt-get install gdal-bin" >&2
