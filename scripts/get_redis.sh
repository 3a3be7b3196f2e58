#!/usr/bin/env bash
# redis-server, the peer of a benchmark; on Debian as root it is installed where it is missing, and never started.
set -euo pipefail

command -v redis-server >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq
    # The benchmark starts a server of its own: keep Debian from starting another.
    RUNLEVEL=1 apt-get install -y -qq --no-install-recommends redis-server
    exit 0
fi
echo "redis-server is not here: its comparison is left out. Debian or Ubuntu: sudo apt-get install redis-server" >&2
