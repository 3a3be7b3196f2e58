#!/usr/bin/env bash
# redis-server, the peer of a benchmark; on Debian as root it is installed where it is missing, and never started.
# Where it cannot, it says what to do and succeeds: the benchmark leaves the comparison out.
set -euo pipefail

install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || return 1
    # The benchmark starts a server of its own: keep Debian from starting another.
    RUNLEVEL=1 apt-get install -y -qq --no-install-recommends redis-server || return 1
}

if command -v redis-server >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && install; then
    exit 0
fi
echo "redis-server is not here: its comparison is left out. Debian or Ubuntu: sudo apt-get install redis-server" >&2
